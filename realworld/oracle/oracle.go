// Package oracle judges an AOI manager by brute force, from the positions
// that it was given and the view changes that it announced: after each tick
// it measures every pair. It shares no code with the analysis that it is
// there to check.
//
// Call [New], then one method for each thing that happens, [Oracle.Tick] at
// the end of each tick, and [Oracle.Report] after the last. Every method is a
// no-op on a nil Oracle. It is for one goroutine.
package oracle

import (
	"math"
	"time"
)

// Rule is what the manager is held to, the tolerance included.
type Rule struct {
	Radius float64 // of those who have none of their own
	Cell   float64 // more than 0: a square of half side radius must meet the target's cell
	Min    float64 // where cell 0 begins
	Max    float64 // what lies beyond counts as in the border cell
}

// A pair within this share of the radius from its border may be seen or not.
const tolerance = 1e-4

// A verdict is what a rule says of a pair.
type verdict uint8

const (
	out verdict = iota
	either
	in
)

// A Pair is a watcher and its target.
type Pair struct {
	Watcher uint64 `json:"w"`
	Target  uint64 `json:"t"`
}

// An Oracle holds the world as brute force sees it.
type Oracle struct {
	rule    Rule
	slots   []slot
	slotOf  map[uint64]int
	free    []int
	dying   []int // slots of this tick's despawns
	tick    uint64
	now     func() time.Duration
	report  Report
	wrong   map[Pair]*Interval
	flips   map[Pair]*run
	near    map[uint64]map[Pair]*run // runs by either end
	loose   map[Pair]*run            // at any distance
	agreed  uint64                   // pair-ticks seen and right to see
	seen    uint64                   // pair-ticks seen
	wanted  uint64                   // pair-ticks right to see
	missing uint64
	extra   uint64
}

type slot struct {
	id     uint64
	x, y   float64
	radius float64
	alive  bool
	view   bits // slots that this one sees
}

// New returns an oracle of an empty world. Reversals are timed by now.
func New(rule Rule, now func() time.Duration) *Oracle {
	return &Oracle{
		rule:   rule,
		slotOf: map[uint64]int{},
		now:    now,
		wrong:  map[Pair]*Interval{},
		flips:  map[Pair]*run{},
		near:   map[uint64]map[Pair]*run{},
		loose:  map[Pair]*run{},
	}
}

// Spawn tells that id joined at x,y; radius 0 means the rule's.
func (o *Oracle) Spawn(id uint64, x, y, radius float64) {
	if o == nil {
		return
	}
	o.report.Counts.Spawns++
	if radius == 0 {
		radius = o.rule.Radius
	}
	i := len(o.slots)
	if n := len(o.free); n > 0 {
		i, o.free = o.free[n-1], o.free[:n-1]
	} else {
		o.slots = append(o.slots, slot{})
	}
	o.slotOf[id] = i
	o.slots[i] = slot{id: id, x: x, y: y, radius: radius, alive: true, view: o.slots[i].view[:0]}
}

// Move tells that id is at x,y now.
func (o *Oracle) Move(id uint64, x, y float64) {
	if o == nil {
		return
	}
	o.report.Counts.Moves++
	s := &o.slots[o.slotOf[id]]
	s.x, s.y = x, y
	o.moved(id)
}

// Despawn tells that id quits. Those who see it have until the end of the
// tick to be told so.
func (o *Oracle) Despawn(id uint64) {
	if o == nil {
		return
	}
	o.report.Counts.Despawns++
	i := o.slotOf[id]
	o.slots[i].alive = false
	o.dying = append(o.dying, i)
	for p := range o.near[id] {
		o.drop(p)
	}
}

// Enter tells that w's view gained t.
func (o *Oracle) Enter(w, t uint64) {
	if o == nil {
		return
	}
	o.report.Counts.Enters++
	i, j, ok := o.both(w, t)
	if !ok || o.slots[i].view.has(j) {
		o.report.DoubleEnters = append(o.report.DoubleEnters, Pair{w, t})
		return
	}
	o.slots[i].view.set(j)
	o.flipped(Pair{w, t})
}

