package world

import (
	"strconv"
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

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
// none comes, they are forgotten unjudged.
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

var viewSetBit = event.View.Bit("set")
