package collect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// DefaultFlightBytes is how much memory a flight keeps at most, where nothing
// else is said: at ten bytes an event, some 27 million events.
const DefaultFlightBytes = 256 << 20

// A flight keeps the last of a recording in memory, as blocks of a trace file,
// and makes files of it. It keeps the events of at least the last keep before
// the newest, and of at most one block more, as far as they take room bytes
// or less; the newest block it keeps in any case.
type flight struct {
	path string
	keep time.Duration
	room int64

	began   bool // what a file begins with was written
	blocks  []flown
	size    int64 // of the blocks
	dropped uint64
	head    *head // what holds before the blocks
	lead    *lead

	now     time.Duration // the greatest time of an event
	pending flown         // what is known of the block that is being filled

	last   *file  // for what is kept at the end
	next   int    // the number of the next snapshot
	wanted string // why a snapshot is asked for that is not begun
	more   int    // how many others are asked for, that it is for too
	asked  bool
	saving chan saved
	files  []string
}

// A flown block is one block of a file.
type flown struct {
	data   []byte
	until  time.Duration // none of its events is younger
	events uint64
	facts  bool // it has events that change what a head tells
}

// A saved snapshot, or why there is none.
type saved struct {
	result *Result
	err    error
}

func newFlight(path string, keep time.Duration, room int64) *flight {
	if room <= 0 {
		room = DefaultFlightBytes
	}
	return &flight{path: path, keep: keep, room: room, head: newHead(), next: nextNumber(path)}
}

// before takes note of e, which is about to be written.
func (f *flight) before(e *event.Event) {
	f.now = max(f.now, e.Time)
	f.pending.events++
	f.pending.facts = f.pending.facts || factKinds.Has(e.Kind)
}

// Write takes what the trace writer writes: what a file begins with, then one
// block a call.
func (f *flight) Write(b []byte) (int, error) {
	if !f.began {
		f.began = true
		return len(b), nil
	}
	block := f.pending
	block.data, block.until = slices.Clone(b), f.now
	f.pending = flown{}
	f.blocks = append(f.blocks, block)
	f.size += int64(len(b))
	old := 0
	for old < len(f.blocks)-1 && (f.size > f.room || f.blocks[old].until < f.now-f.keep) {
		if err := f.drop(&f.blocks[old]); err != nil {
			return 0, fmt.Errorf("dropping what is older than the flight: %w", err)
		}
		old++
	}
	f.blocks = slices.Delete(f.blocks, 0, old)
	return len(b), nil
}

// drop lets a block go, the oldest, and keeps what holds after it.
func (f *flight) drop(b *flown) error {
	f.size -= int64(len(b.data))
	f.dropped += b.events
	if !b.facts {
		return nil
	}
	r := trace.NewSectionReader(bytes.NewReader(b.data), 0, int64(len(b.data)))
	return event.Each(r, func(t *event.Tables, e event.Event) bool {
		if factKinds.Has(e.Kind) {
			f.head.apply(t, &e)
		}
		return true
	})
}

// Close is what the output calls at its end: what is kept stays.
func (f *flight) Close() error { return nil }

// ask asks for a snapshot. It is begun as soon as none is under way; until
// then it is for all who ask.
func (f *flight) ask(why string) {
	if f.asked {
		f.more++
		return
	}
	f.asked, f.wanted, f.more = true, why, 0
}

// step begins a snapshot that was asked for and takes note of one that is
// done.
func (f *flight) step(o *output, log func(string, ...any)) {
	if f.saving != nil {
		select {
		case s := <-f.saving:
			f.done(s, log)
		default:
			return
		}
	}
	if !f.asked || o.err != nil {
		return
	}
	if err := o.w.Flush(); err != nil {
		return // the output knows
	}
	o.flushed = o.events
	if len(f.blocks) == 0 {
		return // before the first event
	}
	why := f.wanted
	if f.more > 0 {
		why += fmt.Sprintf(", and %d more were asked for meanwhile", f.more)
	}
	f.asked = false
	path := numbered(f.path, f.next)
	f.next++
	to, err := openFile(path)
	if err != nil {
		log("writing the snapshot %s: %v", path, err)
		return
	}
	shot := f.shoot(why)
	f.saving = make(chan saved, 1)
	go func() { f.saving <- shot.save(to) }()
}

