package detectors

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// Oscillation reports pairs that flap: in and out of view, again and again.
var Oscillation = &analyze.Detector{
	Name: "oscillation", Family: "topology", Rank: rankTopology,
	Doc: `a target goes in and out of a view again and again

Condition [O]: a reversal is an enter or leave of a pair within two seconds of
the opposite one. The pair reverses at least ten times in a row.

Certain when besides, on data without gaps, the distance of the two stays
within 2 % of the radius around the border (from 0.98 of the enter radius to
1.02 of the leave radius) all the time: at each change, and between changes by
the length of the paths that both travelled. Anything else that reverses ten
times in a row is likely: it may be what the workload does.

Evidence: the first two changes, the last one, and both positions then. The
metrics give the ping-pong rate (the share of changes that are reversals), ρ
(changes per second and pair in view) and H (the entropy, in bits, of how the
reversals spread over the pairs). A healthy crowd can pass the marks on ρ and
H: they are figures, not findings.
Known false alarms: none known for certain findings; a likely one can be a
target that really goes back and forth.
Usual causes: one radius for entering and leaving while positions jitter; the
two ends of a pair computing the same border in different roundings, so that
even standing still flips it. Cure: a leave radius larger than the enter
radius.`,
	New: func(p *analyze.Pass) analyze.Check {
		return &oscillation{pass: p, runs: map[flapKey]*flap{}, heads: map[flapKey]*flap{}, flips: map[flapKey]uint64{}}
	},
}

const (
	reversalTime = 2 * time.Second // between a change and the opposite one
	minReversals = 10              // in a row
	bandShare    = 0.02            // of the radius, around the border
)

type flapKey struct {
	process string
	space   uint64
	w, t    uint64
}

// A flap is a run of changes of one pair, each the opposite of the one before
// and soon after it.
type flap struct {
	space             *world.Space
	w, t              *world.Entity
	n                 int // reversals
	near, best        int // of those in a row, at present and at most, that stayed at the border
	prefix            int // of those from the first on
	first, second     event.Event
	last              event.Event
	firstMark         spot
	lastMark          spot
	wMoved, tMoved    event.Event
	relation          world.Relation
	headBroken, ended bool
}

// A spot is where a pair was at a change.
type spot struct {
	d         float64 // their distance
	travelled float64 // the paths of both so far
	tick      uint64
	lo, hi    float64 // the band around the border; empty if there is no border
}

type oscillation struct {
	pass    *analyze.Pass
	runs    map[flapKey]*flap
	heads   map[flapKey]*flap // first runs, which a run before this stretch may continue in
	flips   map[flapKey]uint64
	changes uint64
	swept   time.Duration
	begin   time.Duration
	begun   bool
	metrics analyze.Metrics
}

func (c *oscillation) Kinds() event.KindSet { return event.SetOf(event.Enter, event.Leave) }

func (c *oscillation) Step(s *world.Step) {
	b, i := s.Block, s.I
	now := b.Time[i]
	if !c.begun {
		c.begun, c.begin, c.swept = true, now, now
	}
	c.changes++
	key := flapKey{s.Space.Process, s.Space.ID, s.W.ID, s.T.ID}
	run := c.runs[key]
	here := spotOf(s)
	switch {
	case run != nil && run.continues(s.Kind, now, s.Was.Relation):
		run.add(s.Event(), here, s.Was.Relation)
		run.wMoved, run.tMoved = s.W.Moved, s.T.Moved
		c.flips[key]++
	default:
		c.finish(key, run)
		run = &flap{space: s.Space, w: s.W, t: s.T, first: s.Event(), last: s.Event(),
			firstMark: here, lastMark: here, relation: world.Sure}
		c.runs[key] = run
		if now-c.begin < reversalTime && c.heads[key] == nil {
			// A run of the stretch before may go on here.
			run.headBroken = s.Was.Relation == world.Unordered && s.Was.Event.Kind != event.Invalid
			c.heads[key] = run
		}
	}
	if now-c.swept > 4*reversalTime {
		c.sweep(now)
	}
}

// continues reports whether a change of that kind at that time reverses the
// run's last one.
func (f *flap) continues(k event.Kind, now time.Duration, rel world.Relation) bool {
	return k != f.last.Kind && now-f.last.Time < reversalTime && rel != world.Unordered
}

