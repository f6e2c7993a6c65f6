package order

import (
	"github.com/aoi-trace/aoi-trace/event"
)

// mergeKinds are the kinds that have an edge to another stream.
var mergeKinds = event.SetOf(event.Acquire, event.Release, event.Send, event.Recv, event.Close,
	event.Fork, event.Join, event.Publish, event.Observe)

const mergeWriter = 1

// A mergeEdge is a lock, a channel or an object: numbered sources, such as
// sends, and those that wait for one.
type mergeEdge struct {
	seen    mergeSeen // numbers whose source is out: sends, writers' releases, versions
	zero    int       // sources with number 0 that were pushed and are not out
	closed  bool      // a channel: its close is out
	readers []mergeReaders
	waiters []*mergeStream
	vain    bool // somebody waited in vain, and no source has come since
}

// A mergeReaders counts the readers of one section of a lock: acquires that
// were pushed, less the releases that are out.
type mergeReaders struct {
	section uint64
	open    int
}

// A mergeProcess holds the edges of one process: equal names in two processes
// are two locks, unless they are [Shared].
type mergeProcess struct{ locks, channels, objects mergeEdges }

// home returns the holder of the edges that e, an event of s, may have.
func (m *Merger) home(s *mergeStream, e *event.Event) *mergeProcess {
	if Shared(m.tables.Text(e.Str[0])) {
		return m.shared
	}
	return s.proc
}

// mergeEdges holds the edges of one class by the number of their name.
type mergeEdges []*mergeEdge

func (es *mergeEdges) of(name event.Str) *mergeEdge {
	for int(name) >= len(*es) {
		*es = append(*es, nil)
	}
	if (*es)[name] == nil {
		(*es)[name] = &mergeEdge{}
	}
	return (*es)[name]
}

func (x *mergeEdge) waitedInVain() { x.vain = x.seen.empty() }

// reading returns the count of the section's readers, which is made if add.
func (x *mergeEdge) reading(section uint64, add bool) *mergeReaders {
	for i := range x.readers {
		if x.readers[i].section == section {
			return &x.readers[i]
		}
	}
	if !add {
		return nil
	}
	x.readers = append(x.readers, mergeReaders{section: section})
	return &x.readers[len(x.readers)-1]
}

// has reports whether source n is out, or need not be waited for. Where 0 may
// stand for the state before the first source, optional is set.
func (x *mergeEdge) has(n uint64, optional bool) bool {
	return x.seen.has(n) || x.vain && x.seen.empty() || n == 0 && optional && x.zero == 0
}

// announce notes what the rest of the merger must know of e before its turn.
func (m *Merger) announce(s *mergeStream, e *event.Event) {
	if bit := lateBit[e.Kind]; bit != 0 {
		e.Phase, e.Set = 0, e.Set&^bit // it tells of the order that e came from
	}
	switch e.Kind {
	case event.Acquire:
		if e.Set&acquireN == 0 {
			return
		}
		if e.Mode != mergeWriter {
			m.home(s, e).locks.of(e.Str[0]).reading(e.Int[0], true).open++
		} else if e.Int[0] == 0 {
			m.home(s, e).locks.of(e.Str[0]).zero++
		}
	case event.Publish:
		if e.Set&publishV != 0 && e.Int[0] == 0 {
			m.home(s, e).objects.of(e.Str[0]).zero++
		}
	case event.Fork, event.Join:
		t := m.named(m.tables.Text(e.Str[0]))
		if t == s {
			return
		}
		i := len(t.ends)
		for i > 0 && t.ends[i-1].time > e.Time {
			i--
		}
		t.ends = append(t.ends, mergeEnd{})
		copy(t.ends[i+1:], t.ends[i:])
		t.ends[i] = mergeEnd{time: e.Time, by: s, join: e.Kind == event.Join}
		if e.Kind == event.Fork {
			m.recount(t)
		}
	}
}

// ready reports whether e, the head of s, may come. If not, s is held.
func (m *Merger) ready(s *mergeStream, e *event.Event) bool {
	if len(s.ends) > 0 && !s.ungated && s.awaitsFork(e) {
		s.gated = true
		m.hold(s)
		return false
	}
	if s.free {
		return true
	}
	switch e.Kind {
	case event.Acquire:
		if e.Set&acquireN == 0 {
			return true
		}
		x, n := m.home(s, e).locks.of(e.Str[0]), e.Int[0]
		if e.Mode != mergeWriter {
			return x.has(n, true) || m.await(s, x)
		}
		if n == 0 {
			return true
		}
		r := x.reading(n-1, false)
		return x.has(n-1, true) && (r == nil || r.open <= 0) || m.await(s, x)
	case event.Recv:
		x := m.home(s, e).channels.of(e.Str[0])
		if e.Set&recvClosed != 0 && e.Mode != 0 {
			return x.closed || x.vain || m.await(s, x)
		}
		return e.Set&recvN == 0 || x.has(e.Int[0], false) || m.await(s, x)
	case event.Observe:
		x := m.home(s, e).objects.of(e.Str[0])
		return e.Set&observeV == 0 || x.has(e.Int[0], true) || m.await(s, x)
	case event.Join:
		return m.ended(s, e)
	}
	return true
}

