// Package order is happens-before: which events of a trace are sure to have
// come before which. A [Merger] puts the events of many streams into one
// order that contradicts none of it; [Clocks] follows such an order and tells
// what is before what. Neither takes time for more than a way to break ties.
package order

import (
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// The bounds of a Merger, where it is not told others.
const (
	DefaultWindow = 100 * time.Millisecond
	DefaultLimit  = 1 << 17
)

// A Merger makes one order of the events of many streams: by time, but never
// against an edge that it knows. In what it emits,
//
//   - each stream keeps its own order;
//   - a recv follows the send of the same message, and a recv that finds the
//     channel closed follows the close;
//   - an acquire for writing follows every release of the section before, and
//     an acquire for reading the writer's release of the section it names;
//   - an observe follows the publish of the version it saw;
//   - a stream begins after its fork and ends before its join.
//
// Of the events that are free to come next, the one with the least time comes
// first, then the one whose stream's name is least: the same pushes give the
// same order, whatever the clocks said.
//
// An event whose other end does not come is held for Window of trace time, or
// until Limit events wait behind such events. Then it is emitted with
// late=true: what it follows comes later in this order, or never. A number
// that is not there (a recv without n) makes no edge. Number 0 of a lock or
// of a published object may be the state before the first section or version:
// it is waited for only when it is known to come.
//
// Equal names in two processes are two locks, channels or objects, unless
// they are [Shared].
//
// A Merger is not safe for concurrent use.
type Merger struct {
	Window time.Duration // how long an event waits for the other end of its edge
	Limit  int           // how many events wait behind such an event at most

	tables *event.Tables
	emit   func(*event.Event)

	streams []*mergeStream // by StreamID
	byName  map[string]*mergeStream
	heap    mergeHeap      // streams that have an event and do not wait
	held    []*mergeStream // streams that wait for the other end of an edge
	woken   []*mergeStream // held until just now; not in the heap yet
	procs   map[string]*mergeProcess
	shared  *mergeProcess // of what all processes share; also in procs

	buffered int
	late     uint64
}

// NewMerger returns a merger of events that refer to t. It hands the events
// in their order to emit, which must neither keep the pointer nor call the
// merger. What emit finds in Seq is of no meaning.
func NewMerger(t *event.Tables, emit func(*event.Event)) *Merger {
	m := &Merger{
		Window: DefaultWindow,
		Limit:  DefaultLimit,
		tables: t,
		emit:   emit,
		byName: map[string]*mergeStream{},
		procs:  map[string]*mergeProcess{},
		shared: &mergeProcess{},
	}
	m.procs["//"] = m.shared // a name that no process has
	return m
}

// Buffered returns how many events were pushed and not emitted yet.
func (m *Merger) Buffered() int { return m.buffered }

// Late returns how many events were emitted with late=true.
func (m *Merger) Late() uint64 { return m.late }

// Push takes a copy of e, the next event of its stream in this lane. A lane is
// one place that events come from, such as a ring or a file, and lanes are
// numbered as the caller likes. The events of one stream in one lane are
// pushed in the stream's order; where a stream has several lanes, because it
// was closed and opened again, time says how they interleave.
func (m *Merger) Push(lane int, e *event.Event) {
	s := m.stream(e.Stream)
	if s.n == len(s.buf) {
		s.grow()
	}
	i := s.n
	if i > 0 && s.at(i-1).Time > e.Time && s.at(i-1).Seq != uint64(lane) {
		i = s.place(uint64(lane), e.Time)
	}
	q := s.at(i)
	*q = *e
	q.Seq = uint64(lane) // until it is emitted
	s.n++
	m.buffered++
	if mergeKinds.Has(e.Kind) {
		m.announce(s, q)
	}
	if i > 0 {
		return
	}
	switch {
	case s.n == 1:
		m.heap.push(s)
	case s.held:
		m.release(s)
		m.heap.push(s)
	default:
		m.heap.fix(s)
	}
}

// Advance says that no event older than horizon is still to be pushed, and
// emits those that are older, as far as their edges allow. A caller that
// breaks the promise gets an order by time that is only nearly right; edges
// hold as ever.
func (m *Merger) Advance(horizon time.Duration) {
	for {
		m.run(horizon)
		if !m.expire(horizon) {
			return
		}
	}
}

// Flush emits everything that is left.
func (m *Merger) Flush() {
	const never = 1 << 62
	m.Advance(never)
}

// run emits what is older than horizon and may come.
func (m *Merger) run(horizon time.Duration) {
	for len(m.heap) > 0 && m.heap[0].time < horizon {
		s := m.heap[0].stream
		rival := m.heap.second()
		for {
			e := s.at(0)
			if (mergeKinds.Has(e.Kind) || len(s.ends) > 0) && !m.ready(s, e) {
				m.heap.pop()
				break
			}
			m.next(s, e)
			if s.n == 0 {
				m.heap.pop()
				break
			}
			t := s.at(0).Time
			if len(m.woken) > 0 || t >= horizon || rival != nil && rival.before(t, s) {
				m.heap[0].time = t
				m.heap.down(0)
				break
			}
		}
		for _, w := range m.woken {
			m.heap.push(w)
		}
		m.woken = m.woken[:0]
	}
}

// next emits e, the first event of s, and lets go whoever waited for it.
func (m *Merger) next(s *mergeStream, e *event.Event) {
	e.Seq = 0
	m.emit(e)
	m.buffered--
	if mergeKinds.Has(e.Kind) {
		m.done(s, e)
	}
	s.pop()
	for i := 0; i < len(s.joiners); i++ {
		if j := s.joiners[i]; s.popped >= j.until {
			m.wake(j)
			i--
		}
	}
}

// expire lets one held event go whose time has run out. It reports whether
// there was one.
func (m *Merger) expire(horizon time.Duration) bool {
	var first *mergeStream
	behind := 0
	for _, s := range m.held {
		behind += s.n
		if first == nil || (mergeHead{s.at(0).Time, s}).before(first.at(0).Time, first) {
			first = s
		}
	}
	if first == nil {
		return false
	}
	e := first.at(0)
	if behind <= m.Limit && horizon-e.Time <= m.Window {
		return false
	}
	if first.gated {
		first.ungated = true
	} else {
		first.free = true
		e.Phase, e.Set = 1, e.Set|lateBit[e.Kind]
		m.late++
		if first.edge != nil {
			first.edge.waitedInVain()
		}
	}
	m.release(first)
	m.heap.push(first)
	return true
}
