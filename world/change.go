package world

import (
	"strconv"
	"strings"
	"time"

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
		if s.excuse(e, st) {
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

// excuse forgets the view changes of e that wait for their evaluation, if the
// present event excuses them: a server may empty the views before it records
// the despawn, the teleport or the radius. It reports whether there were any.
func (s *Space) excuse(e *Entity, st *Step) bool {
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
	s.largest, s.ownRadii = max(s.largest, r.enter), true
	e.Radii, e.excused = ev, true
}

// pairEvent applies an event about a watcher and a target.
func (w *World) pairEvent(st *Step) {
	b, i, s := st.Block, st.I, st.Space
	if st.Kind == event.Filter {
		w.filter(st)
		return
	}
	st.W.watch()
	p := s.pairs.find(pairKey(st.W, st.T))
	if st.Kind == event.Update {
		st.Pair = p
		return
	}
	fresh := p == nil
	if fresh {
		p = s.pair(st.W, st.T)
	}
	st.Pair = p
	w.found(st, fresh)

	stream := b.Stream[i]
	o := object{s, viewClass, p.key}
	if p.claimed {
		w.test(o, stream, b.Time[i])
	}
	s.elapse(b.Time[i])
	w.mark(&p.Mark, o, b, i)
	p.record(b, i)
	p.Spot = Spot{s.Distance(st.W, st.T), st.W.Travelled + st.T.Travelled, s.Tick}
	p.tInc, p.wInc, p.lives = st.T.Inc, st.W.Inc, w.livesRelation(p, stream, b.Time[i])
	p.told, p.spurious = false, false
	if st.Kind == event.Enter {
		s.Metrics.Enters++
		p.State = In
		p.link()
		if st.T.Alive != Out {
			s.count(p)
		}
	} else {
		s.Metrics.Leaves++
		p.State = Out
		s.unlink(p)
		s.prune(b.Time[i])
	}
	if s.Contract.Declared() {
		regular := st.Was.State != In && st.Kind == event.Enter || st.Was.State != Out && st.Kind == event.Leave
		s.queue(change{p, p.Last(), regular, w.changeRelation(p, b, i)})
	}
}

// changeRelation says how surely event i of b, a change of p, falls into the
// span that is open now, and not into one that was judged already.
func (w *World) changeRelation(p *Pair, b *event.Block, i int) Relation {
	if !w.Clocks.Multi() {
		return Sure
	}
	s, stream, t := p.W.Space, b.Stream[i], b.Time[i]
	if !s.Contract.EvalMove {
		return w.after(&s.evaluated, object{}, stream, t)
	}
	return min(w.after(&p.W.pos, object{s, posClass, uint64(p.W.slot)}, stream, t),
		w.after(&p.T.pos, object{s, posClass, uint64(p.T.slot)}, stream, t))
}

// maxChanges is how many view events wait for an evaluation at most: where
// none ever comes, the oldest are forgotten unjudged.
const maxChanges = 1 << 18

func (s *Space) queue(c change) {
	if len(s.changes) >= maxChanges {
		for k := range s.changes {
			s.changes[k].pair.queued = false
		}
		s.changes = s.changes[:0]
	}
	c.pair.queued = true
	s.changes = append(s.changes, c)
}

// found fills st.Was: what the event found of its pair.
func (w *World) found(st *Step, fresh bool) {
	b, i, s, p := st.Block, st.I, st.Space, st.Pair
	was := &st.Was
	was.State = p.State
	was.Same = p.tInc == st.T.Inc && p.wInc == st.W.Inc
	if !p.Mark.Set {
		was.Absent = true
		was.Relation = w.absentRelation(p, b.Stream[i])
	} else {
		was.Relation = w.relation(&p.Mark, object{s, viewClass, p.key}, b.Stream[i], b.Time[i])
		was.Last, was.Spot = p.Last(), p.Spot
	}
	if p.State == In {
		was.Relation = min(was.Relation, p.lives)
	}
	if was.Relation == Unordered || p.State == In && p.wInc != st.W.Inc || w.Sampled && (st.W.Alive == Unknown || st.T.Alive == Unknown) {
		was.State = Unknown // of an entity that is left out, the trace does not tell when it goes
	}
}

// livesRelation says how surely the present event of stream s is about the
// present incarnations of p's entities, and not about earlier ones.
func (w *World) livesRelation(p *Pair, s event.StreamID, t time.Duration) Relation {
	if !w.Clocks.Multi() {
		return Sure
	}
	return min(w.after(&p.W.life, object{p.W.Space, lifeClass, uint64(p.W.slot)}, s, t),
		w.after(&p.T.life, object{p.T.Space, lifeClass, uint64(p.T.slot)}, s, t))
}

// absentRelation says how surely a pair of which nothing is recorded is out.
func (w *World) absentRelation(p *Pair, stream event.StreamID) Relation {
	s := p.W.Space
	if p.W.forgot || p.T.forgot || !s.empty || s.born.gaps != w.gaps.count[viewClass] {
		return Unordered
	}
	if w.Clocks.Multi() {
		for st, n := range s.pruned {
			if n > 0 && !w.Clocks.Before(event.Ref{Stream: event.StreamID(st), Seq: n - 1}, stream) {
				return Unordered
			}
		}
	}
	return Sure
}

func (w *World) filter(st *Step) {
	b, i, s := st.Block, st.I, st.Space
	st.Pair = s.pair(st.W, st.T)
	if st.Pair.claimed {
		w.test(object{s, viewClass, st.Pair.key}, b.Stream[i], b.Time[i])
	}
	if b.Mode[i] != 0 {
		if s.hidden == nil {
			s.hidden = map[uint64]struct{}{}
		}
		s.hidden[st.Pair.key] = struct{}{}
	} else {
		delete(s.hidden, st.Pair.key)
	}
	if s.rules == nil {
		s.rules = map[uint64]Mark{}
	}
	rule := s.rules[st.Pair.key]
	w.mark(&rule, object{s, hideClass, st.Pair.key}, b, i)
	s.rules[st.Pair.key] = rule
	w.excuse(st.W, b, i)
	w.excuse(st.T, b, i)
	st.W.force()
	st.T.force()
	w.touch(s, st.W, b.Stream[i])
	w.touch(s, st.T, b.Stream[i])
}

// excuse notes that event i of b excuses e's views until it is settled.
func (w *World) excuse(e *Entity, b *event.Block, i int) {
	e.excused = true
	if w.Clocks.Multi() && len(e.excuses) < maxSpan {
		e.excuses = append(e.excuses, event.Ref{Stream: b.Stream[i], Seq: b.Seq[i]})
	}
}

// viewSet applies a whole view, or its emptying.
func (w *World) viewSet(st *Step) {
	b, i, s := st.Block, st.I, st.Space
	st.W.watch()
	s.elapse(b.Time[i])
	ids := map[uint64]bool{}
	if b.Set[i]&viewSetBit != 0 {
		if text := b.Text(b.Str[0][i]); text != "" {
			for _, id := range strings.Split(text, ",") {
				v, _ := strconv.ParseUint(id, 10, 64)
				ids[v] = true
			}
		}
	}
	set := func(p *Pair, state State) {
		o := object{s, viewClass, p.key}
		if p.claimed {
			w.test(o, b.Stream[i], b.Time[i])
		}
		w.mark(&p.Mark, o, b, i)
		p.State = state
		p.record(b, i)
		p.tInc, p.wInc, p.lives = p.T.Inc, p.W.Inc, w.livesRelation(p, b.Stream[i], b.Time[i])
		p.told, p.spurious = false, false
		if state == In {
			p.link()
			if p.T.Alive != Out {
				s.count(p)
			}
		} else {
			s.unlink(p)
		}
	}
	for j := len(st.W.View) - 1; j >= 0; j-- {
		if p := st.W.View[j].Pair; !ids[p.T.ID] {
			set(p, Out)
		}
	}
	for _, id := range sortedIDs(ids) {
		set(s.pair(st.W, s.entity(id)), In)
	}
	w.excuse(st.W, b, i)
	st.W.force()
	w.touch(s, st.W, b.Stream[i])
}

// count and uncount keep the number of pairs in view whose target lives.
func (s *Space) count(p *Pair) {
	if !p.counted {
		p.counted = true
		s.ins++
	}
}

func (s *Space) uncount(p *Pair) {
	if p.counted {
		p.counted = false
		s.ins--
	}
}

func (s *Space) unlink(p *Pair) {
	s.uncount(p)
	p.unlink()
}

// countedKinds returns the kinds that a gap's kinds= counts, or all of them
// if the counts do not add up to what was lost.
func countedKinds(text string, lost uint64) event.KindSet {
	var set event.KindSet
	var sum uint64
	for _, part := range strings.Split(text, ",") {
		name, n, _ := strings.Cut(part, ":")
		k, ok := event.KindNamed(name)
		v, err := strconv.ParseUint(n, 10, 64)
		if !ok || err != nil {
			return event.AllKinds
		}
		set |= event.SetOf(k)
		sum += v
	}
	if sum != lost {
		return event.AllKinds
	}
	return set
}

// countOf returns how many events of kind k a gap's kinds= counts.
func countOf(text string, k event.Kind) int {
	for _, part := range strings.Split(text, ",") {
		if name, n, _ := strings.Cut(part, ":"); name == k.String() {
			v, _ := strconv.ParseInt(n, 10, 32)
			return int(v)
		}
	}
	return 0
}

var (
	moveTeleport = event.Move.Bit("teleport")
	radiusLeave  = event.Radius.Bit("leave")
	radiusPeriod = event.Radius.Bit("period")
	radiusAs     = event.Radius.Bit("as")
	viewSetBit   = event.View.Bit("set")
)
