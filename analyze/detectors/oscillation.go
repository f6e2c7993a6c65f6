package detectors

import (
	"cmp"
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
the opposite one, and within sixty ticks of it where there are ticks (for
simulations that run faster than the clock of their world). The pair reverses
at least ten times in a row.

Certain when besides, on data without gaps, the distance of the two stays
within 2 % of the radius around the border (from 0.98 of the enter radius to
1.02 of the leave radius) all the time: at each change, and between changes by
the length of the paths that both travelled. Anything else that reverses ten
times in a row is likely: where the path between two changes may have led up
to 10 % of the radius away though each change is at the border; where no
radius is declared and the distance stays about the same; where positions are
not recorded. A pair that leaves the border between its changes only moves,
and is no finding.

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
	New: func(p *analyze.Pass) analyze.Check { return &oscillation{pass: p, spaces: map[spaceName]*flaps{}} },
}

const (
	reversalTime  = 2 * time.Second // between a change and the opposite one
	reversalTicks = 60              // 2 s at 30 Hz: simulations run faster than the clock of their world
	minReversals  = 10              // in a row
	bandShare     = 0.02            // of the radius, around the border
	nearShare     = 0.08            // of the radius, besides, for what is likely
)

type spaceName struct {
	process string
	id      uint64
}

type pairName struct{ w, t uint64 }

// flaps are the runs of one space.
type flaps struct {
	runs  map[pairName]*flap
	heads map[pairName]*flap  // first runs, that a run of the stretch before may go on in
	flips map[pairName]uint64 // reversals of pairs that have no run at present
}

func newFlaps() *flaps {
	return &flaps{map[pairName]*flap{}, map[pairName]*flap{}, map[pairName]uint64{}}
}

type oscillation struct {
	pass    *analyze.Pass
	spaces  map[spaceName]*flaps
	last    *world.Space
	flaps   *flaps // of last
	slab    []flap // room for runs
	changes uint64
	swept   time.Duration
	begin   time.Duration // of the first change
	begun   bool
}

func (c *oscillation) Kinds() event.KindSet { return event.SetOf(event.Enter, event.Leave) }

func (c *oscillation) Step(s *world.Step) {
	now := s.Block.Time[s.I]
	if !c.begun {
		c.begun, c.begin, c.swept = true, now, now
	}
	c.changes++
	if s.Space != c.last {
		c.last, c.flaps = s.Space, c.of(spaceName{s.Space.Process, s.Space.ID})
	}
	if s.Was.Relation != world.Unordered && reverses(s.Was.Last.Kind, s.Kind) && now-s.Was.Last.Time < reversalTime &&
		s.Space.Tick-s.Was.Spot.Tick <= reversalTicks {
		c.reversal(c.flaps, s)
	}
	if now-c.swept > 4*reversalTime {
		c.sweep(now)
	}
}

// reverses reports whether a change of kind b undoes one of kind a.
func reverses(a, b event.Kind) bool {
	return a == event.Enter && b == event.Leave || a == event.Leave && b == event.Enter
}

// reversal adds a change that reverses the pair's last to the run that ends
// with that one, or begins a run with the two.
func (c *oscillation) reversal(fs *flaps, s *world.Step) {
	key := pairName{s.W.ID, s.T.ID}
	run := fs.runs[key]
	if run == nil || run.last.Ref != s.Was.Last.Ref {
		if run == nil {
			run = c.room()
		} else {
			run = c.finish(fs, key, run)
		}
		fs.runs[key] = run
		run.begin(s)
		if s.Was.Last.Time <= c.begin && fs.heads[key] == nil {
			fs.heads[key] = run // it began in the stretch before, or may have
		}
	}
	run.add(s.Pair.Last(), spotOf(s, s.Pair.Spot), s.Was.Relation)
	if run.there >= minReversals {
		run.place(s.W, s.T)
	}
	if run.start == run.n && fs.heads[key] == run {
		run.startAt = &[2]world.PlaceEvent{s.W.Moved, s.T.Moved}
	}
}

func (c *oscillation) of(name spaceName) *flaps {
	fs := c.spaces[name]
	if fs == nil {
		fs = newFlaps()
		c.spaces[name] = fs
	}
	return fs
}

// room returns an empty run.
func (c *oscillation) room() *flap {
	if len(c.slab) == 0 {
		c.slab = make([]flap, 256)
	}
	f := &c.slab[0]
	c.slab = c.slab[1:]
	return f
}

// finish reports a run that is over, unless the stretch before may hold its
// beginning, and returns an empty one for the pair's next.
func (c *oscillation) finish(fs *flaps, key pairName, run *flap) *flap {
	run.over = true
	if fs.heads[key] == run {
		next := c.room()
		next.flips, run.flips = run.flips, 0
		return next
	}
	if run.most >= minReversals {
		c.report(run)
		next := c.room() // the report keeps the old one
		next.flips = run.flips
		return next
	}
	*run = flap{flips: run.flips}
	return run
}

