package order

import (
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A mergeStream holds the events of one stream that are not emitted yet, and
// what the stream waits for.
type mergeStream struct {
	name   string
	proc   *mergeProcess
	buf    []event.Event // a circle whose length is a power of two
	first  int
	n      int
	popped uint64 // events emitted

	ends    []mergeEnd     // its forks and joins that are not emitted yet, by time
	joiners []*mergeStream // whose heads are joins that wait for this stream

	held    bool
	heldAt  int          // its place among the held
	gated   bool         // held: its own fork must come first
	edge    *mergeEdge   // held: what its head waits for
	joined  *mergeStream // held: whose end its head waits for
	until   uint64       // how many of joined's events must be out by then
	ungated bool         // its head no longer waits for a fork
	free    bool         // its head no longer waits for an edge
}

// A mergeEnd is a fork or a join of a stream, seen in another one.
type mergeEnd struct {
	time  time.Duration
	by    *mergeStream
	join  bool
	until uint64 // a join: how many of the stream's events precede it; 0: not counted yet
}

// at returns event i of those that wait.
func (s *mergeStream) at(i int) *event.Event { return &s.buf[(s.first+i)&(len(s.buf)-1)] }

func (s *mergeStream) pop() {
	s.first = (s.first + 1) & (len(s.buf) - 1)
	s.n--
	s.popped++
	s.ungated, s.free = false, false
}

func (s *mergeStream) grow() {
	b := make([]event.Event, max(16, 2*len(s.buf)))
	for i := range s.n {
		b[i] = *s.at(i)
	}
	s.buf, s.first = b, 0
}

// place makes room for an event of a lane that is behind the others, and
// returns where it goes: before every younger event of the other lanes.
func (s *mergeStream) place(lane uint64, t time.Duration) int {
	i := s.n
	for i > 0 && s.at(i-1).Time > t && s.at(i-1).Seq != lane {
		*s.at(i) = *s.at(i - 1)
		i--
	}
	if i == 0 {
		s.ungated, s.free = false, false
	}
	return i
}

// older counts the waiting events up to the first that is not older than t.
func (s *mergeStream) older(t time.Duration) uint64 {
	i := 0
	for i < s.n && s.at(i).Time < t {
		i++
	}
	return uint64(i)
}

// stream returns the stream with this number.
func (m *Merger) stream(id event.StreamID) *mergeStream {
	if int(id) < len(m.streams) && m.streams[id] != nil {
		return m.streams[id]
	}
	for int(id) >= len(m.streams) {
		m.streams = append(m.streams, nil)
	}
	s := m.named(m.tables.StreamName(id))
	m.streams[id] = s
	return s
}

// named returns the stream with this name, which may not have begun.
func (m *Merger) named(name string) *mergeStream {
	s := m.byName[name]
	if s == nil {
		proc, _, ok := strings.Cut(name, "/")
		if !ok {
			proc = ""
		}
		p := m.procs[proc]
		if p == nil {
			p = &mergeProcess{}
			m.procs[proc] = p
		}
		s = &mergeStream{name: name, proc: p}
		m.byName[name] = s
	}
	return s
}

// hold takes s, whose head must wait, out of the running. The caller takes it
// from the heap.
func (m *Merger) hold(s *mergeStream) {
	s.held, s.heldAt = true, len(m.held)
	m.held = append(m.held, s)
}

// release ends the wait of s. The caller puts it into the heap.
func (m *Merger) release(s *mergeStream) {
	last := m.held[len(m.held)-1]
	m.held[s.heldAt], last.heldAt = last, s.heldAt
	m.held = m.held[:len(m.held)-1]
	if s.edge != nil {
		s.edge.waiters = without(s.edge.waiters, s)
	}
	if s.joined != nil {
		s.joined.joiners = without(s.joined.joiners, s)
	}
	s.held, s.gated, s.edge, s.joined = false, false, nil, nil
}

// wake ends the wait of s while run is at work.
func (m *Merger) wake(s *mergeStream) {
	m.release(s)
	m.woken = append(m.woken, s)
}

func without(list []*mergeStream, s *mergeStream) []*mergeStream {
	for i, w := range list {
		if w == s {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}

// A mergeHead is a stream that has events, with the time of the first.
type mergeHead struct {
	time   time.Duration
	stream *mergeStream
}

// before reports whether h comes before an event of stream s at time t.
func (h mergeHead) before(t time.Duration, s *mergeStream) bool {
	return h.time < t || h.time == t && h.stream.name < s.name
}

// A mergeHeap has the head that comes first at index 0.
type mergeHeap []mergeHead

func (h *mergeHeap) push(s *mergeStream) {
	*h = append(*h, mergeHead{s.at(0).Time, s})
	h.up(len(*h) - 1)
}

// pop drops the first head.
func (h *mergeHeap) pop() {
	old := *h
	old[0] = old[len(old)-1]
	old[len(old)-1] = mergeHead{}
	*h = old[:len(old)-1]
	h.down(0)
}

// second returns the head that comes after the first, or nil.
func (h mergeHeap) second() *mergeHead {
	switch {
	case len(h) < 2:
		return nil
	case len(h) > 2 && h[2].before(h[1].time, h[1].stream):
		return &h[2]
	}
	return &h[1]
}

// fix puts s, whose head has become older, into its place.
func (h mergeHeap) fix(s *mergeStream) {
	for i := range h {
		if h[i].stream == s {
			h[i].time = s.at(0).Time
			h.up(i)
			return
		}
	}
}

func (h mergeHeap) up(i int) {
	for i > 0 {
		p := (i - 1) / 2
		if !h[i].before(h[p].time, h[p].stream) {
			return
		}
		h[i], h[p] = h[p], h[i]
		i = p
	}
}

func (h mergeHeap) down(i int) {
	for {
		c := 2*i + 1
		if c >= len(h) {
			return
		}
		if c+1 < len(h) && h[c+1].before(h[c].time, h[c].stream) {
			c++
		}
		if !h[c].before(h[i].time, h[i].stream) {
			return
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}
