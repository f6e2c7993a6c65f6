package demoserver

import "slices"

// A grid finds the entities near a place. Cells are as wide as the largest
// radius, so that the nine cells around a place hold all that is in reach.
type grid struct {
	size  float64 // of a cell
	n     int     // cells on a side
	cells [][]*entity
}

func newGrid(side, size float64) *grid {
	n := int(side/size) + 1
	return &grid{size: size, n: n, cells: make([][]*entity, n*n)}
}

// at returns the column and row of e's cell, the nearest one if e is outside.
func (g *grid) at(e *entity) (int, int) {
	clamp := func(v float64) int { return min(max(int(v/g.size), 0), g.n-1) }
	return clamp(e.pos.X), clamp(e.pos.Y)
}

func (g *grid) add(e *entity) {
	x, y := g.at(e)
	g.cells[y*g.n+x] = append(g.cells[y*g.n+x], e)
}

func (g *grid) remove(e *entity) {
	x, y := g.at(e)
	c := &g.cells[y*g.n+x]
	if i := slices.Index(*c, e); i >= 0 {
		*c = slices.Delete(*c, i, i+1)
	}
}

// near calls f with each entity in the nine cells around e.
func (g *grid) near(e *entity, f func(*entity)) {
	x, y := g.at(e)
	for cy := max(y-1, 0); cy <= min(y+1, g.n-1); cy++ {
		for cx := max(x-1, 0); cx <= min(x+1, g.n-1); cx++ {
			for _, t := range g.cells[cy*g.n+cx] {
				f(t)
			}
		}
	}
}
