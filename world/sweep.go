package world

import "github.com/aoi-trace/aoi-trace/event"

// makeGrid makes the search grid, or makes it again if someone sees farther.
func (s *Space) makeGrid() {
	size := s.spanOf(max(s.Contract.Enter, s.largest))
	if s.grid.cells != nil && s.grid.size >= size {
		return
	}
	s.grid = grid{size: size, cells: map[cellKey][]*Entity{}}
	for _, e := range s.entities {
		e.inGrid = false
		s.place(e)
	}
}

// place puts e into the grid, or takes it out if it is nowhere.
func (s *Space) place(e *Entity) {
	if e.Alive == In && e.Placed {
		s.grid.put(e)
	} else {
		s.grid.remove(e)
	}
}

// sweep classifies every pair of e that may be wrong. together says that all
// dirty entities are swept now, so that a pair of two need be done only once.
func (w *World) sweep(s *Space, e *Entity, at event.Event, together bool) {
	s.stamp++
	stamp := s.stamp
	done := func(x *Entity) bool { return together && x.dirty && x.slot < e.slot }
	for _, p := range e.View {
		p.T.inView = stamp
		if !done(p.T) {
			w.classify(s, p, at)
		}
	}
	for _, p := range e.SeenBy {
		p.W.sees = stamp
		if !done(p.W) {
			w.classify(s, p, at)
		}
	}
	misses := e.misses
	e.misses = e.misses[:0]
	for _, p := range misses {
		if p.disc == Missing {
			e.misses = append(e.misses, p)
		}
	}
	for _, p := range e.misses {
		w.classify(s, p, at)
	}
	if e.Alive != In || !e.Placed {
		return
	}
	watches := s.watches(e)
	plain := s.largest == 0
	r := s.Contract.Enter
	s.grid.near(e.plane, func(x *Entity) {
		if x == e || done(x) {
			return
		}
		if watches && x.inView != stamp {
			if !plain {
				r = s.radii(e, x).enter
			}
			if s.side(e.plane, x.plane, r) > 0 {
				w.classifyAbsent(s, e, x, at)
			}
		}
		if x.sees != stamp && s.watches(x) {
			if !plain {
				r = s.radii(x, e).enter
			}
			if s.side(x.plane, e.plane, r) > 0 {
				w.classifyAbsent(s, x, e, at)
			}
		}
	})
}

// watches reports whether e is known to be a watcher.
func (s *Space) watches(e *Entity) bool {
	return e.Watcher || s.Contract.Watchers == "all"
}

// classifyAbsent classifies a pair that is in range and not in view.
func (w *World) classifyAbsent(s *Space, watcher, t *Entity, at event.Event) {
	p := s.pairs.find(pairKey(watcher, t))
	if p == nil {
		if !s.empty {
			return // whether it is in view is not known
		}
		p = s.pair(watcher, t)
	}
	w.classify(s, p, at)
}

// classify decides whether the pair's view and positions disagree now.
func (w *World) classify(s *Space, p *Pair, at event.Event) {
	kind := s.disagreement(p)
	if kind == 0 {
		p.waiting = false
		w.setDisc(s, p, 0, &at)
		return
	}
	if p.disc == kind {
		return
	}
	rel := w.settled(s, p, at)
	if rel == Unordered {
		s.redo = append(s.redo, p)
		return
	}
	if kind == Extra && s.Contract.Delay != (event.Wait{}) {
		if !p.waiting {
			p.waiting, p.since, p.sinceTick = true, at.Time, s.Tick
			s.waiting = append(s.waiting, p)
		}
		if d := s.Contract.Delay; at.Time-p.since < d.Time || s.Tick-p.sinceTick < d.Ticks || s.Tick == p.sinceTick && at.Time == p.since {
			return
		}
		p.waiting = false
	}
	p.discRel = rel
	w.setDisc(s, p, kind, &at)
	if kind == Missing {
		p.W.misses = append(p.W.misses, p)
		p.T.misses = append(p.T.misses, p)
	}
	s.fresh = append(s.fresh, p)
}

