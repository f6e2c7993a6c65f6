package detectors

import (
	"fmt"
	"math"
	"time"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// A flap is a run of changes of one pair, each the opposite of the one before
// and soon after it.
type flap struct {
	space               *world.Space
	w, t                *world.Entity
	first, second, last world.ViewEvent
	firstSpot, lastSpot spot
	at                  *[2]world.PlaceEvent // where both were at the last change, once that may matter
	startAt             *[2]world.PlaceEvent // of a first run: where both were at change number start
	flips               uint64               // reversals of the pair in this and earlier runs
	n                   int32                // reversals in a row
	near, best          int32                // of those in a row, at present and at most, that stayed at the border
	prefix              int32                // of those from the first on
	there, most         int32                // of those in a row that were near the border
	start               int32                // of those from the first on
	relation            world.Relation
	over                bool
}

// A spot is where a pair was at a change.
type spot struct {
	d         float64 // their distance; NaN if it is not known
	travelled float64 // the paths of both so far
	tick      uint64
	border    bool    // the contract says where the border is
	enter     float64 // the radii of the border
	leave     float64
	lo, hi    float64 // the band around it, or around d
}

// begin makes f a run of the change before s alone.
func (f *flap) begin(s *world.Step) {
	before := spotOf(s, s.Was.Spot)
	*f = flap{space: s.Space, w: s.W, t: s.T, first: s.Was.Last, last: s.Was.Last,
		firstSpot: before, lastSpot: before, flips: f.flips, relation: world.Sure}
}

// add appends a reversal.
func (f *flap) add(e world.ViewEvent, here spot, rel world.Relation) {
	f.n++
	f.flips++
	if f.n == 1 {
		f.second = e
	}
	if here.near(f.lastSpot) {
		if f.there == f.n-1 {
			f.start = f.n
		}
		f.there++
		f.most = max(f.most, f.there)
	} else {
		f.there = 0
	}
	if rel == world.Sure && here.border && here.stayed(f.lastSpot, 0) {
		if f.near == f.n-1 {
			f.prefix = f.n
		}
		f.near++
		f.best = max(f.best, f.near)
	} else {
		f.near = 0
	}
	f.relation = min(f.relation, rel)
	f.last, f.lastSpot = e, here
}

// place keeps where both are now.
func (f *flap) place(w, t *world.Entity) {
	if f.at == nil {
		f.at = new([2]world.PlaceEvent)
	}
	*f.at = [2]world.PlaceEvent{w.Moved, t.Moved}
}

// join appends head, the first run of the next stretch, whose first change is
// f's last.
func (f *flap) join(head *flap) {
	f.flips += head.flips
	if head.startAt != nil && f.there+head.start >= minReversals {
		f.at = head.startAt
	}
	if f.n == 0 {
		f.second = head.second
	}
	present, stayed := f.there == f.n, f.near == f.n
	f.most = max(f.most, f.there+head.start, head.most)
	f.best = max(f.best, f.near+head.prefix, head.best)
	if present {
		f.start += head.start
	}
	if stayed {
		f.prefix += head.prefix
	}
	if head.there == head.n {
		f.there += head.there
	} else {
		f.there = head.there
	}
	if head.near == head.n {
		f.near += head.near
	} else {
		f.near = head.near
	}
	f.n += head.n
	f.relation = min(f.relation, head.relation)
	f.last, f.lastSpot = head.last, head.lastSpot
	if head.at != nil {
		f.at = head.at
	}
	f.space, f.w, f.t = head.space, head.w, head.t
}

// stayed reports whether the pair was in the band, made wider by slack on
// either side, all the time from before to here: between two distances, paths
// of length l lead at most l/2 beyond.
func (s spot) stayed(before spot, slack float64) bool {
	l := s.travelled - before.travelled
	mid := (s.d + before.d) / 2
	lo, hi := s.lo-slack, s.hi+slack
	return mid-l/2 >= lo && mid+l/2 <= hi && s.d >= s.lo && s.d <= s.hi && before.d >= s.lo && before.d <= s.hi
}

// near reports whether the pair can be said to have hung around one distance
// from before to here: the border, if it is known. Without positions that is
// not known, and so not denied.
func (s spot) near(before spot) bool {
	if math.IsNaN(s.d) || math.IsNaN(before.d) {
		return true
	}
	return s.stayed(before, nearShare*s.hi)
}

// spotOf returns where the pair of s was at a change, and the band around its
// border.
func spotOf(s *world.Step, at world.Spot) spot {
	out := spot{d: at.Distance, travelled: at.Travelled, tick: at.Tick}
	out.lo, out.hi = out.d*(1-bandShare), out.d*(1+bandShare)
	if c := &s.Space.Contract; c.Declared() && c.Metric != event.Cells && c.Metric != event.Towers {
		out.enter, out.leave = s.Space.Radii(s.W, s.T)
		out.border = !math.IsNaN(out.d)
		out.lo, out.hi = out.enter*(1-bandShare), out.leave*(1+bandShare)
	}
	return out
}

func (f *flap) message(still bool) string {
	span := f.last.Time - f.first.Time
	period := analyze.Elapsed(2 * span / time.Duration(f.n))
	if ticks := f.lastSpot.tick - f.firstSpot.tick; ticks > 0 {
		switch n := math.Round(200*float64(ticks)/float64(f.n)) / 100; n {
		case 1:
			period = "one tick (" + period + ")"
		default:
			period = analyze.Number(n) + " ticks (" + period + ")"
		}
	}
	m := fmt.Sprintf("%v goes in and out of %v's view: %d reversals in %s, period %s", f.t, f.w, f.n, analyze.Elapsed(span), period)
	if still {
		m += ", while both positions stay constant"
	}
	if d := f.lastSpot.d; !math.IsNaN(d) {
		m += fmt.Sprintf("; %s apart", analyze.Number(d))
	}
	if f.lastSpot.border {
		enter, leave := f.lastSpot.enter, f.lastSpot.leave
		m += fmt.Sprintf(", border %s", analyze.Number(enter))
		if leave != enter {
			m += " to " + analyze.Number(leave)
		}
	}
	return m
}

func (f *flap) evidence(p *analyze.Pass) []analyze.Evidence {
	at := [2]world.PlaceEvent{f.w.Moved, f.t.Moved}
	if f.at != nil {
		at = *f.at
	}
	var out []analyze.Evidence
	for i, e := range []*world.Entity{f.w, f.t} {
		if at[i].Kind != event.Invalid {
			out = append(out, p.Evidence(at[i].Event(e), "where %v was at the last change", e))
		}
	}
	return append(out,
		p.Evidence(f.first.Event(f.w, f.t), "the first change"),
		p.Evidence(f.second.Event(f.w, f.t), "reversed %s later", analyze.Elapsed(f.second.Time-f.first.Time)),
		p.Evidence(f.last.Event(f.w, f.t), "and so on, up to the reversal %d", f.n))
}
