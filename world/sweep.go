package world

import "github.com/aoi-trace/aoi-trace/event"

// sweep classifies every pair of e that may be wrong. together says that all
// dirty entities are swept now, so that a pair of two need be done only once.
//
// It looks at places by slot first and at a pair only where its place is
// suspicious: most pairs are right, and are far away in memory.
func (w *World) sweep(s *Space, e *Entity, at *event.Event, together bool) {
	s.stamp++
	stamp := s.stamp
	here := e.Alive == In && e.Placed
	quick := here && e.discs == 0 && !s.ownRadii && len(s.waiting) == 0
	leave := s.Contract.LeaveRadius()
	for _, l := range e.View {
		s.inView[l.slot] = stamp
		f := s.flags[l.slot]
		if together && f&flagDirty != 0 && l.slot < e.slot {
			continue
		}
		if quick && (f&flagHere == 0 || s.side(e.plane, s.planes[l.slot], leave) >= 0) {
			continue
		}
		w.classify(s, l.Pair, at)
	}
	for _, l := range e.SeenBy {
		s.sees[l.slot] = stamp
		f := s.flags[l.slot]
		if together && f&flagDirty != 0 && l.slot < e.slot {
			continue
		}
		if quick && (f&flagHere == 0 || s.side(s.planes[l.slot], e.plane, leave) >= 0) {
			continue
		}
		w.classify(s, l.Pair, at)
	}
	if len(e.misses) > 0 {
		w.sweepMisses(s, e, at)
	}
	if here {
		w.sweepNear(s, e, at, together)
	}
}

// sweepMisses classifies again what e was found to miss, or to be missed by.
func (w *World) sweepMisses(s *Space, e *Entity, at *event.Event) {
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
}

// sweepNear classifies the pairs of e with those within range that it does
// not see, or that do not see it.
func (w *World) sweepNear(s *Space, e *Entity, at *event.Event, together bool) {
	stamp := s.stamp
	all := s.Contract.Watchers == "all"
	watches := all || e.Watcher
	r := s.Contract.Enter
	k := s.grid.cellAt(e.plane)
	for dy := int32(-1); dy <= 1; dy++ {
		for dx := int32(-1); dx <= 1; dx++ {
			for _, x := range *s.grid.bucket(k.x+dx, k.y+dy) {
				f := s.flags[x]
				if x == e.slot || together && f&flagDirty != 0 && x < e.slot {
					continue
				}
				if watches && s.inView[x] != stamp {
					if s.ownRadii {
						r = s.radii(e, s.entities[x]).enter
					}
					if s.side(e.plane, s.planes[x], r) > 0 {
						w.classifyAbsent(s, e, s.entities[x], at)
					}
				}
				if s.sees[x] != stamp && (all || f&flagWatcher != 0) {
					if s.ownRadii {
						r = s.radii(s.entities[x], e).enter
					}
					if s.side(s.planes[x], e.plane, r) > 0 {
						w.classifyAbsent(s, s.entities[x], e, at)
					}
				}
			}
		}
	}
}

// watches reports whether e is known to be a watcher.
func (s *Space) watches(e *Entity) bool {
	return e.Watcher || s.Contract.Watchers == "all"
}