// sweep ends the runs that nothing can continue.
func (c *oscillation) sweep(now time.Duration) {
	c.swept = now
	for _, name := range c.names() {
		fs := c.spaces[name]
		var long []pairName
		for key, run := range fs.runs {
			switch {
			case now-run.last.Time < reversalTime:
			case run.most >= minReversals || fs.heads[key] == run:
				long = append(long, key)
			default:
				fs.drop(key, run.flips)
			}
		}
		for _, key := range ordered(long) {
			fs.drop(key, c.finish(fs, key, fs.runs[key]).flips)
		}
	}
}

func (fs *flaps) drop(key pairName, flips uint64) {
	delete(fs.runs, key)
	if flips > 0 {
		fs.flips[key] += flips
	}
}

func (c *oscillation) report(f *flap) {
	if f.most < minReversals {
		return
	}
	still := f.lastSpot.travelled == f.firstSpot.travelled
	how := "moving"
	if still {
		how = "still"
	}
	c.pass.Report(analyze.Case{
		Space: f.space, W: f.w, T: f.t, Relation: f.relation, Likely: f.best < minReversals,
		Signature: how, At: f.last.Ref, Start: f.first.Time, End: f.last.Time,
		Message:  func() string { return f.message(still) },
		Evidence: func() []analyze.Evidence { return f.evidence(c.pass) },
	})
}

func (c *oscillation) Judge(*world.Judgement) {}

// Merge joins the next stretch: a run that was open here goes on in the first
// run there, if that begins with its last change.
func (c *oscillation) Merge(later analyze.Check) {
	l := later.(*oscillation)
	for _, name := range l.names() {
		c.of(name)
	}
	for _, name := range c.names() {
		mine, theirs := c.spaces[name], l.of(name)
		for _, key := range ordered(slices.Collect(maps.Keys(theirs.heads))) {
			head, run := theirs.heads[key], mine.runs[key]
			switch {
			case run == nil || run.last.Ref != head.first.Ref:
				if head.over {
					c.report(head)
				}
			case head.over:
				run.join(head)
				mine.drop(key, c.finish(mine, key, run).flips)
			default:
				run.join(head)
				theirs.runs[key] = run
				delete(mine.runs, key)
			}
		}
		for _, key := range ordered(slices.Collect(maps.Keys(mine.runs))) {
			run := mine.runs[key]
			if theirs.runs[key] == nil && theirs.heads[key] == nil {
				theirs.runs[key] = run // no reversal there: a later stretch may have the next
				continue
			}
			mine.drop(key, c.finish(mine, key, run).flips)
		}
		mine.runs = theirs.runs
		for key, n := range theirs.flips {
			mine.flips[key] += n
		}
	}
	c.changes += l.changes
	if !c.begun {
		c.begun, c.begin = l.begun, l.begin
	}
	c.swept = max(c.swept, l.swept)
	c.last, c.flaps = nil, nil
}

func (c *oscillation) End() {
	for _, name := range c.names() {
		fs := c.spaces[name]
		heads := fs.heads
		fs.heads = nil
		var long []pairName
		for key, head := range heads {
			if head.over && head.most >= minReversals {
				long = append(long, key)
			}
		}
		for _, key := range ordered(long) {
			c.report(heads[key])
		}
		long = long[:0]
		for key, run := range fs.runs {
			if run.most >= minReversals {
				long = append(long, key)
			}
		}
		for _, key := range ordered(long) {
			c.report(fs.runs[key])
		}
	}
	c.pass.UnknownBecause(event.SetOf(event.Enter, event.Leave, event.View, event.Spawn, event.Move, event.Despawn))
}

func (c *oscillation) names() []spaceName {
	return slices.SortedFunc(maps.Keys(c.spaces), func(a, b spaceName) int {
		return cmp.Or(cmp.Compare(a.process, b.process), cmp.Compare(a.id, b.id))
	})
}

// ordered sorts pairs, so that equal traces give equal reports.
func ordered(keys []pairName) []pairName {
	slices.SortFunc(keys, func(a, b pairName) int { return cmp.Or(cmp.Compare(a.w, b.w), cmp.Compare(a.t, b.t)) })
	return keys
}

// Metrics returns the ping-pong rate, ρ and H of all pairs.
func (c *oscillation) Metrics() analyze.Metrics {
	var counts []uint64
	var flips uint64
	for _, fs := range c.spaces {
		for key, run := range fs.runs {
			if n := run.flips + fs.flips[key]; n > 0 {
				counts, flips = append(counts, n), flips+n
			}
		}
		for key, n := range fs.flips {
			if fs.runs[key] == nil {
				counts, flips = append(counts, n), flips+n
			}
		}
	}
	h := entropy(counts, float64(flips))
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

// entropy returns the entropy in bits of how total spreads over counts. It
// adds up in a fixed order, so that equal inputs give equal bytes.
func entropy(counts []uint64, total float64) float64 {
	slices.Sort(counts)
	h := 0.0
	for _, n := range counts {
		p := float64(n) / total
		h -= p * math.Log2(p)
	}
	return h
}
