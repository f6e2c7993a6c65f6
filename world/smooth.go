package world

import (
	"math"

	"github.com/aoi-trace/aoi-trace/event"
)

// Most evaluations find nothing new, because nobody came near a border. Where
// distances change no faster than entities travel, that can be known without
// looking: a pair that is m away from changing sides cannot have changed
// before one of the two has travelled m/2. So a sweep leaves with each entity
// how far it may travel until it is due again, and lowers that of those
// around it to what the two have left between them.

// smooth reports whether that holds for the space.
func (s *Space) smooth() bool {
	switch s.Contract.Metric {
	case event.Circle, event.Square, event.Sphere:
		return !s.ownRadii && !s.Contract.EvalMove && s.Contract.Delay == (event.Wait{})
	}
	return false
}

// due reports whether e has to be swept.
func (s *Space) due(e *Entity) bool {
	return e.discs > 0 || e.Travelled >= s.dueAt[e.slot]
}

// force makes e due at the next evaluation.
func (e *Entity) force() { e.Space.dueAt[e.slot] = -1 }

// sweepSmooth does what sweep does, for a smooth space, and says when e is
// due again.
func (w *World) sweepSmooth(s *Space, e *Entity, at *event.Event) {
	s.stamp++
	stamp := s.stamp
	if e.Alive != In || !e.Placed {
		for _, l := range e.View {
			w.classify(s, l.Pair, at)
		}
		for _, l := range e.SeenBy {
			w.classify(s, l.Pair, at)
		}
		w.sweepMisses(s, e, at)
		s.dueAt[e.slot] = -1
		return
	}
	enter, leave := s.Contract.Enter, s.Contract.LeaveRadius()
	near := enter - s.tolerance(enter) // at this distance or nearer it must be seen
	far := leave + s.tolerance(leave)  // beyond this distance it must not
	// Those that the grid does not show are a cell away at least.
	left := s.grid.size - near
	meet := func(x int32, m float64) {
		m = math.Abs(m)
		left = min(left, m)
		s.dueAt[x] = min(s.dueAt[x], s.travelled[x]+m/2)
	}
	for _, l := range e.View {
		s.inView[l.slot] = stamp
		if s.flags[l.slot]&flagHere == 0 {
			continue
		}
		m := far - s.distance(e.plane, s.planes[l.slot])
		if m < 0 || e.discs > 0 {
			w.classify(s, l.Pair, at)
		}
		meet(l.slot, m)
	}
	for _, l := range e.SeenBy {
		s.sees[l.slot] = stamp
		if s.flags[l.slot]&flagHere == 0 {
			continue
		}
		m := far - s.distance(s.planes[l.slot], e.plane)
		if m < 0 || e.discs > 0 {
			w.classify(s, l.Pair, at)
		}
		meet(l.slot, m)
	}
	if len(e.misses) > 0 {
		w.sweepMisses(s, e, at)
	}
	all := s.Contract.Watchers == "all"
	watches := all || e.Watcher
	k := s.grid.cellAt(e.plane)
	for dy := int32(-1); dy <= 1; dy++ {
		for dx := int32(-1); dx <= 1; dx++ {
			for _, x := range *s.grid.bucket(k.x+dx, k.y+dy) {
				sees, seen := s.inView[x] == stamp, s.sees[x] == stamp
				if x == e.slot || sees && seen {
					continue
				}
				m := s.distance(e.plane, s.planes[x]) - near
				if m <= 0 {
					if watches && !sees {
						w.classifyAbsent(s, e, s.entities[x], at)
					}
					if !seen && (all || s.flags[x]&flagWatcher != 0) {
						w.classifyAbsent(s, s.entities[x], e, at)
					}
				}
				meet(x, m)
			}
		}
	}
	s.dueAt[e.slot] = e.Travelled + max(left, 0)/2
}
