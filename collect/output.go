package collect

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// flushEvery bounds what a killed collector loses.
const flushEvery = time.Second

// A file is a trace file that is opened before the program starts, so that a
// mistake costs nothing, and that is touched only when there is something to
// write into it.
type file struct {
	f     *os.File
	fresh bool // it did not exist
	plain bool // a regular file, not a pipe or a device
	began bool
}

func openFile(path string) (*file, error) {
	_, err := os.Stat(path)
	fresh := errors.Is(err, os.ErrNotExist)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("opening the output: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("opening the output: %w", err)
	}
	return &file{f: f, fresh: fresh, plain: info.Mode().IsRegular()}, nil
}

func (w *file) Write(b []byte) (int, error) {
	if !w.began && w.plain {
		if err := w.f.Truncate(0); err != nil {
			return 0, err
		}
	}
	w.began = true
	return w.f.Write(b)
}

// Close closes the file, and removes it if nothing came and it is new.
func (w *file) Close() error {
	err := w.f.Close()
	if !w.began && w.fresh && w.plain {
		return errors.Join(err, os.Remove(w.f.Name()))
	}
	return err
}

// An output is the trace that is being written. When writing fails, it drops
// and counts what follows.
type output struct {
	to      io.WriteCloser
	w       *trace.Writer
	err     error // the first of to's
	bytes   int64 // written
	events  uint64
	flushed uint64 // of the events, those that are written for certain
	failed  uint64 // events that came after the error
	refused uint64 // events that no reader would take
	lost    uint64 // told by gaps
	streams []bool // that have events
	last    time.Time
	behind  bool      // blocks are encoded in the background and written later
	files   []string  // their names, where there is no rotation and no flight
	turns   *rotation // nil: there is one file
	flight  *flight   // nil: what is written stays
}

// open opens what o writes into, before anything is started.
func (o *Options) open() (*output, error) {
	rotates := o.RotateBytes > 0 || o.RotateEvery > 0
	switch {
	case o.Flight > 0 && rotates:
		return nil, errors.New("opening the output: a flight keeps the end of a recording and a rotation keeps all of it: only one of them is possible")
	case o.Flight > 0:
		f := newFlight(o.Output, o.Flight, o.FlightBytes)
		var err error
		if f.last, err = openFile(o.Output); err != nil {
			return nil, err
		}
		out := newOutput(f)
		out.flight = f
		return out, nil
	case rotates:
		r := newRotation(o.Output, o.RotateBytes, o.RotateEvery)
		f, err := r.open()
		if err != nil {
			return nil, err
		}
		out := newOutput(f)
		out.turns = r
		return out, nil
	}
	f, err := openFile(o.Output)
	if err != nil {
		return nil, err
	}
	out := newOutput(f, trace.WithBackground())
	out.behind, out.files = true, []string{o.Output}
	return out, nil
}

// abandon closes an output into which nothing was written.
func (o *output) abandon() {
	if o.flight != nil {
		o.flight.last.Close()
	}
	o.to.Close()
}

func newOutput(to io.WriteCloser, opts ...trace.WriterOption) *output {
	o := &output{to: to, last: time.Now()}
	o.w = trace.NewWriter(o, opts...)
	return o
}

// Write is what the trace writer calls.
func (o *output) Write(b []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.to.Write(b)
	o.bytes += int64(n)
	if err != nil {
		o.err = err
	}
	return n, err
}

// append writes one event. It returns the reason if the event makes no sense;
// a gap stands in its place then.
func (o *output) append(e *event.Event) error {
	if o.err != nil {
		o.failed++
		return nil
	}
	if o.turns != nil {
		if o.err = o.turns.before(o, e); o.err != nil {
			o.failed++
			return nil
		}
	}
	if o.flight != nil {
		o.flight.before(e)
	}
	before := o.bytes
	err := o.w.Append(e)
	switch {
	case o.err != nil:
		o.failed++
		return nil
	case err != nil:
		o.refused++
		gap := event.Event{Kind: event.Gap, Time: e.Time, Stream: e.Stream, Int: [3]uint64{1},
			Mode: gapDamage, Set: event.Gap.Bit("why")}
		if o.append(&gap) != nil { // its stream is what makes no sense
			o.failed++
		}
		return err
	}
	for int(e.Stream) >= len(o.streams) {
		o.streams = append(o.streams, false)
	}
	o.streams[e.Stream] = true
	if e.Kind == event.Gap {
		o.lost += e.Int[0]
	}
	o.events++
	if o.behind {
		o.flushed = o.w.Written()
	} else if o.bytes > before {
		o.flushed = o.events // the block with e is out
	}
	if o.turns != nil {
		o.turns.after(o, e)
	}
	return nil
}

// gapDamage is the number of the value damage of a gap's key why.
const gapDamage = 2

// flush writes what is buffered if the last time is long enough ago.
func (o *output) flush(now time.Time) {
	if o.turns != nil {
		o.turns.tick(now)
	}
	if o.behind && o.w.Poll() == nil {
		o.flushed = o.w.Written()
	}
	if o.err != nil || o.events == o.flushed || now.Sub(o.last) < flushEvery {
		return
	}
	o.last = now
	if o.behind {
		o.w.Post() // what goes wrong with it is in o.err
	} else if o.w.Flush() == nil {
		o.flushed = o.events
	}
}

// forget writes what is buffered and drops the strings of the tables.
func (o *output) forget() {
	if o.w.Forget() == nil {
		o.flushed = o.events
	}
}

// close completes the file and closes it.
func (o *output) close() error {
	var err error
	if o.err == nil && o.events > 0 {
		finish := o.w.Close
		if o.flight != nil {
			finish = o.w.Flush // what it keeps is written as another file
		}
		if err = finish(); err == nil {
			o.flushed = o.events
		} else if o.behind {
			o.flushed = o.w.Written()
		}
	}
	if o.err != nil {
		err = o.err
	}
	if e := o.to.Close(); err == nil {
		err = e
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing the trace: %w; %d events are not in it", err, o.events-o.flushed+o.failed)
}

// used returns how many streams have events.
func (o *output) used() (n int) {
	for _, u := range o.streams {
		if u {
			n++
		}
	}
	return n
}
