package collect

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// patience is how many events a rotation that is due waits for a moment in
// which no operation is under way.
const patience = 1 << 16

// A rotation writes a recording into one file after another. Each opens on its
// own: it begins with what holds there. Nothing is lost between two, and the
// sequence numbers of the streams go on.
type rotation struct {
	path  string        // whose name the files have, and a number
	size  int64         // bytes of a file after which the next begins; 0: none
	every time.Duration // after which the next begins; 0: none

	next   int // the number of the next file
	files  []string
	opened time.Time // the file that is being written
	from   int64     // bytes written before it
	due    bool
	waited int
	head   *head
	lead   *lead
	begun  []bool // the streams that have events in the file
}

// newRotation returns a rotation of files named after path. It never
// overwrites one: the numbers go on after the highest that is there.
func newRotation(path string, size int64, every time.Duration) *rotation {
	return &rotation{path: path, size: size, every: every, next: nextNumber(path), head: newHead()}
}

// numbered returns file n of those that are named after path: run.0001.aoi.
func numbered(path string, n int) string {
	ext := filepath.Ext(path)
	return fmt.Sprintf("%s.%04d%s", strings.TrimSuffix(path, ext), n, ext)
}

// nextNumber returns the number after the highest of the files that are there.
func nextNumber(path string) int {
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(filepath.Base(path), ext) + "."
	entries, _ := os.ReadDir(filepath.Dir(path)) // without it, opening says what is wrong
	last := 0
	for _, entry := range entries {
		n, ok := strings.CutPrefix(entry.Name(), stem)
		if n, found := strings.CutSuffix(n, ext); ok && found {
			if i, err := strconv.Atoi(n); err == nil {
				last = max(last, i)
			}
		}
	}
	return last + 1
}

// open opens the next file.
func (r *rotation) open() (*file, error) {
	path := numbered(r.path, r.next)
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	r.next++
	r.files = append(r.files, path)
	r.opened = time.Now()
	return f, nil
}

// tick says what time it is.
func (r *rotation) tick(now time.Time) {
	if r.every > 0 && now.Sub(r.opened) >= r.every && len(r.begun) > 0 {
		r.due = true
	}
}

// before does what has to be done before e is written: it may begin the next
// file.
func (r *rotation) before(o *output, e *event.Event) error {
	if r.due {
		if r.waited++; r.head.open == 0 || r.waited > patience {
			if err := r.turn(o, e.Time); err != nil {
				return err
			}
		}
	}
	if len(r.files) > 1 && (int(e.Stream) >= len(r.begun) || !r.begun[e.Stream]) && o.w.Next(e.Stream) > 0 {
		return r.head.follow(o.w, e.Stream, e.Time)
	}
	return nil
}

// after takes note of e, which is written.
func (r *rotation) after(o *output, e *event.Event) {
	for int(e.Stream) >= len(r.begun) {
		r.begun = append(r.begun, false)
	}
	r.begun[e.Stream] = true
	if headKinds.Has(e.Kind) {
		r.head.apply(o.w.Tables(), e)
	}
	if r.size > 0 && o.bytes-r.from >= r.size {
		r.due = true
	}
}

// turn completes the file and begins the next, whose first event is at a time.
func (r *rotation) turn(o *output, at time.Duration) error {
	old := o.w
	if err := old.Close(); err != nil {
		return err
	}
	o.flushed = o.events
	if err := o.to.Close(); err != nil {
		return err
	}
	last := filepath.Base(r.files[len(r.files)-1])
	f, err := r.open()
	if err != nil {
		return err
	}
	o.to, o.w = f, old.Continue(o)
	r.from, r.due, r.waited, r.begun = o.bytes, false, 0, r.begun[:0]
	return r.head.write(o.w, at, r.lead.later(), "this file goes on where "+last+" ends")
}
