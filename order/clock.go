package order

import (
	"strings"

	"github.com/aoi-trace/aoi-trace/event"
)

// Clocks follows happens-before through a trace that comes in an order which
// contradicts no edge. It knows the edges that the trace is sure of: order
// within a stream, fork and join, lock sections by number, messages by
// number, published versions. Time never makes an edge, and none leads from one
// process to another but by what is [Shared].
//
// Call [Clocks.Step] for each event in turn; [Clocks.Before] then tells
// whether an earlier event surely happened before the present one.
type Clocks struct {
	streams []streamClock
	procs   event.Table
	locks   map[object]*lockClock
	chans   map[object]*history
	values  map[object]*history
	first   event.StreamID
	seen    bool
	multi   bool // events of more than one stream came
}

type streamClock struct {
	known   vector // known[u] is one more than the last event of stream u that is surely before
	proc    uint32
	started bool
	last    uint64 // one more than the sequence number of the newest event
	edges   uint32 // how many edges came in
}

// A vector holds for each stream one more than the sequence number of its
// last known event; streams beyond its end are not known at all.
type vector []uint64

func (v *vector) join(o vector) bool {
	for len(*v) < len(o) {
		*v = append(*v, 0)
	}
	more := false
	for i, n := range o {
		if n > (*v)[i] {
			(*v)[i] = n
			more = true
		}
	}
	return more
}

func (v vector) copy() vector { return append(vector(nil), v...) }

// An object is a lock, channel or value; equal names in two processes are
// two objects, unless they are [Shared].
type object struct {
	proc uint32
	name event.Str
}

// sharedProc stands for the process of names that all processes share.
const sharedProc = ^uint32(0)

type lockClock struct {
	section uint64 // of the last writer
	wrote   vector // when the last writer released it
	read    vector // when the readers since then did
}

// Process returns the process that a stream's name begins with, or "".
func Process(stream string) string {
	proc, _, ok := strings.Cut(stream, "/")
	if !ok {
		return ""
	}
	return proc
}

// Shared reports whether a lock, a channel or an object with this name is one
// in all processes of a trace: a queue between two servers, a lock in a
// database. That is so for names that begin with "//".
func Shared(name string) bool { return strings.HasPrefix(name, "//") }

// Step moves to event i of b.
func (c *Clocks) Step(b *event.Block, i int) {
	s := b.Stream[i]
	if !c.seen {
		c.seen, c.first = true, s
	}
	c.multi = c.multi || s != c.first
	sc := c.stream(b.Tables, s)
	sc.last = b.Seq[i] + 1
	switch b.Kind[i] {
	case event.Fork, event.Join, event.Acquire, event.Release, event.Send, event.Recv,
		event.Close, event.Publish, event.Observe:
		c.edge(b, i, sc)
	}
}

// Multi reports whether events of more than one stream have come.
func (c *Clocks) Multi() bool { return c.multi }

// Edges returns a number that grows whenever stream s learns something.
func (c *Clocks) Edges(s event.StreamID) uint32 {
	if int(s) < len(c.streams) {
		return c.streams[s].edges
	}
	return 0
}

// Before reports whether the event r, which has come, surely happened before
// the present event of stream s.
func (c *Clocks) Before(r event.Ref, s event.StreamID) bool {
	if r.Stream == s {
		return true
	}
	if int(s) >= len(c.streams) {
		return false
	}
	known := c.streams[s].known
	return int(r.Stream) < len(known) && known[r.Stream] > r.Seq
}

// Proc returns the number of the process of stream s, and its name's table.
func (c *Clocks) Proc(t *event.Tables, s event.StreamID) uint32 { return c.stream(t, s).proc }

// ProcName returns the name of process p.
func (c *Clocks) ProcName(p uint32) string { return c.procs.Name(p) }

func (c *Clocks) stream(t *event.Tables, s event.StreamID) *streamClock {
	for int(s) >= len(c.streams) {
		c.streams = append(c.streams, streamClock{})
	}
	sc := &c.streams[s]
	if !sc.started {
		sc.started = true
		sc.proc = c.procs.Add(Process(t.StreamName(s)))
	}
	return sc
}

// now returns all that is before or at event i of b.
func (c *Clocks) now(b *event.Block, i int, sc *streamClock) vector {
	v := sc.known.copy()
	s := int(b.Stream[i])
	for len(v) <= s {
		v = append(v, 0)
	}
	v[s] = b.Seq[i] + 1
	return v
}

func (c *Clocks) learn(s event.StreamID, v vector) {
	sc := &c.streams[s]
	if sc.known.join(v) {
		sc.edges++
	}
}

// named returns the stream that a fork or join of process p calls name: that
// of its own process, if the name does not say which.
func (c *Clocks) named(b *event.Block, p uint32, name event.Str) event.StreamID {
	text := b.Text(name)
	if proc := c.procs.Name(p); proc != "" && Process(text) == "" {
		text = proc + "/" + text
	}
	return b.Tables.Stream(text)
}

