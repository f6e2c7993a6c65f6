package world

import (
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A JudgeKind says what an evaluation found.
type JudgeKind uint8

const (
	_             JudgeKind = iota
	Missing                 // a target within the enter radius is not in the view
	Extra                   // a target beyond the leave radius is in the view
	SpuriousEnter           // a target entered a view while beyond the enter radius
	SpuriousLeave           // a target left a view while within the leave radius
	Ghost                   // a despawned target is still in a view
	Asymmetry               // one of two equals sees the other and is not seen by it
	Ended                   // a Missing or Extra is over: Because says which
)

// A Judgement is one verdict of an evaluation: of the moment at which a
// contract promises that views agree with positions.
type Judgement struct {
	Kind     JudgeKind
	Space    *Space
	Pair     *Pair
	W, T     *Entity
	At       event.Event   // the event at which it was found; of Kind Invalid at the end of the trace
	Time     time.Duration // of At
	Tick     uint64        // the space's tick then
	Relation Relation      // Sure or ByClock: how surely all it rests on came before At
	Change   event.Event   // SpuriousEnter, SpuriousLeave: the view event
	Because  JudgeKind     // what it is a consequence of; 0 if it stands by itself
	Distance float64       // between the two, in the space's metric
	Radius   float64       // that the distance is held against
	Occasion string        // what brought it about: "spawn", "teleport", "own radius", "move"
}

// tick ends a tick, and evaluates the space if the contract says so.
func (w *World) tick(st *Step) {
	s, b, i := st.Space, st.Block, st.I
	n := b.Int[0][i]
	s.Tick = n
	s.Ticks++
	at := b.Event(i)
	for j := range s.dead {
		d := &s.dead[j]
		if !d.known && w.Clocks.Before(event.Ref{Stream: d.event.Stream, Seq: d.event.Seq}, at.Stream) {
			d.known, d.tick = true, n
		}
	}
	if s.Contract.EvalMove {
		w.ghosts(s, &at, func(d *deadEntity) bool { return d.known && n >= d.tick+s.Contract.Grace })
		return
	}
	if s.Contract.Eval > 1 && n%s.Contract.Eval != 0 {
		return
	}
	if s.Contract.Declared() {
		w.evaluate(s, &at)
	} else {
		s.forget()
	}
	w.ghosts(s, &at, func(d *deadEntity) bool { return d.known && n >= d.tick+s.Contract.Grace })
}

// forget drops what waits for an evaluation in a space that promises nothing.
func (s *Space) forget() {
	for _, e := range s.dirty {
		e.settle()
	}
	s.dirty = s.dirty[:0]
}

// settle begins a new span for e.
func (e *Entity) settle() {
	e.dirty, e.moved, e.excused = false, false, false
	e.flag(flagDirty, false)
	e.span, e.excuses = e.span[:0], e.excuses[:0]
}

// evaluate holds all views of s against all positions, at the end of a tick.
func (w *World) evaluate(s *Space, at *event.Event) {
	s.elapse(at.Time)
	s.makeGrid()
	for _, e := range s.dirty {
		s.place(e)
	}
	changes := s.changes
	s.changes, s.spare = s.spare[:0], changes
	for k := range changes {
		c := changes[k]
		if !w.Clocks.Before(c.e.Ref, at.Stream) {
			s.changes = append(s.changes, c) // it may fall into the next span
			c.pair.W.held, c.pair.T.held = s.Ticks, s.Ticks
			continue
		}
		c.pair.queued = false
		w.judgeChange(s, &c, at)
	}
	for k := range s.changes {
		s.changes[k].pair.queued = true // though an earlier change of the pair is done with
	}
	smooth := s.smooth()
	for _, e := range s.dirty {
		switch {
		case !smooth:
			w.sweep(s, e, at, true)
		case s.due(e):
			w.sweepSmooth(s, e, at)
		}
	}
	for k := range changes {
		w.classify(s, changes[k].pair, at)
	}
	redo := s.redo
	s.redo = nil
	for _, p := range redo {
		p.redo = false
		w.classify(s, p, at)
	}
	w.waited(s, at)
	w.asymmetries(s, at)
	s.tally()
	dirty := s.dirty
	s.dirty = s.dirty[:0]
	for _, e := range dirty {
		if e.held != s.Ticks && w.allBefore(s, e, at.Stream) {
			e.settle()
		} else {
			s.dirty = append(s.dirty, e)
		}
	}
	s.evaluated = Mark{Ref: at.Ref(), Time: at.Time, Set: true}
}

// allBefore reports whether all that moved e, changed its life or its radius,
// or excuses its views is surely before the present event of stream st.
func (w *World) allBefore(s *Space, e *Entity, st event.StreamID) bool {
	if !w.Clocks.Multi() {
		return true
	}
	const never = 0 // clocks do not count here
	for _, r := range e.excuses {
		if !w.Clocks.Before(r, st) {
			return false
		}
	}
	slot := uint64(e.slot)
	return w.after(&e.pos, object{s, posClass, slot}, st, never) == Sure &&
		w.after(&e.life, object{s, lifeClass, slot}, st, never) == Sure &&
		w.after(&e.rad, object{s, radClass, slot}, st, never) == Sure
}

// lastChange names the newest event that moved e or changed its radius or life.
func (e *Entity) lastChange() event.Ref {
	if e.life.Set && (!e.pos.Set || e.life.Time > e.pos.Time) {
		return e.life.Ref
	}
	return e.pos.Ref
}

// evaluateOne holds the views of e, and of others on e, against positions.
func (w *World) evaluateOne(s *Space, e *Entity, at *event.Event) {
	if s.Contract.Declared() {
		s.elapse(at.Time)
		s.makeGrid()
		s.place(e)
		rest := s.changes[:0]
		var mine []*Pair
		for _, c := range s.changes {
			if c.pair.W != e && c.pair.T != e {
				rest = append(rest, c)
				continue
			}
			c.pair.queued = false
			w.judgeChange(s, &c, at)
			mine = append(mine, c.pair)
		}
		s.changes = rest
		w.sweep(s, e, at, false)
		for _, p := range mine {
			w.classify(s, p, at)
		}
		w.waited(s, at)
		w.asymmetries(s, at)
		s.tally()
	}
	if e.Alive == Out {
		w.ghosts(s, at, func(d *deadEntity) bool { return d.e == e && s.Ticks == 0 })
	}
	if w.allBefore(s, e, at.Stream) {
		e.settle()
	}
}

// endOperation evaluates what the operation changed, under eval=move.
func (w *World) endOperation(b *event.Block, i int) {
	st := w.stream(b.Stream[i])
	if st.depth == 0 {
		return // it began before the trace
	}
	st.depth--
	if st.depth > 0 {
		return
	}
	dirty := st.dirty
	st.dirty = st.dirty[:0]
	at := b.Event(i)
	for _, e := range dirty {
		if e.dirty {
			w.evaluateOne(e.Space, e, &at)
		}
	}
}

// evaluateAtEnd evaluates what the end of the trace makes due. What a process
// was about to do when it died is not due.
func (w *World) evaluateAtEnd(s *Space) {
	for _, e := range s.entities {
		if !e.dirty {
			continue
		}
		last := e.lastChange()
		st := w.stream(last.Stream)
		if st.crashed && st.last == last || st.depth > 0 {
			continue
		}
		w.evaluateOne(s, e, &event.Event{Time: s.elapsed, Stream: last.Stream, Seq: last.Seq})
	}
}

// tally adds the present state to the space's metrics.
func (s *Space) tally() {
	m := &s.Metrics
	m.Evaluations++
	m.True += uint64(max(0, s.ins-s.extra))
	m.Extra += uint64(s.extra)
	m.Missing += uint64(s.missing)
}
