package exectrace

import (
	"cmp"
	"mime"
	"slices"
	"strconv"
	"time"
)

// Zero returns the time of the machine's monotonic clock at which the trace
// begins that an execution trace is attached to, from its media type. It
// returns false if that does not say.
func Zero(mediaType string) (time.Duration, bool) {
	_, params, err := mime.ParseMediaType(mediaType)
	if err != nil || params["clock"] != "monotonic" {
		return 0, false
	}
	zero, err := strconv.ParseInt(params["zero"], 10, 64)
	return time.Duration(zero), err == nil
}

// A Trace is what the goroutines of a process did, in times of the trace that
// it is attached to.
type Trace struct {
	From, To time.Duration // what it tells of

	Goroutines []*Goroutine // by ID

	reasons []string // of spans
	stops   []stop   // of the world, in order
}

// A Goroutine is one goroutine of the process.
type Goroutine struct {
	ID   int64
	Name string // the function that it runs; "" if the trace does not say

	spans   []span
	assists []stop
}

// A span begins a state, which lasts until the next.
type span struct {
	from   time.Duration
	cause  Cause
	reason uint16 // in Trace.reasons
}

// A stop is a stretch of time in which the collector takes a goroutine, or
// all of them.
type stop struct {
	from, to time.Duration
	reason   uint16
}

// A Wait is a stretch of time in which a goroutine did not do its own work.
type Wait struct {
	From, To time.Duration
	Cause    Cause
	Reason   string // the runtime's word for it: "chan receive"; of a system call and the scheduler it may be ""
}

// Goroutine returns the goroutine of that number, or nil.
func (t *Trace) Goroutine(id int64) *Goroutine {
	i, ok := slices.BinarySearchFunc(t.Goroutines, id, func(g *Goroutine, id int64) int { return cmp.Compare(g.ID, id) })
	if !ok {
		return nil
	}
	return t.Goroutines[i]
}

// Waits returns what the goroutine waited for between two times, in order;
// what begins before or ends after is cut there. A stop of the world while it
// could have run, and what it had to do for the collector while it ran, count
// as waits for the collector.
func (t *Trace) Waits(id int64, from, to time.Duration) (waits []Wait) {
	g := t.Goroutine(id)
	if g == nil {
		return nil
	}
	first, _ := slices.BinarySearchFunc(g.spans, from, func(s span, at time.Duration) int { return cmp.Compare(s.from, at) })
	for i := max(0, first-1); i < len(g.spans) && g.spans[i].from < to; i++ {
		s := g.spans[i]
		end := t.To
		if i+1 < len(g.spans) {
			end = g.spans[i+1].from
		}
		begin, end := max(s.from, from), min(end, to)
		if begin >= end {
			continue
		}
		switch s.cause {
		case unknown, dead:
		case Running:
			waits = t.during(waits, g.assists, begin, end, nil)
		case Scheduler:
			waits = t.during(waits, t.stops, begin, end, &Wait{Cause: Scheduler, Reason: t.reasons[s.reason]})
		default:
			waits = append(waits, Wait{begin, end, s.cause, t.reasons[s.reason]})
		}
	}
	return waits
}

// during adds those parts of stops that lie between two times, as waits for
// the collector, and what is between them as rest, unless that is nil.
func (t *Trace) during(waits []Wait, stops []stop, from, to time.Duration, rest *Wait) []Wait {
	add := func(until time.Duration) {
		if rest != nil && from < until {
			waits = append(waits, Wait{from, until, rest.Cause, rest.Reason})
		}
	}
	first, _ := slices.BinarySearchFunc(stops, from, func(s stop, at time.Duration) int { return cmp.Compare(s.to, at) })
	for _, s := range stops[first:] {
		begin, end := max(s.from, from), min(s.to, to)
		if begin >= to {
			break
		}
		if begin >= end {
			continue
		}
		add(begin)
		waits = append(waits, Wait{begin, end, GC, t.reasons[s.reason]})
		from = end
	}
	add(to)
	return waits
}

// Total returns how long the waits last together, by cause.
func Total(waits []Wait) map[Cause]time.Duration {
	sum := map[Cause]time.Duration{}
	for _, w := range waits {
		sum[w.Cause] += w.To - w.From
	}
	return sum
}