// await holds s until something happens to x.
func (m *Merger) await(s *mergeStream, x *mergeEdge) bool {
	s.edge = x
	x.waiters = append(x.waiters, s)
	m.hold(s)
	return false
}

// awaitsFork reports whether a fork of s is still to come before e. Time
// tells which of several forks it is, where a name is used again and again.
func (s *mergeStream) awaitsFork(e *event.Event) bool {
	first := s.ends[0]
	switch {
	case !first.join:
		return s.popped == 0 || first.time <= e.Time
	case e.Time <= first.time:
		return false
	}
	return len(s.ends) > 1 && !s.ends[1].join && s.ends[1].time <= e.Time
}

// ended reports whether the stream that e joins has ended; if not, s waits.
func (m *Merger) ended(s *mergeStream, e *event.Event) bool {
	t := m.named(m.tables.Text(e.Str[0]))
	if t == s {
		return true
	}
	i := t.end(s, true)
	if i < 0 {
		return true
	}
	j := &t.ends[i]
	if j.until == 0 {
		// All that the goroutine did was pushed before its join was due. If
		// the name begins again, only the time tells the two lives apart.
		j.until = t.popped + uint64(t.n)
		for _, f := range t.ends[i+1:] {
			if !f.join {
				j.until = t.popped + t.older(e.Time+1)
				break
			}
		}
	}
	if t.popped >= j.until {
		return true
	}
	s.joined, s.until = t, j.until
	t.joiners = append(t.joiners, s)
	m.hold(s)
	return false
}

// recount makes the joins of t count anew, because t begins again.
func (m *Merger) recount(t *mergeStream) {
	for i := range t.ends {
		t.ends[i].until = 0
	}
	for len(t.joiners) > 0 {
		j := t.joiners[0]
		m.release(j)
		m.heap.push(j)
	}
}

// end returns the index of the first fork or join of t that s made, or -1.
func (t *mergeStream) end(s *mergeStream, join bool) int {
	for i := range t.ends {
		if t.ends[i].by == s && t.ends[i].join == join {
			return i
		}
	}
	return -1
}

// done notes that e, the head of s, is out, and wakes whoever waited for it.
func (m *Merger) done(s *mergeStream, e *event.Event) {
	var x *mergeEdge
	n, numbered := e.Int[0], false
	switch e.Kind {
	case event.Release:
		x = m.home(s, e).locks.of(e.Str[0])
		if e.Set&releaseN == 0 {
			return
		}
		if e.Mode != mergeWriter {
			if r := x.reading(n, false); r != nil {
				r.open--
			}
			break
		}
		numbered = true
	case event.Acquire:
		if e.Set&acquireN != 0 && e.Mode == mergeWriter && n > 0 {
			m.home(s, e).locks.of(e.Str[0]).forget(n)
		}
		return
	case event.Send:
		x, numbered = m.home(s, e).channels.of(e.Str[0]), e.Set&sendN != 0
	case event.Close:
		x = m.home(s, e).channels.of(e.Str[0])
		x.closed = true
	case event.Publish:
		x, numbered = m.home(s, e).objects.of(e.Str[0]), e.Set&publishV != 0
	case event.Fork, event.Join:
		t := m.named(m.tables.Text(e.Str[0]))
		if i := t.end(s, e.Kind == event.Join); i >= 0 {
			t.ends = append(t.ends[:i], t.ends[i+1:]...)
		}
		if t.held && t.gated {
			m.wake(t)
		}
		return
	default:
		return
	}
	if numbered {
		x.seen.add(n)
		x.vain = false
		if n == 0 && x.zero > 0 {
			x.zero--
		}
	}
	for len(x.waiters) > 0 {
		m.wake(x.waiters[len(x.waiters)-1])
	}
}

// forget drops the counts of readers before section n: a writer holds it, so
// they are gone, whatever was lost of them.
func (x *mergeEdge) forget(n uint64) {
	keep := x.readers[:0]
	for _, r := range x.readers {
		if r.section >= n {
			keep = append(keep, r)
		}
	}
	x.readers = keep
}
