package analyzetest

import (
	"math"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Fault is something that a Server does wrong.
type Fault string

// The faults.
const (
	ForgetEnter  Fault = "forget-enter"  // a target that comes near does not enter, until it comes again
	ForgetLeave  Fault = "forget-leave"  // a target that goes does not leave, until it was near again
	StrayEnter   Fault = "stray-enter"   // a target far away enters, until the next evaluation
	EarlyLeave   Fault = "early-leave"   // a target that is near leaves, until the next evaluation
	DoubleEnter  Fault = "double-enter"  // an enter is told twice
	DoubleLeave  Fault = "double-leave"  // a leave is told twice
	UntoldEnter  Fault = "untold-enter"  // an enter is not recorded
	UntoldLeave  Fault = "untold-leave"  // a leave is not recorded
	SkipDespawn  Fault = "skip-despawn"  // a despawn's watchers are not told
	IgnoreRadius Fault = "ignore-radius" // an entity's own radii are not looked at
	Nowhere      Fault = "nowhere"       // a move to no number
	Flapping     Fault = "flapping"      // two that stand on the border flap
)

// wrong reports whether the fault is to be done on this occasion.
func (g *server) wrong(f Fault) bool {
	for _, x := range g.Faults {
		if x != f {
			continue
		}
		if g.Rate > 0 {
			return g.rand.Float64() < g.Rate
		}
		return g.plants == 0 && g.tick > uint64(g.Ticks)/3
	}
	return false
}

func (g *server) plant(f Fault, index int, w, t *refEntity) {
	g.plants++
	p := Plant{Fault: f, Index: index, W: w.id}
	if t != nil {
		p.T = t.id
	}
	g.out.Planted = append(g.out.Planted, p)
}

// act lets e do something.
func (g *server) act(s *refStream, sp *refSpace, e *refEntity) {
	if sp.flapping > 0 && e.id <= 2 {
		return
	}
	p := g.rand.Float64()
	switch {
	case !e.alive && p < 0.3:
		g.operate(s, sp, e, "join", func() { g.spawn(s, sp, e) })
	case !e.alive:
	case p < 0.04:
		g.operate(s, sp, e, "quit", func() { g.despawn(s, sp, e) })
		if g.rand.IntN(3) == 0 {
			g.operate(s, sp, e, "join", func() { g.spawn(s, sp, e) })
		}
	case p < 0.08:
		g.operate(s, sp, e, "teleport", func() { g.move(s, sp, e, g.anywhere(), true) })
	case p < 0.12 && g.Radii:
		g.operate(s, sp, e, "radius", func() { g.radius(s, sp, e) })
	case p < 0.2 && g.Hide:
		g.operate(s, sp, e, "hide", func() { g.hide(s, sp, e) })
	case p < 0.9:
		for range 1 + g.rand.IntN(2) {
			g.operate(s, sp, e, "move", func() { g.move(s, sp, e, g.step(e.pos), false) })
		}
	}
}

// operate calls f, and looks at e's pairs if the contract asks for it.
func (g *server) operate(s *refStream, sp *refSpace, e *refEntity, op string, f func()) {
	ops := g.Operations
	if ops {
		begin := g.about(sp, event.Event{Kind: event.Begin, Str: [3]event.Str{g.out.Tables.Str(op)}, Entity: e.id})
		begin.Set |= event.Begin.Bit("e")
		g.emit(s, begin)
		if g.rand.IntN(4) == 0 { // an operation inside an operation
			g.emit(s, g.about(sp, event.Event{Kind: event.Begin, Str: [3]event.Str{g.out.Tables.Str("part")}}))
			f()
			g.emit(s, event.Event{Kind: event.End})
		} else {
			f()
		}
	} else {
		f()
	}
	if g.Contract.EvalMove || g.Eager {
		for _, x := range sp.entities {
			if x != e {
				g.pair(s, sp, e, x)
				g.pair(s, sp, x, e)
			}
		}
	}
	if ops {
		g.emit(s, event.Event{Kind: event.End})
	}
}

func (g *server) spawn(s *refStream, sp *refSpace, e *refEntity) {
	e.alive, e.pos, e.busy = true, g.anywhere(), g.tick
	e.inc++
	g.emit(s, g.about(sp, event.Event{Kind: event.Spawn, Entity: e.id, Pos: e.pos}))
}

func (g *server) move(s *refStream, sp *refSpace, e *refEntity, to event.Vec, teleport bool) {
	bad := !teleport && g.wrong(Nowhere)
	if bad {
		to = event.Vec{X: math.NaN(), Y: 1}
	}
	e.pos = to
	m := event.Event{Kind: event.Move, Entity: e.id, Pos: to}
	if teleport {
		e.busy = g.tick
		m.Mode, m.Set = 1, event.Move.Bit("teleport")
	}
	at := g.emit(s, g.about(sp, m))
	if bad {
		g.plant(Nowhere, at, e, nil)
	}
}

func (g *server) despawn(s *refStream, sp *refSpace, e *refEntity) {
	if g.rand.IntN(2) == 0 { // some servers tell the watcher that quits
		for _, t := range sp.entities {
			if _, in := e.view[t.id]; in {
				g.tell(s, sp, event.Leave, e, t)
			}
		}
	}
	e.alive, e.view, e.busy = false, map[uint64]int{}, g.tick
	at := g.emit(s, g.about(sp, event.Event{Kind: event.Despawn, Entity: e.id}))
	seen := false
	for _, w := range sp.entities {
		inc, in := w.view[e.id]
		seen = seen || in && inc == e.inc && w.alive
	}
	if seen && g.wrong(SkipDespawn) {
		e.untold = e.inc
		g.plant(SkipDespawn, at, e, nil)
	}
}

func (g *server) radius(s *refStream, sp *refSpace, e *refEntity) {
	c := &g.Contract
	enter := c.Enter * (0.5 + 1.5*g.rand.Float64())
	if c.Metric == event.Cells {
		enter = float64(1 + g.rand.IntN(3))
	}
	e.busy = g.tick
	r := &[2]float64{enter, enter * c.LeaveRadius() / c.Enter}
	ev := event.Event{Kind: event.Radius, Entity: e.id, Num: *r, Set: event.Radius.Bit("leave")}
	if e.watches && g.rand.IntN(2) == 0 {
		e.own = r
	} else {
		e.ownT = r
		ev.Mode, ev.Set = 1, ev.Set|event.Radius.Bit("as")
	}
	at := g.emit(s, g.about(sp, ev))
	if g.wrong(IgnoreRadius) {
		e.radiusless = true
		g.plant(IgnoreRadius, at, e, nil)
	}
}

func (g *server) hide(s *refStream, sp *refSpace, w *refEntity) {
	t := sp.entities[g.rand.IntN(len(sp.entities))]
	if t == w {
		return
	}
	key := [2]uint64{w.id, t.id}
	sp.hidden[key] = !sp.hidden[key]
	w.busy, t.busy = g.tick, g.tick
	ev := event.Event{Kind: event.Filter, Entity: w.id, Target: t.id}
	if sp.hidden[key] {
		ev.Mode = 1
	}
	g.emit(s, g.about(sp, ev))
}

// look looks at every target for w.
func (g *server) look(s *refStream, sp *refSpace, w *refEntity) {
	for _, t := range sp.entities {
		if t != w {
			g.pair(s, sp, w, t)
		}
	}
}

// pair makes w's view right about t.
func (g *server) pair(s *refStream, sp *refSpace, w, t *refEntity) {
	if !w.watches || !w.alive || sp.flapping > 0 && w.id <= 2 && t.id <= 2 {
		return
	}
	key := [2]uint64{w.id, t.id}
	inc, in := w.view[t.id]
	if in && (!t.alive || inc != t.inc) {
		delete(w.view, t.id)
		in = false
		delete(sp.stuck, key)
		if g.Contract.Despawn != "implicit" && t.untold != inc {
			g.tell(s, sp, event.Leave, w, t)
		}
	}
	if !t.alive || math.IsNaN(w.pos.X) || math.IsNaN(t.pos.X) {
		return
	}
	enter, leave := g.radii(w, t)
	near, far, hidden := g.within(w.pos, t.pos, enter), !g.within(w.pos, t.pos, leave), sp.hidden[key]
	if far {
		delete(sp.blind, key)
	}
	if near {
		delete(sp.stuck, key)
	}
	brief := sp.brief[key]
	delete(sp.brief, key)
	switch {
	case !in && near && !hidden && !sp.blind[key]:
		if !brief && g.wrong(ForgetEnter) {
			sp.blind[key] = true
			g.plant(ForgetEnter, len(g.out.Events)-1, w, t)
			return
		}
		w.view[t.id] = t.inc
		g.tell(s, sp, event.Enter, w, t)
	case in && (far && !sp.stuck[key] || hidden):
		if far && !hidden && !brief && g.wrong(ForgetLeave) {
			sp.stuck[key] = true
			g.plant(ForgetLeave, len(g.out.Events)-1, w, t)
			return
		}
		delete(w.view, t.id)
		delete(sp.stuck, key)
		g.tell(s, sp, event.Leave, w, t)
	case !in && !hidden && !brief && g.calm(w, t) && g.clearly(w, t, 3*enter, false) && g.wrong(StrayEnter):
		w.view[t.id] = t.inc
		sp.brief[key] = true
		g.plant(StrayEnter, g.tell(s, sp, event.Enter, w, t), w, t)
	case in && !hidden && !brief && g.calm(w, t) && g.clearly(w, t, enter/3, true) && g.wrong(EarlyLeave):
		delete(w.view, t.id)
		sp.brief[key] = true
		g.plant(EarlyLeave, g.tell(s, sp, event.Leave, w, t), w, t)
	}
}

// calm reports whether nothing but travelling happened to the two since the
// evaluation before.
func (g *server) calm(w, t *refEntity) bool {
	return max(w.busy, t.busy)+max(1, g.Contract.Eval) <= g.tick
}

// clearly reports whether the two are within r, or beyond it, by much, so
// that the moves of a tick do not matter.
func (g *server) clearly(w, t *refEntity, r float64, within bool) bool {
	if g.Contract.Metric == event.Cells && within {
		r = 0
	}
	return g.within(w.pos, t.pos, r) == within
}

// tell records a view event and returns its index.
func (g *server) tell(s *refStream, sp *refSpace, k event.Kind, w, t *refEntity) int {
	untold, double := UntoldEnter, DoubleEnter
	if k == event.Leave {
		untold, double = UntoldLeave, DoubleLeave
	}
	if t.alive && w.alive && g.wrong(untold) {
		at := len(g.out.Events) - 1
		g.plant(untold, at, w, t)
		return at
	}
	ev := g.about(sp, event.Event{Kind: k, Entity: w.id, Target: t.id})
	at := g.emit(s, ev)
	if t.alive && w.alive && g.wrong(double) {
		at = g.emit(s, ev)
		g.plant(double, at, w, t)
	}
	return at
}

// park puts the first two entities on the border, where they are to flap.
func (g *server) park(sp *refSpace) {
	a, b := sp.entities[0], sp.entities[1]
	if sp.flapping > 0 || !a.alive || !b.alive || !g.wrong(Flapping) {
		return
	}
	for _, k := range [][2]*refEntity{{a, b}, {b, a}} {
		if _, in := k[0].view[k[1].id]; in {
			return
		}
	}
	sp.flapping = 16
	r, _ := g.radii(a, b)
	g.move(g.main, sp, a, event.Vec{X: 1, Y: 1}, true)
	g.move(g.main, sp, b, event.Vec{X: 1 + r, Y: 1}, true)
	g.plant(Flapping, len(g.out.Events)-1, a, b)
}

// flap lets the first see the second, or not.
func (g *server) flap(sp *refSpace) {
	if sp.flapping == 0 {
		return
	}
	a, b := sp.entities[0], sp.entities[1]
	if sp.flapping--; sp.flapping == 0 {
		return
	}
	k := event.Leave
	if _, in := a.view[b.id]; in {
		delete(a.view, b.id)
	} else {
		k, a.view[b.id] = event.Enter, b.inc
	}
	at := g.tell(g.main, sp, k, a, b)
	if sp.flapping == 15 {
		g.out.Planted[len(g.out.Planted)-1].Index = at
	}
}

func (g *server) radii(w, t *refEntity) (enter, leave float64) {
	switch {
	case t.ownT != nil && !t.radiusless:
		return t.ownT[0], t.ownT[1]
	case w.own != nil && !w.radiusless:
		return w.own[0], w.own[1]
	}
	return g.Contract.Enter, g.Contract.LeaveRadius()
}

// within reports whether t is within r of w.
func (g *server) within(w, t event.Vec, r float64) bool {
	c := &g.Contract
	dx, dy, dz := math.Abs(w.X-t.X), math.Abs(w.Y-t.Y), math.Abs(w.Z-t.Z)
	cell := func(x, size float64) float64 { return math.Floor(x / size) }
	switch c.Metric {
	case event.Square:
		return dx <= r && dy <= r
	case event.Sphere:
		return math.Sqrt(dx*dx+dy*dy+dz*dz) <= r
	case event.Cylinder:
		return math.Hypot(dx, dy) <= r && dz <= c.Height*r/c.Enter
	case event.Cells:
		return math.Abs(cell(w.X, c.Cell.X)-cell(t.X, c.Cell.X)) <= r && math.Abs(cell(w.Y, c.Cell.Y)-cell(t.Y, c.Cell.Y)) <= r
	case event.Towers:
		x, y := cell(t.X, c.Cell.X), cell(t.Y, c.Cell.Y)
		return cell(w.X-r, c.Cell.X) <= x && x <= cell(w.X+r, c.Cell.X) && cell(w.Y-r, c.Cell.Y) <= y && y <= cell(w.Y+r, c.Cell.Y)
	}
	return math.Hypot(dx, dy) <= r
}

func (g *server) anywhere() event.Vec {
	c := &g.Contract
	at := func(lo, hi float64) float64 { return lo + g.rand.Float64()*(hi-lo) }
	return event.Vec{X: at(c.Min.X, c.Max.X), Y: at(c.Min.Y, c.Max.Y), Z: at(c.Min.Z, c.Max.Z)}
}

func (g *server) step(from event.Vec) event.Vec {
	if math.IsNaN(from.X) {
		return g.anywhere()
	}
	c := &g.Contract
	at := func(x, lo, hi float64) float64 {
		return min(max(x+(g.rand.Float64()*2-1)*0.08*(c.Max.X-c.Min.X), lo), hi)
	}
	return event.Vec{X: at(from.X, c.Min.X, c.Max.X), Y: at(from.Y, c.Min.Y, c.Max.Y), Z: at(from.Z, c.Min.Z, c.Max.Z)}
}
