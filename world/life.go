package world

import (
	"math"

	"github.com/aoi-trace/aoi-trace/event"
)

const despawnImplicit = "implicit"

// entityEvent applies an event about one entity.
func (w *World) entityEvent(st *Step) {
	b, i, s, e := st.Block, st.I, st.Space, st.W
	switch st.Kind {
	case event.Spawn, event.Move, event.Despawn, event.Radius:
	case event.Name:
		if label := b.Text(b.Str[0][i]); label != "" {
			e.Label = label
		}
		return
	default:
		return
	}
	stream := b.Stream[i]
	if s.Contract.EvalMove && e.dirty && w.stream(stream).depth == 0 {
		if s.forgive(e, st) {
			e.settle() // its views changed for what this event does, and are judged after it
		} else {
			at := b.Event(i)
			w.evaluateOne(s, e, &at)
		}
	}
	if e.claimed {
		w.test(object{s, posClass, uint64(e.slot)}, stream, b.Time[i])
	}
	pos := object{s, posClass, uint64(e.slot)}
	life := object{s, lifeClass, uint64(e.slot)}
	switch st.Kind {
	case event.Spawn:
		gaps := w.gaps.count[lifeClass]
		if known := e.life.Set && e.life.gaps == gaps && e.Alive == Out || !e.life.Set && s.empty && gaps == 0; !known {
			e.excused = true // a despawn that is not recorded may have changed its views before
		}
		e.Inc++
		e.Alive = In
		w.mark(&e.life, life, b, i)
		s.moveTo(e, placeEvent(b, i), w.gaps.known(w, stream, posClass))
		w.mark(&e.pos, pos, b, i)
	case event.Move:
		s.Metrics.Moves++
		if e.Alive == Unknown || e.Alive == In && e.life.gaps != w.gaps.count[lifeClass] {
			e.Alive = In // what moves is there
			w.mark(&e.life, life, b, i)
		}
		if b.Set[i]&moveTeleport != 0 && b.Mode[i] != 0 {
			e.excused = true
		}
		s.moveTo(e, placeEvent(b, i), w.gaps.known(w, stream, posClass))
		w.mark(&e.pos, pos, b, i)
	case event.Despawn:
		w.mark(&e.life, life, b, i)
		w.despawn(s, e, b.Event(i))
	case event.Radius:
		w.mark(&e.rad, object{s, radClass, uint64(e.slot)}, b, i)
		s.setRadius(e, b.Event(i))
	}
	e.here()
	w.touch(s, e, stream)
}

// forgive forgets the view changes of e that wait for their evaluation, if the
// present event excuses them: a server may empty the views before it records
// the despawn, the teleport or the radius. It reports whether there were any.
func (s *Space) forgive(e *Entity, st *Step) bool {
	b, i := st.Block, st.I
	if st.Kind != event.Despawn && st.Kind != event.Radius && (st.Kind != event.Move || b.Set[i]&moveTeleport == 0 || b.Mode[i] == 0) {
		return false
	}
	rest := s.changes[:0]
	for _, c := range s.changes {
		if c.pair.W == e || c.pair.T == e {
			c.pair.queued = false
		} else {
			rest = append(rest, c)
		}
	}
	any := len(rest) < len(s.changes)
	s.changes = rest
	return any
}

// touch notes that e has to be evaluated.
func (w *World) touch(s *Space, e *Entity, stream event.StreamID) {
	if !s.Contract.Declared() && !s.Contract.EvalMove {
		return
	}
	if s.Contract.EvalMove {
		e.dirty = true
		e.flag(flagDirty, true)
		if st := w.stream(stream); st.depth > 0 {
			st.dirty = append(st.dirty, e)
		}
		return
	}
	if !e.dirty {
		e.dirty = true
		e.flag(flagDirty, true)
		s.dirty = append(s.dirty, e)
	}
}

func (w *World) despawn(s *Space, e *Entity, ev event.Event) {
	e.Alive, e.excused = Out, true
	s.grid.remove(e)
	for len(e.View) > 0 {
		// Its own view goes with it; whether leaves follow is not said.
		p := e.View[len(e.View)-1].Pair
		w.setDisc(s, p, 0, &ev)
		w.leaveBehind(s, p, &ev)
		s.unlink(p)
	}
	if s.Contract.Despawn == despawnImplicit {
		for len(e.SeenBy) > 0 {
			p := e.SeenBy[len(e.SeenBy)-1].Pair
			w.setDisc(s, p, 0, &ev)
			w.leaveBehind(s, p, &ev)
			s.unlink(p)
		}
		return
	}
	for _, l := range e.SeenBy {
		p := l.Pair
		w.setDisc(s, p, 0, &ev)
		s.uncount(p)
		if w.Clocks.Multi() {
			// Or was it entered by the next incarnation?
			p.lives = min(p.lives, w.after(&p.Mark, object{s, viewClass, p.key}, ev.Stream, ev.Time))
		}
	}
	if s.Contract.Despawn == "explicit" {
		s.dead = append(s.dead, deadEntity{e: e, inc: e.Inc, event: ev})
	}
}

// leaveBehind makes the pair's state unknown: one of the two despawned, and
// whether a leave follows is not said. A next life begins out of view.
func (w *World) leaveBehind(s *Space, p *Pair, despawn *event.Event) {
	p.State, p.gone = Unknown, true
	if w.Clocks.Multi() {
		p.lives = min(p.lives, w.after(&p.Mark, object{s, viewClass, p.key}, despawn.Stream, despawn.Time))
	}
}

func (s *Space) setRadius(e *Entity, ev event.Event) {
	const asTarget = 1 // of watcher, target
	r := reach{ev.Num[0], ev.Num[0]}
	if ev.Set&radiusLeave != 0 {
		r.leave = ev.Num[1]
	}
	if ev.Set&radiusPeriod != 0 {
		e.period = ev.Int[0]
		s.periods = s.periods || e.period > 1
	}
	if ev.Set&radiusAs != 0 && ev.Mode == asTarget {
		e.ownT = r
	} else {
		e.own = r
		e.watch()
	}
	s.ownRadii = true
	if r.enter > s.largest && !math.IsInf(r.enter, 0) { // with no radius that is a number nothing can be judged
		s.largest = r.enter
	}
	e.Radii, e.excused = ev, true
}

var (
	moveTeleport = event.Move.Bit("teleport")
	radiusLeave  = event.Radius.Bit("leave")
	radiusPeriod = event.Radius.Bit("period")
	radiusAs     = event.Radius.Bit("as")
)
