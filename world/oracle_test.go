package world_test

import (
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze/analyzetest"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// An oracle decides by looking at every pair at every evaluation, from the
// contract's words alone: one stream, one space, evaluated at ticks, nothing
// lost.
type oracle struct {
	c       event.Contract
	e       map[uint64]*oracleEntity
	state   map[[2]uint64]oracleView
	hidden  map[[2]uint64]bool
	changes []oracleChange
	dead    []oracleDead
}

type oracleEntity struct {
	alive, excused, moved bool
	inc                   int
	pos                   event.Vec
	own, ownT             *[2]float64
	span                  []event.Vec // since the last evaluation
}

type oracleView struct {
	state      world.State // Unknown, Out, In; absent is Out
	wInc, tInc int
}

type oracleChange struct {
	kind event.Kind
	w, t uint64
}

type oracleDead struct {
	id  uint64
	inc int
}

func newOracle(c event.Contract) *oracle {
	return &oracle{c: c, e: map[uint64]*oracleEntity{}, state: map[[2]uint64]oracleView{}, hidden: map[[2]uint64]bool{}}
}

func (o *oracle) entity(id uint64) *oracleEntity {
	if o.e[id] == nil {
		o.e[id] = &oracleEntity{pos: event.Vec{X: math.NaN()}}
	}
	return o.e[id]
}

func (o *oracle) at(w, t uint64) oracleView {
	if v, ok := o.state[[2]uint64{w, t}]; ok {
		return v
	}
	return oracleView{state: world.Out}
}

func (o *oracle) apply(e event.Event) {
	x, key := o.entity(e.Entity), [2]uint64{e.Entity, e.Target}
	switch e.Kind {
	case event.Spawn, event.Move:
		if !x.moved && e.Kind == event.Move && !math.IsNaN(x.pos.X) {
			x.span = append(x.span, x.pos)
		}
		if e.Kind == event.Spawn {
			x.alive = true
			x.inc++
		} else if e.Mode != 0 {
			x.excused = true
		}
		x.moved, x.pos = true, e.Pos
		if !math.IsNaN(e.Pos.X) {
			x.span = append(x.span, e.Pos)
		}
	case event.Despawn:
		x.alive, x.excused = false, true
		for k, v := range o.state {
			if v.state == world.In && (k[0] == e.Entity || k[1] == e.Entity && o.c.Despawn == "implicit") {
				v.state = world.Unknown
				o.state[k] = v
			}
		}
		o.dead = append(o.dead, oracleDead{e.Entity, x.inc})
	case event.Radius:
		r := e.Num
		x.excused = true
		if e.Mode == 1 {
			x.ownT = &r
		} else {
			x.own = &r
		}
	case event.Filter:
		o.hidden[key] = e.Mode != 0
		x.excused = true
		o.entity(e.Target).excused = true
	case event.Enter, event.Leave:
		was := o.at(e.Entity, e.Target).state
		now := world.In
		if e.Kind == event.Leave {
			now = world.Out
		}
		if was != now {
			o.changes = append(o.changes, oracleChange{e.Kind, e.Entity, e.Target})
		}
		o.state[key] = oracleView{now, x.inc, o.entity(e.Target).inc}
	}
}

// side is +1 within r, -1 beyond it, 0 on its border.
func (o *oracle) side(a, b event.Vec, r float64) int {
	dx, dy, dz := math.Abs(a.X-b.X), math.Abs(a.Y-b.Y), math.Abs(a.Z-b.Z)
	d := math.Hypot(dx, dy)
	switch o.c.Metric {
	case event.Square:
		d = max(dx, dy)
	case event.Sphere:
		d = math.Sqrt(dx*dx + dy*dy + dz*dz)
	case event.Cylinder:
		d = max(d, dz*o.c.Enter/o.c.Height)
	}
	switch {
	case d <= r-1e-4*r:
		return 1
	case d > r+1e-4*r:
		return -1
	}
	return 0
}

// evaluate returns all that is wrong at the end of a tick: lasting verdicts,
// and those of this moment.
func (o *oracle) evaluate() (lasting, now map[string]int) {
	lasting, now = map[string]int{}, map[string]int{}
	alive := func(x *oracleEntity) bool { return x.alive && !math.IsNaN(x.pos.X) }
	radii := func(w, t *oracleEntity) (float64, float64) {
		switch {
		case t.ownT != nil:
			return t.ownT[0], t.ownT[1]
		case w.own != nil:
			return w.own[0], w.own[1]
		}
		return o.c.Enter, o.c.LeaveRadius()
	}
	for wid, w := range o.e {
		for tid, t := range o.e {
			if wid == tid || !alive(w) || !alive(t) || o.hidden[[2]uint64{wid, tid}] {
				continue
			}
			v := o.at(wid, tid)
			enter, leave := radii(w, t)
			switch {
			case v.state != world.In && o.side(w.pos, t.pos, enter) > 0:
				lasting[fmt.Sprintf("missing %d %d", wid, tid)]++
			case v.state == world.In && v.wInc == w.inc && v.tInc == t.inc && o.side(w.pos, t.pos, leave) < 0:
				lasting[fmt.Sprintf("extra %d %d", wid, tid)]++
			}
		}
	}
	for _, c := range o.changes {
		w, t := o.e[c.w], o.e[c.t]
		if !alive(w) || !alive(t) || w.excused || t.excused {
			continue
		}
		enter, leave := radii(w, t)
		r, side, name := enter, -1, "spurious enter"
		if c.kind == event.Leave {
			r, side, name = leave, 1, "spurious leave"
		}
		everywhere := true
		for _, a := range places(w) {
			for _, b := range places(t) {
				everywhere = everywhere && o.side(a, b, r) == side
			}
		}
		if everywhere {
			now[fmt.Sprintf("%s %d %d", name, c.w, c.t)]++
		}
	}
	if o.c.Despawn == "explicit" {
		for _, d := range o.dead {
			for wid, w := range o.e {
				v := o.at(wid, d.id)
				if w.alive && v.state == world.In && v.wInc == w.inc && v.tInc == d.inc {
					now[fmt.Sprintf("ghost %d %d", wid, d.id)]++
				}
			}
		}
	}
	o.changes, o.dead = nil, nil
	for _, x := range o.e {
		x.span, x.moved, x.excused = nil, false, false
	}
	return lasting, now
}

func places(x *oracleEntity) []event.Vec {
	if len(x.span) > 0 {
		return x.span
	}
	return []event.Vec{x.pos}
}

func soak(n int) int {
	if k, err := strconv.Atoi(os.Getenv("AOI_SOAK")); err == nil && k > 0 {
		return n * k
	}
	return n
}

// TestOracle: at every evaluation of a server with many faults, the world
// calls wrong what the oracle calls wrong, and nothing else.
func TestOracle(t *testing.T) {
	faults := []analyzetest.Fault{
		analyzetest.ForgetEnter, analyzetest.ForgetLeave, analyzetest.StrayEnter, analyzetest.EarlyLeave, analyzetest.DoubleEnter,
		analyzetest.DoubleLeave, analyzetest.UntoldEnter, analyzetest.UntoldLeave, analyzetest.SkipDespawn, analyzetest.IgnoreRadius, analyzetest.Nowhere,
	}
	seen := map[string]int{}
	for n := range uint64(soak(150)) {
		c := event.Contract{Metric: []int{event.Circle, event.Square, event.Sphere, event.Cylinder}[n%4], Enter: 25, Leave: 30, Height: 12,
			Filters: "recorded", Despawn: "explicit", Watchers: "all", Bounded: true, Max: event.Vec{X: 100, Y: 100}}
		if c.Metric != event.Cylinder {
			c.Height = 0
		}
		if c.Metric == event.Sphere || c.Metric == event.Cylinder {
			c.Max.Z = 30
		}
		if n%3 == 1 {
			c.Eval = 3
		}
		if n%5 == 1 {
			c.Despawn = "implicit"
		}
		s := analyzetest.Server{Seed: n, Contract: c, Entities: 12, Ticks: 40, Radii: n%2 == 0, Hide: n%3 == 0, Eager: n%7 == 0,
			Operations: n%2 == 0, Faults: faults, Rate: 0.04}
		if n%4 == 2 {
			s.Rate, s.Faults = 0.3, faults[n%uint64(len(faults)):][:1]
		}
		if !compare(t, s, seen) {
			return
		}
	}
	for _, k := range []string{"missing", "extra", "spurious enter", "spurious leave", "ghost"} {
		if seen[k] < 100 {
			t.Errorf("only %d of %s in all: the test is empty", seen[k], k)
		}
	}
	t.Log(seen)
}

func compare(t *testing.T, s analyzetest.Server, seen map[string]int) bool {
	t.Helper()
	r := s.Run()
	open, now := map[string]int{}, map[string]int{}
	w := world.New(func(j *world.Judgement) {
		name := map[world.JudgeKind]string{world.Missing: "missing", world.Extra: "extra", world.SpuriousEnter: "spurious enter",
			world.SpuriousLeave: "spurious leave", world.Ghost: "ghost"}
		kind := j.Kind
		if kind == world.Ended {
			kind = j.Because
		}
		key := fmt.Sprintf("%s %d %d", name[kind], j.W.ID, j.T.ID)
		switch {
		case j.Kind == world.Asymmetry:
		case j.Kind == world.Ended:
			delete(open, key)
		case j.Kind == world.Missing || j.Kind == world.Extra:
			open[key]++
			seen[name[kind]]++
		default:
			now[key]++
			seen[name[kind]]++
		}
		if j.Relation != world.Sure {
			t.Errorf("server %d: %s is not sure, in one stream", s.Seed, key)
		}
	})
	o := newOracle(s.Contract)
	src := r.Source(0)
	for {
		b, err := src.Next()
		if err == io.EOF {
			break
		}
		for i := range b.N {
			w.Apply(b, i)
			e := b.Event(i)
			o.apply(e)
			if e.Kind != event.Tick || s.Contract.Eval > 1 && e.Int[0]%s.Contract.Eval != 0 {
				continue
			}
			wantOpen, wantNow := o.evaluate()
			for what, sets := range map[string][2]map[string]int{"lasting": {open, wantOpen}, "of this tick": {now, wantNow}} {
				if !maps.Equal(sets[0], sets[1]) {
					t.Errorf("server %d (metric %s, eval %d, despawn %s, eager %v), tick %d, %s:\ngot  %v\nwant %v", s.Seed, event.Metrics[s.Contract.Metric], s.Contract.Eval, s.Contract.Despawn, s.Eager, e.Int[0], what,
						slices.Sorted(maps.Keys(sets[0])), slices.Sorted(maps.Keys(sets[1])))
					return false
				}
			}
			clear(now)
		}
	}
	w.Finish()
	return true
}