func (f *flap) add(e event.Event, here spot, rel world.Relation) {
	f.n++
	if f.n == 1 {
		f.second = e
	}
	if rel == world.Sure && here.stayed(f.lastMark) {
		if f.near == f.n-1 {
			f.prefix = f.n
		}
		f.near++
		f.best = max(f.best, f.near)
	} else {
		f.near = 0
	}
	f.relation = min(f.relation, rel)
	f.last, f.lastMark = e, here
}

// stayed reports whether the pair was in the band all the time from before to
// here: between two distances, paths of length l lead at most l/2 beyond.
func (s spot) stayed(before spot) bool {
	l := s.travelled - before.travelled
	mid := (s.d + before.d) / 2
	return mid-l/2 >= s.lo && mid+l/2 <= s.hi && s.d >= s.lo && s.d <= s.hi && before.d >= s.lo && before.d <= s.hi
}

func spotOf(s *world.Step) spot {
	at := spot{d: s.Space.Distance(s.W, s.T), travelled: s.W.Travelled + s.T.Travelled, tick: s.Space.Tick, lo: 1, hi: -1}
	switch c := &s.Space.Contract; {
	case !c.Declared(), c.Metric == event.Cells, c.Metric == event.Towers:
	default:
		enter, leave := s.Space.Radii(s.W, s.T)
		at.lo, at.hi = enter*(1-bandShare), leave*(1+bandShare)
	}
	return at
}

// sweep ends the runs that nothing can continue.
func (c *oscillation) sweep(now time.Duration) {
	c.swept = now
	over := map[flapKey]*flap{}
	for key, run := range c.runs {
		if now-run.last.Time >= reversalTime {
			over[key] = run
			delete(c.runs, key)
		}
	}
	for _, key := range sorted(over) {
		c.finish(key, over[key])
	}
}

// finish reports a run that is over, unless the stretch before may hold its
// beginning.
func (c *oscillation) finish(key flapKey, run *flap) {
	if run == nil || run.ended {
		return
	}
	run.ended = true
	if c.heads[key] != run {
		c.report(run)
	}
}

func (c *oscillation) report(f *flap) {
	if f.n < minReversals {
		return
	}
	still := f.lastMark.travelled == f.firstMark.travelled
	how := "moving"
	if still {
		how = "still"
	}
	c.pass.Report(analyze.Case{
		Space: f.space, W: f.w, T: f.t, Relation: f.relation, Likely: f.best < minReversals,
		Signature: how, At: f.last.Ref(), Start: f.first.Time, End: f.last.Time,
		Message:  func() string { return f.message(still) },
		Evidence: func() []analyze.Evidence { return f.evidence(c.pass) },
	})
}

func (f *flap) message(still bool) string {
	span := f.last.Time - f.first.Time
	period := analyze.Elapsed(span / time.Duration(f.n))
	if ticks := f.lastMark.tick - f.firstMark.tick; ticks > 0 {
		period = fmt.Sprintf("every %s ticks (%s)", analyze.Number(math.Round(100*float64(ticks)/float64(f.n))/100), period)
		if ticks == uint64(f.n) {
			period = fmt.Sprintf("every tick (%s)", analyze.Elapsed(span/time.Duration(f.n)))
		}
	} else {
		period = "every " + period
	}
	m := fmt.Sprintf("%v goes in and out of %v's view: %d reversals in %s, one %s", f.t, f.w, f.n, analyze.Elapsed(span), period)
	if still {
		m += ", while both positions stay constant"
	}
	if d := f.lastMark.d; !math.IsNaN(d) {
		m += fmt.Sprintf("; %s apart", analyze.Number(d))
	}
	if f.lastMark.hi > f.lastMark.lo {
		enter, leave := f.space.Radii(f.w, f.t)
		m += fmt.Sprintf(", border %s", analyze.Number(enter))
		if leave != enter {
			m += " to " + analyze.Number(leave)
		}
	}
	return m
}

func (f *flap) evidence(p *analyze.Pass) []analyze.Evidence {
	var out []analyze.Evidence
	for _, e := range []event.Event{f.wMoved, f.tMoved} {
		if e.Kind != event.Invalid {
			out = append(out, p.Evidence(e, "where %d was at the last change", e.Entity))
		}
	}
	return append(out,
		p.Evidence(f.first, "the first change"),
		p.Evidence(f.second, "reversed %s later", analyze.Elapsed(f.second.Time-f.first.Time)),
		p.Evidence(f.last, "and so on, up to the reversal %d", f.n))
}

func (c *oscillation) Judge(*world.Judgement) {}

