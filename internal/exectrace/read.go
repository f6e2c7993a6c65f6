package exectrace

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	exptrace "golang.org/x/exp/trace"
)

// ErrClock is returned for a trace whose times cannot be compared with
// others: Go has told them since 1.25.
var ErrClock = errors.New("it does not tell what the monotonic clock showed")

// Read reads an execution trace whose time 0 is that of the monotonic clock
// at zero. If its end is missing, because the process was killed, or it is
// damaged, Read returns what it could read together with the error.
func Read(r io.Reader, zero time.Duration) (t *Trace, err error) {
	b := builder{goroutines: map[int64]*Goroutine{}, known: map[string]uint16{}, open: map[string]time.Duration{}, offset: noOffset}
	err = b.read(r)
	if b.offset == noOffset {
		if err == nil {
			err = fmt.Errorf("reading the execution trace: %w", ErrClock)
		}
		return nil, err
	}
	return b.trace(b.offset - zero), err
}

// noOffset stands for an offset that is not known.
const noOffset = math.MinInt64

// A builder gathers the states of goroutines, in the times of the execution
// trace.
type builder struct {
	goroutines map[int64]*Goroutine
	reasons    []string
	known      map[string]uint16
	stops      []stop
	open       map[string]time.Duration // stops that have begun, by name
	first      time.Duration
	last       time.Duration
	begun      bool
	offset     time.Duration // what is added to a time to have the monotonic clock's
}

func (b *builder) read(r io.Reader) (err error) {
	defer func() { // the reader of others panics on some damaged input
		if p := recover(); p != nil {
			err = fmt.Errorf("reading the execution trace: it is damaged: %v", p)
		}
	}()
	in, err := exptrace.NewReader(r)
	if err != nil {
		return fmt.Errorf("reading the execution trace: %w", err)
	}
	for {
		e, err := in.ReadEvent()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the execution trace: %w", err)
		}
		b.take(&e)
	}
}

// take notes what one event changes.
func (b *builder) take(e *exptrace.Event) {
	at := time.Duration(e.Time())
	if !b.begun {
		b.begun, b.first = true, at
	}
	b.last = max(b.last, at)
	switch e.Kind() {
	case exptrace.EventSync:
		// The runtime reads the monotonic clock and then its own, and what
		// comes between makes the difference smaller, never larger. On Linux
		// they are the same clock but for its resolution, 64 ns: the largest
		// difference is the truest.
		if c := e.Sync().ClockSnapshot; c != nil {
			b.offset = max(b.offset, time.Duration(c.Mono)-time.Duration(c.Trace))
		}
	case exptrace.EventStateTransition:
		st := e.StateTransition()
		if st.Resource.Kind != exptrace.ResourceGoroutine {
			return
		}
		g := b.goroutine(int64(st.Resource.Goroutine()))
		if g.Name == "" {
			for f := range st.Stack.Frames() {
				g.Name = f.Func // the outermost frame is the last
			}
		}
		_, to := st.Goroutine()
		cause := stateCause(to, st.Reason)
		g.spans = append(g.spans, span{at, cause, b.reason(st.Reason)})
	case exptrace.EventRangeBegin, exptrace.EventRangeActive, exptrace.EventRangeEnd:
		b.stretch(e, at)
	}
}

// stateCause returns what keeps a goroutine in a state from running.
func stateCause(s exptrace.GoState, reason string) Cause {
	switch s {
	case exptrace.GoRunning:
		return Running
	case exptrace.GoRunnable:
		return Scheduler
	case exptrace.GoSyscall:
		return Syscall
	case exptrace.GoWaiting:
		return causeOf(reason)
	case exptrace.GoNotExist:
		return dead
	}
	return unknown
}

// stretch notes stops of the world and work of goroutines for the collector.
func (b *builder) stretch(e *exptrace.Event, at time.Duration) {
	r := e.Range()
	assist := r.Name == "GC mark assist"
	if !assist && !isStop(r.Name) {
		return
	}
	key := r.Name
	if assist {
		key = r.Scope.String()
	}
	if e.Kind() != exptrace.EventRangeEnd {
		if _, ok := b.open[key]; !ok {
			b.open[key] = at
		}
		return
	}
	from, ok := b.open[key]
	if !ok {
		from = b.first
	}
	delete(b.open, key)
	s := stop{from, at, b.reason(r.Name)}
	if assist {
		g := b.goroutine(int64(r.Scope.Goroutine()))
		g.assists = append(g.assists, s)
	} else {
		b.stops = append(b.stops, s)
	}
}

func isStop(name string) bool {
	const prefix = "stop-the-world"
	return len(name) > len(prefix) && name[:len(prefix)] == prefix
}

func (b *builder) goroutine(id int64) *Goroutine {
	g := b.goroutines[id]
	if g == nil {
		g = &Goroutine{ID: id}
		b.goroutines[id] = g
	}
	return g
}

// reason returns the number of a reason.
func (b *builder) reason(s string) uint16 {
	n, ok := b.known[s]
	if !ok && len(b.reasons) < math.MaxUint16 {
		n = uint16(len(b.reasons))
		b.reasons = append(b.reasons, s)
		b.known[s] = n
	}
	return n
}

// trace returns what was gathered, with shift added to all times.
func (b *builder) trace(shift time.Duration) *Trace {
	if len(b.reasons) == 0 {
		b.reasons = []string{""}
	}
	t := &Trace{From: b.first + shift, To: b.last + shift, reasons: b.reasons, stops: moved(b.stops, shift)}
	t.Goroutines = slices.SortedFunc(maps.Values(b.goroutines), func(x, y *Goroutine) int { return cmp.Compare(x.ID, y.ID) })
	for _, g := range t.Goroutines {
		for i := range g.spans {
			g.spans[i].from += shift
		}
		g.assists = moved(g.assists, shift)
	}
	return t
}

// moved returns stops in order and without overlap, with shift added.
func moved(stops []stop, shift time.Duration) (out []stop) {
	slices.SortStableFunc(stops, func(a, b stop) int { return cmp.Compare(a.from, b.from) })
	for _, s := range stops {
		s.from, s.to = s.from+shift, s.to+shift
		if n := len(out); n > 0 && s.from < out[n-1].to {
			s.from = out[n-1].to
		}
		if s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}