// classifyAbsent classifies a pair that is in range and not in view.
func (w *World) classifyAbsent(s *Space, watcher, t *Entity, at *event.Event) {
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
func (w *World) classify(s *Space, p *Pair, at *event.Event) {
	kind := s.disagreement(p)
	if kind == 0 {
		if p.waiting {
			p.waiting = false
			delete(s.delayed, p)
		}
		w.setDisc(s, p, 0, at)
		return
	}
	if p.disc == kind {
		return
	}
	rel := w.settled(s, p, at)
	if rel == Unordered {
		if !p.redo {
			p.redo = true
			s.redo = append(s.redo, p)
		}
		return
	}
	if kind == Extra && s.Contract.Delay != (event.Wait{}) {
		if !p.waiting {
			p.waiting = true
			if !p.listed {
				p.listed = true
				s.waiting = append(s.waiting, p)
			}
			if s.delayed == nil {
				s.delayed = map[*Pair]since{}
			}
			s.delayed[p] = since{at.Time, s.Tick}
			return
		}
		was := s.delayed[p]
		if d := s.Contract.Delay; at.Time-was.time < d.Time || s.Tick-was.tick < d.Ticks {
			return
		}
		p.waiting = false
		delete(s.delayed, p)
	}
	p.discRel = rel
	w.setDisc(s, p, kind, at)
	if kind == Missing {
		p.W.misses = append(p.W.misses, p)
		p.T.misses = append(p.T.misses, p)
	}
	s.fresh = append(s.fresh, p)
}

// waited classifies again the pairs whose delay may be over.
func (w *World) waited(s *Space, at *event.Event) {
	rest := s.waiting[:0]
	for _, p := range s.waiting {
		if p.waiting {
			w.classify(s, p, at)
		}
		if p.waiting {
			rest = append(rest, p)
		} else {
			p.listed = false
		}
	}
	s.waiting = rest
}

// disagreement returns Missing, Extra or 0.
func (s *Space) disagreement(p *Pair) JudgeKind {
	watcher, t := p.W, p.T
	if watcher.period > 1 {
		return 0 // in which ticks its views are due is not known
	}
	if watcher == t || watcher.Alive != In || t.Alive != In || !watcher.Placed || !t.Placed || !s.watches(watcher) {
		return 0
	}
	if len(s.hidden) > 0 {
		if _, ok := s.hidden[p.key]; ok {
			return 0
		}
	}
	if p.State == Unknown && !p.gone || p.State == In && (p.tInc != t.Inc || p.wInc != watcher.Inc) {
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
	e.alone[0] = e.plane
	return e.alone[:]
}

// settled says how surely the pair's view and both positions are what counts
// at the event at.
func (w *World) settled(s *Space, p *Pair, at *event.Event) Relation {
	rel := w.relation(&p.W.pos, object{s, posClass, uint64(p.W.slot)}, at.Stream, at.Time)
	rel = min(rel, w.relation(&p.T.pos, object{s, posClass, uint64(p.T.slot)}, at.Stream, at.Time))
	rel = min(rel, w.relation(&p.W.life, object{s, lifeClass, uint64(p.W.slot)}, at.Stream, at.Time))
	rel = min(rel, w.relation(&p.T.life, object{s, lifeClass, uint64(p.T.slot)}, at.Stream, at.Time))
	rel = min(rel, w.radiusRelation(s, p.W, at), w.radiusRelation(s, p.T, at))
	if s.Contract.EvalMove {
		if !w.spanKnown(p.W) || !w.spanKnown(p.T) {
			rel = Unordered
		}
		if w.stream(at.Stream).blurred {
			rel = min(rel, ByClock)
		}
	}
	if s.Contract.Filters == "recorded" && w.gaps.count[hideClass] > 0 && p.State != In {
		return Unordered // a rule that hides the pair may be among what was lost
	}
	if len(s.rules) > 0 && p.State != In {
		if rule, ok := s.rules[p.key]; ok {
			rel = min(rel, w.relation(&rule, object{s, hideClass, p.key}, at.Stream, at.Time))
		}
	}
	if p.Mark.Set {
		if p.State != Out {
			rel = min(rel, p.lives)
		}
		return min(rel, w.relation(&p.Mark, object{s, viewClass, p.key}, at.Stream, at.Time))
	}
	return min(rel, w.absentRelation(p, at.Stream))
}

// radiusRelation says how surely e's own radius, or that it has none, counts.
func (w *World) radiusRelation(s *Space, e *Entity, at *event.Event) Relation {
	rel := Sure
	if e.rad.Set {
		rel = w.relation(&e.rad, object{s, radClass, uint64(e.slot)}, at.Stream, at.Time)
	}
	if e.own.enter >= 0 && e.ownT.enter >= 0 {
		return rel
	}
	switch {
	case w.gaps.count[radClass] > 0:
		return Unordered
	case !s.empty:
		return min(rel, ByClock) // it may have been told before recording began
	}
	return rel
}
