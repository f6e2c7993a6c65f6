package record

import (
	"strconv"
	"sync"
)

// An Op is an operation that has begun.
type Op struct{ s *Stream }

// Op begins operation op on entity e, for one line at the head of a function:
//
//	defer zone.Op(move, id).End()
//
// It ends however the function does, by a panic too.
func (s *Stream) Op(op Name, e uint64) Op {
	if s != nil {
		s.w.Begin(op, e)
	}
	return Op{s}
}

// Op begins operation op on the stream of the goroutine that calls; see
// [Stream.Op].
func (r *Recorder) Op(op Name, e uint64) Op {
	if r == nil {
		return Op{}
	}
	return r.op(op, e)
}

func (r *Recorder) op(op Name, e uint64) Op { return r.mine().Op(op, e) }

// End ends the operation.
func (o Op) End() {
	if o.s != nil {
		o.s.w.End()
	}
}

// A Listener is one that was opened for an entity. A nil Listener is not
// recorded.
type Listener struct {
	rec  *Recorder
	kind string
	n    int
	e    uint64
	once sync.Once
}

// listeners numbers the open listeners of each kind; a number is free again
// when its listener is closed, the one that has been free longest first, so
// that names stay few.
type listeners struct {
	mu    sync.Mutex
	kinds map[string]*numbers
}

type numbers struct {
	made int
	free []int
}

// Listen records that a listener of a kind ("chat", "inventory") is opened for
// entity e. Close it where the listener is closed: what stays open is a leak.
func (r *Recorder) Listen(e uint64, kind string) *Listener {
	if r == nil {
		return nil
	}
	return r.listen(e, kind)
}

func (r *Recorder) listen(e uint64, kind string) *Listener {
	l := &Listener{rec: r, kind: kind, e: e, n: r.open.take(kind)}
	r.Watch(e, l.id())
	return l
}

// Close records that the listener is closed. Closing it again does nothing.
func (l *Listener) Close() {
	if l == nil {
		return
	}
	l.once.Do(func() {
		l.rec.Unwatch(l.e, l.id())
		l.rec.open.give(l.kind, l.n)
	})
}

func (l *Listener) id() Name { return l.rec.Name(l.kind + "-" + strconv.Itoa(l.n)) }

func (l *listeners) take(kind string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kinds == nil {
		l.kinds = map[string]*numbers{}
	}
	n := l.kinds[kind]
	if n == nil {
		n = &numbers{}
		l.kinds[kind] = n
	}
	if len(n.free) > 0 {
		first := n.free[0]
		n.free = n.free[1:]
		return first
	}
	n.made++
	return n.made
}

func (l *listeners) give(kind string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kinds[kind].free = append(l.kinds[kind].free, n)
}