// done takes note of a snapshot.
func (f *flight) done(s saved, log func(string, ...any)) {
	f.saving = nil
	if s.err != nil {
		log("%v", s.err)
		return
	}
	path := s.result.Files[0]
	f.files = append(f.files, path)
	log("%s: the last %v, %d events", path, s.result.Duration.Round(time.Millisecond), s.result.Events)
}

// end writes the snapshots that were asked for, then what is kept, to which
// attach adds what comes with the end of a recording.
func (f *flight) end(o *output, log func(string, ...any), attach func(*trace.Writer)) (*Result, error) {
	for range 2 { // one that is under way, and one that waits for it
		if f.saving != nil {
			f.done(<-f.saving, log)
		}
		f.step(o, log)
	}
	if f.saving != nil {
		f.done(<-f.saving, log)
	}
	if len(f.blocks) == 0 {
		return &Result{}, f.last.Close()
	}
	end := f.shoot("the end")
	end.attach = attach
	s := end.save(f.last)
	if s.err == nil {
		f.files = append(f.files, s.result.Files[0])
	}
	return s.result, s.err
}

// A shot is what a flight keeps at one moment.
type shot struct {
	blocks   chain
	dropped  uint64
	head     *head
	promises string
	why      string
	attach   func(*trace.Writer) // what is no event; nil: nothing
}

func (f *flight) shoot(why string) *shot {
	return &shot{blocks: newChain(slices.Clone(f.blocks)), dropped: f.dropped,
		head: f.head.clone(), promises: f.lead.later(), why: why}
}

// save writes a shot into a file. If nothing was dropped, the file is the
// whole recording; otherwise it begins with what holds at its first event.
func (s *shot) save(to *file) (out saved) {
	out.result = &Result{Files: []string{to.f.Name()}}
	defer func() {
		if err := to.Close(); out.err == nil {
			out.err = err
		}
		if out.err != nil {
			out.err = fmt.Errorf("writing the snapshot %s: %w", to.f.Name(), out.err)
		}
	}()
	r := trace.NewSectionReader(s.blocks, 0, s.blocks.size())
	w := trace.NewWriter(to, trace.WithTables(r.Tables()))
	begun := []bool{}
	first, last := time.Duration(-1), time.Duration(0)
	var failed error
	err := event.Each(r, func(_ *event.Tables, e event.Event) bool {
		if first < 0 {
			first = e.Time
			if s.dropped > 0 {
				remark := fmt.Sprintf("snapshot: %s; %d events before this file were not kept", s.why, s.dropped)
				failed = s.head.write(w, e.Time, s.promises, remark)
			}
		}
		for int(e.Stream) >= len(begun) {
			begun = append(begun, false)
		}
		if !begun[e.Stream] && failed == nil {
			begun[e.Stream] = true
			w.Begin(e.Stream, e.Seq)
			out.result.Streams++
			if e.Seq > 0 {
				failed = s.head.follow(w, e.Stream, e.Time)
			}
		}
		if failed == nil {
			failed = w.Append(&e)
		}
		last = max(last, e.Time)
		out.result.Events++
		if e.Kind == event.Gap {
			out.result.Lost += e.Int[0]
		}
		return failed == nil
	})
	out.err = errors.Join(failed, err)
	if s.attach != nil && out.err == nil {
		s.attach(w)
	}
	if closed := w.Close(); out.err == nil {
		out.err = closed
	}
	out.result.Bytes, out.result.Duration = w.Offset(), last-first
	return out
}

// A chain is blocks one behind the other, as a reader sees them.
type chain struct {
	blocks []flown
	ends   []int64 // where each ends
}

func newChain(blocks []flown) chain {
	c := chain{blocks: blocks}
	for i := range blocks {
		c.ends = append(c.ends, c.size()+int64(len(blocks[i].data)))
	}
	return c
}

func (c chain) size() int64 {
	if len(c.ends) == 0 {
		return 0
	}
	return c.ends[len(c.ends)-1]
}

// ReadAt implements io.ReaderAt.
func (c chain) ReadAt(b []byte, at int64) (n int, err error) {
	i := sort.Search(len(c.ends), func(i int) bool { return c.ends[i] > at })
	for ; i < len(c.blocks) && n < len(b); i++ {
		data := c.blocks[i].data
		n += copy(b[n:], data[at+int64(n)-(c.ends[i]-int64(len(data))):])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}
