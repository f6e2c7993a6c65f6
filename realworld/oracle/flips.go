package oracle

import (
	"math"
	"time"
)

const (
	flipWithin = 2 * time.Second // the longest time between two reversals of a run
	flipBand   = 0.02            // share of the radius around the border
	flipReport = 10              // reversals that make a run worth telling
)

// A run is a pair whose view changed, and changed back, and so on, while its
// distance stayed near the border.
type run struct {
	reversals int // changes that undid the one before
	most      int // of a run that goes on at any distance
	last      time.Duration
}

// flipped notes that p's watcher's view gained or lost its target.
func (o *Oracle) flipped(p Pair) {
	now := o.now()
	o.anywhere(p, now)
	if !o.nearBorder(p) {
		o.drop(p)
		return
	}
	r := o.flips[p]
	if r == nil {
		r = &run{last: now}
		o.flips[p] = r
		for _, id := range [2]uint64{p.Watcher, p.Target} {
			if o.near[id] == nil {
				o.near[id] = map[Pair]*run{}
			}
			o.near[id][p] = r
		}
		return
	}
	if now-r.last > flipWithin {
		o.tell(p, r)
		*r = run{last: now}
		return
	}
	r.reversals++
	r.last = now
}

// anywhere counts p's reversals whatever its distance.
func (o *Oracle) anywhere(p Pair, now time.Duration) {
	r := o.loose[p]
	switch {
	case r == nil:
		r = &run{}
		o.loose[p] = r
	case now-r.last > flipWithin:
		r.reversals = 0
	default:
		r.reversals++
		r.most = max(r.most, r.reversals)
	}
	r.last = now
}

// moved ends the runs of id that its new position takes from the border.
func (o *Oracle) moved(id uint64) {
	for p := range o.near[id] {
		if !o.nearBorder(p) {
			o.drop(p)
		}
	}
}

// nearBorder reports whether p's distance is close to what decides it.
func (o *Oracle) nearBorder(p Pair) bool {
	i, j, ok := o.both(p.Watcher, p.Target)
	if !ok || !o.slots[i].alive || !o.slots[j].alive {
		return false
	}
	w, t := &o.slots[i], &o.slots[j]
	d := max(math.Abs(w.x-t.x), math.Abs(w.y-t.y))
	return math.Abs(d-w.radius) <= flipBand*w.radius
}

// drop ends p's run, if it has one.
func (o *Oracle) drop(p Pair) {
	r := o.flips[p]
	if r == nil {
		return
	}
	o.tell(p, r)
	delete(o.flips, p)
	delete(o.near[p.Watcher], p)
	delete(o.near[p.Target], p)
}

// tell reports a run that is long enough.
func (o *Oracle) tell(p Pair, r *run) {
	if r.reversals >= flipReport {
		o.report.Flapping = append(o.report.Flapping, Flapping{p, r.reversals})
	}
}
