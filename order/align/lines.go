package align

import "math"

// A line is offset + drift·x.
type line struct{ drift, offset float64 }

func (l line) at(x float64) float64 { return l.offset + l.drift*x }

// possible returns the corners of the set of lines that are above all points
// of low and below all of high, where x counts from mid. The set is convex,
// so what bounds the corners bounds them all. If there is no such line, the
// points give way by slack, the least that suffices, nearly.
func possible(low, high []point, mid float64) (corners []line, slack float64) {
	if c := between(low, high, mid, 0); len(c) > 0 {
		return c, 0
	}
	most := 1.0
	for len(between(low, high, mid, most)) == 0 && most < math.MaxInt64 {
		most *= 2
	}
	least := most / 2
	for range 20 {
		half := least + (most-least)/2
		if len(between(low, high, mid, half)) == 0 {
			least = half
		} else {
			most = half
		}
	}
	return between(low, high, mid, most), most
}

// between returns the corners of the set of lines, or none if it is empty.
func between(low, high []point, mid, slack float64) []line {
	bottom, top := math.Inf(-1), math.Inf(1)
	for _, p := range low {
		bottom = max(bottom, p.y-slack-MaxDrift*math.Abs(p.x-mid))
	}
	for _, p := range high {
		top = min(top, p.y+slack+MaxDrift*math.Abs(p.x-mid))
	}
	if bottom > top {
		return nil
	}
	set := []line{{-MaxDrift, bottom}, {MaxDrift, bottom}, {MaxDrift, top}, {-MaxDrift, top}}
	for _, p := range low {
		set = clip(set, p.x-mid, p.y-slack, 1)
	}
	for _, p := range high {
		set = clip(set, p.x-mid, p.y+slack, -1)
	}
	return set
}

// clip returns the part of a convex set of lines, given by its corners in
// turn, that is above y at x if side is 1, and below it if side is -1.
func clip(set []line, x, y, side float64) []line {
	over := func(l line) float64 { return side * (l.at(x) - y) }
	var out []line
	for i, b := range set {
		a := set[(i+len(set)-1)%len(set)]
		oa, ob := over(a), over(b)
		if oa < 0 != (ob < 0) {
			t := oa / (oa - ob)
			out = append(out, line{a.drift + t*(b.drift-a.drift), a.offset + t*(b.offset-a.offset)})
		}
		if ob >= 0 {
			out = append(out, b)
		}
	}
	return out
}

// middle returns a line of the set between those that are outermost at the
// two ends: a mean of possible lines is possible.
func middle(set []line, ends ...float64) (offset, drift float64) {
	for _, x := range ends {
		lowest, highest := set[0], set[0]
		for _, l := range set {
			if l.at(x) < lowest.at(x) {
				lowest = l
			}
			if l.at(x) > highest.at(x) {
				highest = l
			}
		}
		offset += (lowest.offset + highest.offset) / 2
		drift += (lowest.drift + highest.drift) / 2
	}
	return offset / float64(len(ends)), drift / float64(len(ends))
}
