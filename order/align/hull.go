package align

import (
	"cmp"
	"slices"
)

// A point is one message: x, when this clock saw it; y, how far the other
// clock was ahead of this one, seemingly. In nanoseconds.
type point struct{ x, y float64 }

// batch is how many points a hull keeps until it sorts them in.
const batch = 1 << 12

// A hull keeps, of many points, those that can touch a straight line that has
// all of them on one side: the upper hull (side 1) of points that are below
// the line, or the lower (side -1) of those above.
type hull struct {
	side  float64
	at    []point // the hull, by x
	fresh []point // not sorted in yet
	n     uint64
}

func (h *hull) add(p point) {
	h.n++
	if h.fresh = append(h.fresh, p); len(h.fresh) >= batch {
		h.settle()
	}
}

// points returns the corners of the hull, by x.
func (h *hull) points() []point {
	if len(h.fresh) > 0 {
		h.settle()
	}
	return h.at
}

// settle makes the hull of the hull and the fresh points.
func (h *hull) settle() {
	all := append(h.at, h.fresh...)
	h.fresh = h.fresh[:0]
	slices.SortFunc(all, func(a, b point) int {
		if c := cmp.Compare(a.x, b.x); c != 0 {
			return c
		}
		return cmp.Compare(-h.side*a.y, -h.side*b.y) // the outer one first
	})
	out := all[:0]
	for _, p := range all {
		if n := len(out); n > 0 && out[n-1].x == p.x {
			continue
		}
		for n := len(out); n >= 2 && h.side*turn(out[n-2], out[n-1], p) >= 0; n = len(out) {
			out = out[:n-1]
		}
		out = append(out, p)
	}
	h.at = slices.Clone(out)
}

// turn is positive if the way from a over b to c turns left.
func turn(a, b, c point) float64 {
	return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x)
}
