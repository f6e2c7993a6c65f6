package world

import (
	"math"

	"github.com/aoi-trace/aoi-trace/event"
)

// toleranceShare is the share of the radius (of the cell, for metrics of
// cells) within which either verdict is right, where the contract names none:
// servers compute in float32, and in another order than we do.
const toleranceShare = 1e-4

// radii returns the enter and leave radius of the pair: the target's own,
// else the watcher's own, else the space's.
func (s *Space) radii(w, t *Entity) reach {
	if t.ownT.enter >= 0 {
		return t.ownT
	}
	if w.own.enter >= 0 {
		return w.own
	}
	return reach{s.Contract.Enter, s.Contract.LeaveRadius()}
}

// side returns +1 if a target at t is within r of a watcher at w, -1 if it is
// beyond, and 0 if it is too near the border for either to be wrong. w and t
// are in the axes of the space's plane.
func (s *Space) side(w, t event.Vec, r float64) int {
	c := &s.Contract
	switch c.Metric {
	case event.Cells:
		return s.cellsSide(w, t, r)
	case event.Towers:
		return s.towersSide(w, t, r)
	}
	d, tol := s.distance(w, t), s.tolerance(r)
	switch {
	case d <= r-tol:
		return 1
	case d > r+tol:
		return -1
	}
	return 0
}

// tolerance returns how far from a border at r either verdict is right.
func (s *Space) tolerance(r float64) float64 {
	if t := s.Contract.Tolerance; t > 0 {
		return t
	}
	return toleranceShare * r
}

// distance returns how far apart the two are in the contract's metric; for
// metrics of cells, in the plane.
func (s *Space) distance(w, t event.Vec) float64 {
	dx, dy, dz := math.Abs(w.X-t.X), math.Abs(w.Y-t.Y), math.Abs(w.Z-t.Z)
	switch s.Contract.Metric {
	case event.Square:
		return max(dx, dy)
	case event.Sphere:
		return math.Sqrt(dx*dx + dy*dy + dz*dz)
	case event.Cylinder:
		// Height on the scale of the radius, so that one figure tells both.
		return max(math.Sqrt(dx*dx+dy*dy), dz*s.Contract.Enter/s.Contract.Height)
	}
	return math.Sqrt(dx*dx + dy*dy)
}

// cellsSide: a target is within r when its cell is at most r cells away.
func (s *Space) cellsSide(w, t event.Vec, r float64) int {
	near, far := 0.0, 0.0
	for axis := range 2 {
		wl, wh := s.cellRange(axis, coord(w, axis))
		tl, th := s.cellRange(axis, coord(t, axis))
		near = max(near, tl-wh, wl-th)
		far = max(far, th-wl, wh-tl)
	}
	switch {
	case far <= r:
		return 1
	case near > r:
		return -1
	}
	return 0
}

// towersSide: a target is within r when a square of half side r around the
// watcher meets its cell.
func (s *Space) towersSide(w, t event.Vec, r float64) int {
	all := 1
	for axis := range 2 {
		lowFirst, lowLast := s.cellRange(axis, coord(w, axis)-r)
		highFirst, highLast := s.cellRange(axis, coord(w, axis)+r)
		tl, th := s.cellRange(axis, coord(t, axis))
		switch {
		case th < lowFirst || tl > highLast:
			return -1
		case tl < lowLast || th > highFirst:
			all = 0
		}
	}
	return all
}

// cellRange returns the first and last cell that x may count as.
func (s *Space) cellRange(axis int, x float64) (lo, hi float64) {
	c := &s.Contract
	size, origin := coord(c.Plane(c.Cell), axis), coord(c.Plane(c.Origin), axis)
	tol := c.Tolerance
	if tol == 0 {
		tol = toleranceShare * size
	}
	lo, hi = s.cellOf(x-tol, size, origin), s.cellOf(x+tol, size, origin)
	if c.Bounded {
		first := s.cellOf(coord(c.Plane(c.Min), axis), size, origin)
		last := s.cellOf(coord(c.Plane(c.Max), axis), size, origin)
		lo, hi = min(max(lo, first), last), min(max(hi, first), last)
	}
	return lo, hi
}

func (s *Space) cellOf(x, size, origin float64) float64 {
	q := (x - origin) / size
	switch s.Contract.Rounding {
	case "trunc":
		return math.Trunc(q)
	case "round":
		return math.Round(q)
	}
	return math.Floor(q)
}

func coord(v event.Vec, axis int) float64 {
	if axis == 0 {
		return v.X
	}
	return v.Y
}

// span returns how far in the plane a target of a watcher with radius r can
// be from it.
func (s *Space) spanOf(r float64) float64 {
	c := s.Contract.Plane(s.Contract.Cell)
	size := max(c.X, c.Y)
	switch s.Contract.Metric {
	case event.Cells:
		return (r + 2) * size
	case event.Towers:
		return r + 2*size
	}
	return 1.25 * r // a quarter more than it must be, for sweeps that look ahead
}

// Distance returns how far apart the two entities are in their space's
// metric, or NaN if a position is not known.
func (s *Space) Distance(w, t *Entity) float64 {
	if !w.Placed || !t.Placed {
		return math.NaN()
	}
	return s.distance(w.plane, t.plane)
}

// Radii returns the enter and leave radius that hold for the pair.
func (s *Space) Radii(w, t *Entity) (enter, leave float64) {
	r := s.radii(w, t)
	return r.enter, r.leave
}