func (c *Clocks) edge(b *event.Block, i int, sc *streamClock) {
	s, kind := b.Stream[i], b.Kind[i]
	obj := object{sc.proc, b.Str[0][i]}
	if kind != event.Fork && kind != event.Join && Shared(b.Text(obj.name)) {
		obj.proc = sharedProc
	}
	if b.Set[i]&lateBit[kind] != 0 && b.Phase[i] != 0 {
		return // its other end came later in the file: no edge can be made of it
	}
	switch kind {
	case event.Fork:
		child := c.named(b, obj.proc, b.Str[0][i])
		v := c.now(b, i, sc)
		c.stream(b.Tables, child)
		c.learn(child, v)
	case event.Join:
		child := c.named(b, obj.proc, b.Str[0][i])
		c.stream(b.Tables, child)
		c.learn(s, c.streams[child].own(child))
	case event.Acquire:
		if b.Set[i]&acquireN == 0 {
			return
		}
		l := c.lock(obj)
		if n := b.Int[0][i]; b.Mode[i] == writeMode && n > l.section || b.Mode[i] != writeMode && n >= l.section {
			c.learn(s, l.wrote)
			if b.Mode[i] == writeMode {
				c.learn(s, l.read)
			}
		}
	case event.Release:
		if b.Set[i]&releaseN == 0 {
			return
		}
		l, n := c.lock(obj), b.Int[0][i]
		switch {
		case n < l.section:
		case b.Mode[i] == writeMode:
			l.section, l.wrote, l.read = n, c.now(b, i, sc), nil
		default:
			l.read.join(c.now(b, i, sc))
		}
	case event.Send:
		if b.Set[i]&sendN != 0 {
			if b.Set[i]&sendPhase == 0 || b.Phase[i] == 0 {
				keep(&c.chans, obj, b.Int[0][i], c.now(b, i, sc))
			}
		}
	case event.Recv:
		if b.Set[i]&recvClosed != 0 && b.Mode[i] != 0 {
			c.learn(s, take(c.chans, obj, closed))
		} else if b.Set[i]&recvN != 0 {
			c.learn(s, take(c.chans, obj, b.Int[0][i]))
		}
	case event.Close:
		keep(&c.chans, obj, closed, c.now(b, i, sc))
	case event.Publish:
		if b.Set[i]&publishV != 0 {
			keep(&c.values, obj, b.Int[0][i], c.now(b, i, sc))
		}
	case event.Observe:
		if b.Set[i]&observeV != 0 {
			c.learn(s, take(c.values, obj, b.Int[0][i]))
		}
	}
}

// own returns all that is before the end of the stream, as far as it has come.
func (sc *streamClock) own(s event.StreamID) vector {
	v := sc.known.copy()
	for len(v) <= int(s) {
		v = append(v, 0)
	}
	v[s] = sc.last
	return v
}

func (c *Clocks) lock(o object) *lockClock {
	l := c.locks[o]
	if l == nil {
		if c.locks == nil {
			c.locks = map[object]*lockClock{}
		}
		l = &lockClock{}
		c.locks[o] = l
	}
	return l
}

// A history keeps what was known at the newest messages or versions of one
// object. Older ones are forgotten: an edge to them is then not known, which
// can hide a finding but never make one.
type history struct {
	at    map[uint64]vector
	order []uint64 // oldest first
}

const (
	historyLen = 1 << 12
	closed     = ^uint64(0) // the number under which a channel's close is kept
)

func keep(m *map[object]*history, o object, n uint64, v vector) {
	if *m == nil {
		*m = map[object]*history{}
	}
	h := (*m)[o]
	if h == nil {
		h = &history{at: map[uint64]vector{}}
		(*m)[o] = h
	}
	if _, ok := h.at[n]; !ok {
		if len(h.order) == historyLen {
			delete(h.at, h.order[0])
			h.order = h.order[1:]
		}
		h.order = append(h.order, n)
	}
	h.at[n] = v
}

func take(m map[object]*history, o object, n uint64) vector {
	if h := m[o]; h != nil {
		return h.at[n]
	}
	return nil
}

const writeMode = 1 // "w" of the modes r and w

var (
	acquireN   = event.Acquire.Bit("n")
	releaseN   = event.Release.Bit("n")
	sendN      = event.Send.Bit("n")
	sendPhase  = event.Send.Bit("phase")
	recvN      = event.Recv.Bit("n")
	recvClosed = event.Recv.Bit("closed")
	publishV   = event.Publish.Bit("v")
	observeV   = event.Observe.Bit("v")

	lateBit = func() (bits [event.NumKinds]event.Set) {
		for _, k := range []event.Kind{event.Acquire, event.Recv, event.Join, event.Observe} {
			bits[k] = k.Bit("late")
		}
		return bits
	}()
)
