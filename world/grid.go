package world

import (
	"math"

	"github.com/aoi-trace/aoi-trace/event"
)

// cellKey is a cell of the search grid.
type cellKey struct{ x, y int32 }

// grid finds entities near a place in the plane. Its cells are as wide as the
// farthest that anyone sees.
type grid struct {
	size  float64
	cells map[cellKey][]int32 // slots
}

func (g *grid) key(v event.Vec) cellKey {
	return cellKey{gridIndex(v.X / g.size), gridIndex(v.Y / g.size)}
}

// gridIndex clamps, so that the ends of the plane share a cell each.
func gridIndex(q float64) int32 {
	q = math.Floor(q)
	return int32(min(max(q, math.MinInt32+1), math.MaxInt32-1))
}

func (g *grid) put(e *Entity) {
	k := g.key(e.plane)
	if e.inGrid {
		if e.cell == k {
			return
		}
		g.remove(e)
	}
	e.cell, e.inGrid = k, true
	g.cells[k] = append(g.cells[k], e.slot)
}

func (g *grid) remove(e *Entity) {
	if !e.inGrid {
		return
	}
	c := g.cells[e.cell]
	for i, x := range c {
		if x == e.slot {
			c[i] = c[len(c)-1]
			c = c[:len(c)-1]
			break
		}
	}
	if len(c) == 0 {
		delete(g.cells, e.cell)
	} else {
		g.cells[e.cell] = c
	}
	e.inGrid = false
}

// makeGrid makes the search grid, or makes it again if someone sees farther.
func (s *Space) makeGrid() {
	size := s.spanOf(max(s.Contract.Enter, s.largest))
	if s.grid.cells != nil && s.grid.size >= size {
		return
	}
	s.grid = grid{size: size, cells: map[cellKey][]int32{}}
	for _, e := range s.entities {
		e.inGrid = false
		s.place(e)
	}
}

// place puts e into the grid, or takes it out if it is nowhere.
func (s *Space) place(e *Entity) {
	if e.Alive == In && e.Placed {
		s.grid.put(e)
	} else {
		s.grid.remove(e)
	}
}
