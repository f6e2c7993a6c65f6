package merge

import (
	"math"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order/align"
)

// place relates each file's clock to the reference's: by messages both ways,
// over other files if need be, so that the bounds stay small; then by what
// else there is.
func (m *merging) place() {
	pairs := m.mail.pairs(len(m.files))
	m.mail = nil
	ref := m.files[0]
	ref.known = true
	placed := []*file{ref}
	rest := append([]*file(nil), m.files[1:]...)
	for len(rest) > 0 {
		var best *file
		var via *file
		var fit align.Fit
		least, at := time.Duration(math.MaxInt64), 0
		for i, f := range rest {
			for _, v := range placed {
				p := &pairs[v.number][f.number]
				to, from := p.Messages()
				if !v.known || to == 0 || from == 0 {
					continue
				}
				g := p.Fit(f.first, f.last, 0)
				if total := v.bound + g.Bound; total < least {
					best, via, fit, least, at = f, v, g, total, i
				}
			}
		}
		if best == nil {
			best, via, at = rest[0], oneWay(pairs, placed, rest[0]), 0
			guess, wall := ahead(via, best)
			fit = pairs[via.number][best.number].Fit(best.first, best.last, guess)
			best.wall = wall
		} else {
			best.known = true
			// What the one before is wrong by, drift apart, comes on top.
			best.bound = fit.Bound + via.bound + time.Duration(align.MaxDrift*float64(fit.Bound)) + 1
			best.slack = max(fit.Slack, via.slack)
		}
		best.via, best.fit, best.pair = via, fit, &pairs[via.number][best.number]
		placed = append(placed, best)
		rest = append(rest[:at], rest[at+1:]...)
	}
	for _, f := range m.files { // no time is negative
		m.shift = max(m.shift, -f.reference(0))
	}
}

// oneWay returns the placed file that exchanged most messages with f.
func oneWay(pairs [][]align.Pair, placed []*file, f *file) *file {
	best, most := placed[0], uint64(0)
	for _, v := range placed {
		if to, from := pairs[v.number][f.number].Messages(); to+from > most {
			best, most = v, to+from
		}
	}
	return best
}

// ahead returns how far the clock of v is ahead of that of f, by the wall
// clocks at which they began; 0 and false if one of the two does not say.
func ahead(v, f *file) (time.Duration, bool) {
	a, okA := v.began()
	b, okB := f.began()
	if d := b - a; okA && okB && d.Abs() < event.MaxTime/4 {
		return d, true
	}
	return 0, false
}

// began returns what the wall clock showed at time 0 of the file.
func (f *file) began() (time.Duration, bool) {
	for _, d := range f.details {
		if d.Key == "wall" {
			t, err := event.ParseTime(d.Value)
			return t, err == nil
		}
	}
	return 0, false
}
