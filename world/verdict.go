package world

import "github.com/aoi-trace/aoi-trace/event"

// setDisc changes what is wrong with the pair and tells of it.
func (w *World) setDisc(s *Space, p *Pair, kind JudgeKind, at *event.Event) {
	if p.disc == kind {
		return
	}
	was := p.disc
	p.disc = kind
	if was == 0 {
		p.W.discs++
		p.T.discs++
	} else if kind == 0 {
		p.W.discs--
		p.T.discs--
	}
	switch was {
	case Missing:
		s.missing--
	case Extra:
		s.extra--
	}
	switch kind {
	case Missing:
		s.missing++
	case Extra:
		s.extra++
	}
	j := &w.j
	*j = Judgement{Kind: kind, Space: s, Pair: p, W: p.W, T: p.T, Tick: s.Tick, Relation: p.discRel}
	j.At, j.Time = *at, at.Time
	if was != 0 {
		j.Kind, j.Because = Ended, was
		w.judge(j)
	}
	if kind == 0 {
		return
	}
	j.Kind, j.Because = kind, 0
	r := s.radii(p.W, p.T)
	j.Radius = r.enter
	switch {
	case kind == Extra:
		j.Radius = r.leave
		if p.spurious {
			j.Because = SpuriousEnter
		}
	case p.spurious:
		j.Because = SpuriousLeave
	}
	j.Distance = s.distance(p.W.plane, p.T.plane)
	j.Occasion = occasion(p.W, p.T)
	w.judge(j)
}

// occasion says what brought two entities to where their views are wrong.
func occasion(w, t *Entity) string {
	switch {
	case w.OwnRadius() || t.ownT.enter >= 0:
		return "own radius"
	case w.Moved.Kind == event.Spawn && w.dirty || t.Moved.Kind == event.Spawn && t.dirty:
		return "spawn"
	case teleported(w) || teleported(t):
		return "teleport"
	}
	return "move"
}

func teleported(e *Entity) bool {
	return e.dirty && e.Moved.Kind == event.Move && e.Moved.Set&moveTeleport != 0 && e.Moved.Mode != 0
}

// judgeChange holds one view event against where the two were since the last
// evaluation.
func (w *World) judgeChange(s *Space, c *change, at *event.Event) {
	p := c.pair
	watcher, t := p.W, p.T
	if !c.regular || watcher == t || watcher.excused || t.excused ||
		watcher.Alive != In || t.Alive != In || !watcher.Placed || !t.Placed {
		return
	}
	r := s.radii(watcher, t)
	kind, radius, side := SpuriousEnter, r.enter, -1
	if c.e.Kind == event.Leave {
		kind, radius, side = SpuriousLeave, r.leave, 1
	}
	if !s.everywhere(watcher, t, radius, side) {
		return
	}
	rel := min(c.rel,
		w.relation(&watcher.pos, object{s, posClass, uint64(watcher.slot)}, at.Stream, at.Time),
		w.relation(&t.pos, object{s, posClass, uint64(t.slot)}, at.Stream, at.Time),
		w.radiusRelation(s, watcher, at), w.radiusRelation(s, t, at))
	if s.Contract.Filters == "recorded" && w.gaps.count[hideClass] > 0 && kind == SpuriousLeave {
		rel = Unordered
	}
	if !w.spanKnown(watcher) || !w.spanKnown(t) {
		rel = Unordered
	}
	if s.Contract.EvalMove && w.stream(at.Stream).blurred {
		rel = min(rel, ByClock)
	}
	if rel == Unordered {
		return
	}
	if p.Mark.Ref == c.e.Ref {
		p.spurious = true
	}
	w.j = Judgement{
		Kind: kind, Space: s, Pair: p, W: watcher, T: t, At: *at, Time: at.Time, Tick: s.Tick, Relation: rel,
		Change: c.e.Event(watcher, t), Distance: s.distance(watcher.plane, t.plane), Radius: radius, Occasion: occasion(watcher, t),
	}
	w.judge(&w.j)
}

// spanKnown reports whether no gap can have lost a place where e was since
// its last evaluation.
func (w *World) spanKnown(e *Entity) bool {
	return !e.moved || e.spanGaps == w.gaps.count[posClass]
}

// asymmetries tells of equals of whom one came to be wrong and the other not.
func (w *World) asymmetries(s *Space, at *event.Event) {
	for _, p := range s.fresh {
		if p.disc == 0 || !s.watches(p.T) || s.radii(p.W, p.T) != s.radii(p.T, p.W) {
			continue
		}
		back := s.pairs.find(pairKey(p.T, p.W))
		if back != nil && (back.disc != 0 || back.State == p.State || back.State == Unknown) || back == nil && p.State == Out {
			continue
		}
		if back != nil && w.settled(s, back, at) == Unordered {
			continue
		}
		w.j = Judgement{
			Kind: Asymmetry, Space: s, Pair: p, W: p.W, T: p.T, At: *at, Time: at.Time, Tick: s.Tick,
			Relation: p.discRel, Because: p.disc, Distance: s.distance(p.W.plane, p.T.plane),
			Radius: s.radii(p.W, p.T).enter, Occasion: occasion(p.W, p.T),
		}
		w.judge(&w.j)
	}
	s.fresh = s.fresh[:0]
}

// ghosts tells of despawned entities that are still in views, among those
// that are due.
func (w *World) ghosts(s *Space, at *event.Event, due func(*deadEntity) bool) {
	rest := s.dead[:0]
	for _, d := range s.dead {
		if !due(&d) {
			rest = append(rest, d)
			continue
		}
		open := false
		for _, l := range d.e.SeenBy {
			p := l.Pair
			if p.State != In || p.told || p.tInc != d.inc || p.W.Alive == Out || w.Sampled && p.W.Alive == Unknown || p.W == p.T {
				continue
			}
			rel := min(p.lives, w.relation(&p.Mark, object{s, viewClass, p.key}, at.Stream, at.Time),
				w.relation(&p.T.life, object{s, lifeClass, uint64(p.T.slot)}, at.Stream, at.Time))
			if p.W.life.Set || w.gaps.count[lifeClass] > 0 {
				// Its own view would be gone with it.
				rel = min(rel, w.relation(&p.W.life, object{s, lifeClass, uint64(p.W.slot)}, at.Stream, at.Time))
			}
			switch {
			case w.Clocks.Before(event.Ref{Stream: d.event.Stream, Seq: d.event.Seq}, at.Stream):
			case at.Time-d.event.Time >= Slack:
				rel = min(rel, ByClock)
			default:
				rel = Unordered
			}
			if rel == Unordered {
				open = open || p.Mark.gaps == w.gaps.count[viewClass]
				continue
			}
			p.told = true
			w.j = Judgement{
				Kind: Ghost, Space: s, Pair: p, W: p.W, T: p.T, At: *at, Time: at.Time, Tick: s.Tick, Relation: rel,
				Change: d.event, Occasion: "despawn",
			}
			w.judge(&w.j)
		}
		if open {
			rest = append(rest, d)
		}
	}
	s.dead = rest
}