// Merge joins the next stretch: a run that was open here goes on in the first
// run there, if that begins with its reversal.
func (c *oscillation) Merge(later analyze.Check) {
	l := later.(*oscillation)
	for _, key := range sorted(l.heads) {
		head, run := l.heads[key], c.runs[key]
		delete(l.heads, key)
		if run == nil || head.headBroken || !run.continues(head.first.Kind, head.first.Time, world.Sure) {
			if head.ended {
				l.report(head)
			}
			continue
		}
		run.join(head)
		l.flips[key]++
		switch {
		case head.ended:
			c.finish(key, run)
			delete(c.runs, key)
		default:
			l.runs[key] = run
		}
	}
	for _, key := range sorted(c.runs) {
		if run := c.runs[key]; l.runs[key] != run {
			c.finish(key, run)
		}
	}
	c.runs = l.runs
	for key, n := range l.flips {
		c.flips[key] += n
	}
	c.changes += l.changes
	if !c.begun {
		c.begun, c.begin = l.begun, l.begin
	}
	c.swept = max(c.swept, l.swept)
}

// join appends head, whose first change reverses f's last.
func (f *flap) join(head *flap) {
	f.add(head.first, head.firstMark, head.relation)
	if f.n == 1 {
		f.second = head.first
	}
	whole := f.near == f.n
	f.n += head.n
	f.best = max(f.best, f.near+head.prefix, head.best)
	if whole {
		f.prefix += head.prefix
	}
	if head.near == head.n {
		f.near += head.near
	} else {
		f.near = head.near
	}
	f.relation = min(f.relation, head.relation)
	f.last, f.lastMark = head.last, head.lastMark
	if head.n > 0 {
		f.wMoved, f.tMoved = head.wMoved, head.tMoved
	} else {
		f.wMoved, f.tMoved = head.w.Moved, head.t.Moved
	}
	f.space, f.w, f.t = head.space, head.w, head.t
}

func (c *oscillation) End() {
	heads := c.heads
	c.heads = nil
	for _, key := range sorted(heads) {
		if heads[key].ended {
			c.report(heads[key])
		}
	}
	for _, key := range sorted(c.runs) {
		c.finish(key, c.runs[key])
	}
	c.pass.UnknownBecause(event.SetOf(event.Enter, event.Leave, event.View, event.Spawn, event.Move, event.Despawn))
}

// Metrics returns the ping-pong rate, ρ and H of all pairs.
func (c *oscillation) Metrics() analyze.Metrics {
	var flips uint64
	for _, n := range c.flips {
		flips += n
	}
	h := entropy(c.flips, float64(flips))
	var all world.Metrics
	for _, s := range c.pass.World.Spaces() {
		all.Add(&s.Metrics)
	}
	out := analyze.Metrics{
		{Name: "reversals", Doc: "changes of a pair within two seconds of the opposite one"},
		{Name: "ping_pong", Doc: "the share of changes that are reversals"},
		{Name: "rho", Unit: "1/s", Doc: "changes per second and pair in view"},
		{Name: "entropy", Unit: "bits", Doc: "of how the reversals spread over the pairs; needs 20 reversals"},
	}
	set := func(m *analyze.Metric, v float64) { m.Value = &v }
	set(&out[0], float64(flips))
	if c.changes > 0 {
		set(&out[1], float64(flips)/float64(c.changes))
	}
	if all.ViewSeconds > 0 {
		rho := float64(c.changes) / all.ViewSeconds
		set(&out[2], rho)
		if rho > 0.35 {
			out[2].Mark = "above 0.35/s, which a healthy crowd can be"
		}
	}
	if flips >= 20 {
		set(&out[3], h)
		if h > 2.8 {
			out[3].Mark = "above 2.8 bits: many pairs, not a few"
		}
	}
	return out
}

// entropy returns the entropy in bits of how total spreads over the pairs.
// It adds up in a fixed order, so that equal inputs give equal bytes.
func entropy(flips map[flapKey]uint64, total float64) float64 {
	counts := make([]uint64, 0, len(flips))
	for _, n := range flips {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	h := 0.0
	for _, n := range counts {
		p := float64(n) / total
		h -= p * math.Log2(p)
	}
	return h
}

// sorted returns the keys in a fixed order.
func sorted(m map[flapKey]*flap) []flapKey {
	return slices.SortedFunc(maps.Keys(m), func(a, b flapKey) int {
		return cmp.Or(cmp.Compare(a.process, b.process), cmp.Compare(a.space, b.space),
			cmp.Compare(a.w, b.w), cmp.Compare(a.t, b.t))
	})
}
