package record

import "sync"

// A Goroutine is one that [Go] has started.
type Goroutine struct {
	rec  *Recorder
	name string
	done chan struct{}
}

// Go runs f in a new goroutine, which has a stream of that name: it is handed
// to f, and what the goroutine records without a handle goes there too. The
// stream begins after what the caller has recorded so far. Go is for
// goroutines that live long or are few, since the name of each is kept; a
// [Group] has no such limit. With a nil recorder f gets a nil stream.
func Go(rec *Recorder, name string, f func(*Stream)) *Goroutine {
	g := &Goroutine{rec: rec, done: make(chan struct{})}
	if rec == nil {
		go func() {
			defer close(g.done)
			f(nil)
		}()
		return g
	}
	s := rec.Stream(name)
	g.name = s.String()
	rec.Fork(g.name)
	go func() {
		defer close(g.done)
		defer s.Close()
		defer rec.Use(rec.Use(s))
		f(s)
	}()
	return g
}

// Wait waits until the goroutine has ended, and records that what it did is
// before what the caller does from here on.
func (g *Goroutine) Wait() {
	<-g.done
	if g.rec != nil {
		g.rec.Join(g.name)
	}
}

// Done is closed when the goroutine has ended. Whoever learns it from here and
// not from Wait has no order with it in the trace.
func (g *Goroutine) Done() <-chan struct{} { return g.done }

// A Group is a sync.WaitGroup whose goroutines and waits are in the trace. The
// zero Group is empty and not recorded.
type Group struct {
	wg   sync.WaitGroup
	rec  *Recorder
	obj  Name
	name string

	mu   sync.Mutex
	v    uint64    // calls of Done so far
	idle []*Stream // of goroutines that have ended
}

// Record names the group and has rec record it. It must come before the first
// Add or Go.
func (g *Group) Record(rec *Recorder, name string) {
	if rec == nil {
		return
	}
	g.rec, g.name = rec, name
	g.obj, _ = rec.object("object", name)
}

// Add adds n, which may be negative, to the count of the group.
func (g *Group) Add(n int) { g.wg.Add(n) }

// Done takes one from the count. What the caller has recorded is before what
// follows a Wait that this call lets go.
func (g *Group) Done() {
	if g.rec != nil {
		g.publish()
	}
	g.wg.Done()
}

// publish chains the calls of Done, which the mutex orders: a Wait then needs
// to see only the last.
func (g *Group) publish() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.v > 0 {
		g.rec.Observe(g.obj, g.v)
	}
	g.v++
	g.rec.Publish(g.obj, g.v)
}

// Wait waits until the count is zero.
func (g *Group) Wait() {
	g.wg.Wait()
	if g.rec == nil {
		return
	}
	g.mu.Lock()
	v := g.v
	g.mu.Unlock()
	if v > 0 {
		g.rec.Observe(g.obj, v)
	}
}

// Go runs f in a new goroutine and counts it. Recorded, it has a stream named
// like the group, which [Recorder.Here] returns inside f; a goroutine may
// continue the stream of one of the group that has ended.
func (g *Group) Go(f func()) {
	g.wg.Add(1)
	if g.rec == nil {
		go func() {
			defer g.wg.Done()
			f()
		}()
		return
	}
	s := g.stream()
	g.rec.Fork(s.String())
	go func() {
		before := g.rec.Use(s)
		defer func() {
			g.publish()
			g.rec.Use(before)
			g.mu.Lock()
			g.idle = append(g.idle, s)
			g.mu.Unlock()
			g.wg.Done()
		}()
		f()
	}()
}

// stream returns a stream that no goroutine uses.
func (g *Group) stream() *Stream {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.idle); n > 0 {
		s := g.idle[n-1]
		g.idle = g.idle[:n-1]
		return s
	}
	return g.rec.Stream(g.name)
}
