package world

import (
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Relation says how surely one event comes before another.
type Relation uint8

const (
	Unordered Relation = iota // either may have come first
	ByClock                   // no edge orders them, but clocks put Slack or more between them
	Sure                      // happens-before orders them
)

// Slack is how far apart the clocks must put two events that no edge orders
// for one to be called earlier: an action is stamped after it is done, and
// its goroutine may have lost the processor in between.
const Slack = 100 * time.Millisecond

// A Mark remembers the last change of one object of the state: an entity's
// position, its life, or a pair.
type Mark struct {
	Ref   event.Ref
	Time  time.Duration
	gaps  uint32 // how many gaps of its class were surely before it
	loose bool   // it is unordered with the change before it
	Set   bool
}

var allClasses = [numClasses]bool{true, true, true, true, true}

const someGapUnordered = ^uint32(0)

// class groups the kinds of events that gaps may have lost.
type class uint8

const (
	posClass  class = iota // positions
	lifeClass              // spawns and despawns
	viewClass              // views
	radClass               // radii of entities
	hideClass              // pairs that a rule hides
	numClasses
)

var classKinds = [numClasses]event.KindSet{
	posClass:  event.SetOf(event.Spawn, event.Move, event.Despawn, event.Space),
	lifeClass: event.SetOf(event.Spawn, event.Despawn, event.Space),
	viewClass: event.SetOf(event.Enter, event.Leave, event.View, event.Despawn, event.Spawn, event.Space),
	radClass:  event.SetOf(event.Radius, event.Space),
	hideClass: event.SetOf(event.Filter, event.Space),
}

// object names one object of the state, for marks and claims.
type object struct {
	space *Space
	class class
	key   uint64 // entity slot, or pair key
}

// mark notes that event i of b changed the object whose mark is m.
func (w *World) mark(m *Mark, o object, b *event.Block, i int) {
	now := event.Ref{Stream: b.Stream[i], Seq: b.Seq[i]}
	if w.Clocks.Multi() && m.Set {
		w.order(m, o, now)
	}
	m.Ref, m.Time, m.Set = now, b.Time[i], true
	m.gaps = w.gaps.known(w, now.Stream, o.class)
}

// order keeps, for an object whose changes are not ordered, all those that
// no later change is surely after.
func (w *World) order(m *Mark, o object, now event.Ref) {
	if !m.loose {
		if w.Clocks.Before(m.Ref, now.Stream) {
			return
		}
		m.loose = true
		w.loose[o] = []Mark{*m}
		return
	}
	open := w.loose[o][:0]
	for _, old := range append(w.loose[o], *m) {
		if !w.Clocks.Before(old.Ref, now.Stream) {
			open = append(open, old)
		}
	}
	if len(open) == 0 {
		m.loose = false
		delete(w.loose, o)
		return
	}
	w.loose[o] = open
}

// relation says how surely the object's last change, and no other, is the
// one that counts at the present event of stream s at time t.
func (w *World) relation(m *Mark, o object, s event.StreamID, t time.Duration) Relation {
	if !m.Set || m.gaps != w.gaps.count[o.class] {
		return Unordered
	}
	if m.loose {
		for _, old := range w.loose[o] {
			if m.Time-old.Time < Slack {
				return Unordered
			}
		}
	}
	switch {
	case w.Clocks.Before(m.Ref, s):
		if m.loose {
			return ByClock
		}
		return Sure
	case t-m.Time >= Slack:
		return ByClock
	}
	return Unordered
}

// after says how surely every change of the object that no later one is after
// came before the present event of stream s at time t.
func (w *World) after(m *Mark, o object, s event.StreamID, t time.Duration) Relation {
	if !m.Set {
		return Sure
	}
	rel := w.afterOne(m, s, t)
	if m.loose {
		for i := range w.loose[o] {
			rel = min(rel, w.afterOne(&w.loose[o][i], s, t))
		}
	}
	return rel
}

func (w *World) afterOne(m *Mark, s event.StreamID, t time.Duration) Relation {
	switch {
	case w.Clocks.Before(m.Ref, s):
		return Sure
	case t-m.Time >= Slack:
		return ByClock
	}
	return Unordered
}