// Leave tells that w's view lost t.
func (o *Oracle) Leave(w, t uint64) {
	if o == nil {
		return
	}
	o.report.Counts.Leaves++
	i, j, ok := o.both(w, t)
	if !ok || !o.slots[i].view.has(j) {
		o.report.StrayLeaves = append(o.report.StrayLeaves, Pair{w, t})
		return
	}
	o.slots[i].view.clear(j)
	o.flipped(Pair{w, t})
}

func (o *Oracle) both(w, t uint64) (i, j int, ok bool) {
	i, ok = o.slotOf[w]
	if !ok {
		return
	}
	j, ok = o.slotOf[t]
	return
}

// Tick ends tick n: views are held against positions.
func (o *Oracle) Tick(n uint64) {
	if o == nil {
		return
	}
	o.tick = n
	o.report.Counts.Ticks++
	for i := range o.slots {
		if o.slots[i].alive {
			o.judge(i)
		}
	}
	for _, i := range o.dying {
		o.bury(i)
	}
	o.dying = o.dying[:0]
	for p, w := range o.wrong {
		if w.Last != n {
			o.close(p, w)
		}
	}
}

// judge measures every target of watcher i.
func (o *Oracle) judge(i int) {
	w := &o.slots[i]
	for j := range o.slots {
		t := &o.slots[j]
		if i == j || !t.alive {
			continue
		}
		seen, v := w.view.has(j), o.rule.judge(w, t)
		switch {
		case seen && v == out:
			o.extra++
			o.seen++
			o.mark(Pair{w.id, t.id}, "extra")
		case seen:
			o.seen++
			o.agreed++
			o.wanted++
		case v == in:
			o.missing++
			o.wanted++
			o.mark(Pair{w.id, t.id}, "missing")
		}
	}
}

// bury ends slot i: whoever still sees it sees a ghost.
func (o *Oracle) bury(i int) {
	id := o.slots[i].id
	for j := range o.slots {
		if o.slots[j].view.has(i) {
			if o.slots[j].alive {
				o.report.Ghosts = append(o.report.Ghosts, Pair{o.slots[j].id, id})
			}
			o.slots[j].view.clear(i)
		}
	}
	if o.slotOf[id] == i {
		delete(o.slotOf, id)
	}
	o.free = append(o.free, i)
}

// judge says whether w must see t, must not, or may.
func (r *Rule) judge(w, t *slot) verdict {
	slack := tolerance * w.radius
	if r.Cell > 0 {
		return r.judgeCells(w, t, slack)
	}
	d := max(math.Abs(w.x-t.x), math.Abs(w.y-t.y))
	switch {
	case d <= w.radius-slack:
		return in
	case d > w.radius+slack:
		return out
	}
	return either
}

// judgeCells asks on each axis for the cells of w's square and the cell of t,
// every border blurred by slack.
func (r *Rule) judgeCells(w, t *slot, slack float64) verdict {
	v := in
	for _, axis := range [2][2]float64{{w.x, t.x}, {w.y, t.y}} {
		eye, at := axis[0], axis[1]
		nearLo, nearHi := r.cell(eye-w.radius+slack), r.cell(eye+w.radius-slack)
		farLo, farHi := r.cell(eye-w.radius-slack), r.cell(eye+w.radius+slack)
		lo, hi := r.cell(at-slack), r.cell(at+slack)
		switch {
		case hi < farLo || lo > farHi:
			return out
		case lo < nearLo || hi > nearHi:
			v = either
		}
	}
	return v
}

func (r *Rule) cell(v float64) float64 {
	return math.Floor((min(max(v, r.Min), r.Max) - r.Min) / r.Cell)
}

// bits is a set of slots.
type bits []uint64

func (b bits) has(i int) bool { return i>>6 < len(b) && b[i>>6]>>(i&63)&1 != 0 }

func (b *bits) set(i int) {
	for i>>6 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[i>>6] |= 1 << (i & 63)
}

func (b bits) clear(i int) {
	if b.has(i) {
		b[i>>6] &^= 1 << (i & 63)
	}
}