// waited classifies again the pairs whose delay may be over.
func (w *World) waited(s *Space, at event.Event) {
	list := s.waiting
	s.waiting = s.waiting[:0]
	for _, p := range list {
		if !p.waiting {
			continue
		}
		w.classify(s, p, at)
		if p.waiting {
			s.waiting = append(s.waiting, p)
		}
	}
}

// disagreement returns Missing, Extra or 0.
func (s *Space) disagreement(p *Pair) JudgeKind {
	watcher, t := p.W, p.T
	if watcher == t || watcher.Alive != In || t.Alive != In || !watcher.Placed || !t.Placed || !s.watches(watcher) {
		return 0
	}
	if len(s.hidden) > 0 {
		if _, ok := s.hidden[p.key]; ok {
			return 0
		}
	}
	if p.State == Unknown || p.State == In && (p.tInc != t.Inc || p.wInc != watcher.Inc) {
		return 0
	}
	r := s.radii(watcher, t)
	if p.State == In {
		if s.all(watcher, t, r.leave, -1) {
			return Extra
		}
		return 0
	}
	if s.all(watcher, t, r.enter, 1) {
		return Missing
	}
	return 0
}

// all reports whether the two are on that side of r: now, or, where only one
// of them is evaluated, wherever the other was since its last evaluation.
func (s *Space) all(w, t *Entity, r float64, side int) bool {
	if s.side(w.plane, t.plane, r) != side {
		return false
	}
	if s.Contract.EvalMove {
		return s.everywhere(w, t, r, side)
	}
	return true
}

// everywhere reports whether the two were on that side of r wherever each of
// them was since its last evaluation.
func (s *Space) everywhere(w, t *Entity, r float64, side int) bool {
	ws, ts := w.places(), t.places()
	for _, a := range ws {
		for _, b := range ts {
			if s.side(a, b, r) != side {
				return false
			}
		}
	}
	return true
}

// places returns where e was since its last evaluation.
func (e *Entity) places() []event.Vec {
	if len(e.span) > 0 {
		return e.span
	}
	e.here[0] = e.plane
	return e.here[:]
}

// settled says how surely the pair's view and both positions are what counts
// at the event at.
func (w *World) settled(s *Space, p *Pair, at event.Event) Relation {
	rel := w.relation(&p.W.pos, object{s, posClass, uint64(p.W.slot)}, at.Stream, at.Time)
	rel = min(rel, w.relation(&p.T.pos, object{s, posClass, uint64(p.T.slot)}, at.Stream, at.Time))
	rel = min(rel, w.relation(&p.W.life, object{s, lifeClass, uint64(p.W.slot)}, at.Stream, at.Time))
	rel = min(rel, w.relation(&p.T.life, object{s, lifeClass, uint64(p.T.slot)}, at.Stream, at.Time))
	rel = min(rel, w.radiusRelation(s, p.W, at), w.radiusRelation(s, p.T, at))
	if s.Contract.EvalMove && (!w.spanKnown(p.W) || !w.spanKnown(p.T)) {
		rel = Unordered
	}
	if s.Contract.Filters == "recorded" && w.gaps.count[hideClass] > 0 && p.State != In {
		return Unordered // a rule that hides the pair may be among what was lost
	}
	if p.Mark.Set {
		return min(rel, w.relation(&p.Mark, object{s, viewClass, p.key}, at.Stream, at.Time))
	}
	return min(rel, w.absentRelation(s, at.Stream))
}

// radiusRelation says how surely e's own radius, or that it has none, counts.
func (w *World) radiusRelation(s *Space, e *Entity, at event.Event) Relation {
	if e.rad.Set {
		return w.relation(&e.rad, object{s, radClass, uint64(e.slot)}, at.Stream, at.Time)
	}
	if w.gaps.count[radClass] > 0 {
		return Unordered
	}
	return Sure
}
