package world

import (
	"math"

	"github.com/aoi-trace/aoi-trace/event"
)

// A cell is a place in the search grid.
type cell struct{ x, y int32 }

// grid finds entities near a place in the plane. Its cells are as wide as the
// farthest that anyone sees, and hash into buckets: whoever is within range
// of a place is in the buckets of the nine cells around it. Others may be
// there too, and one bucket may stand for several cells, so what is found
// has to be tested, and may be found twice.
type grid struct {
	size    float64
	buckets [][]int32 // slots of entities; a power of two of them
	n       int       // entities in it
}

func (g *grid) cellAt(v event.Vec) cell {
	return cell{gridIndex(v.X / g.size), gridIndex(v.Y / g.size)}
}

// gridIndex clamps, so that the ends of the plane share a cell each.
func gridIndex(q float64) int32 {
	q = math.Floor(q)
	return int32(min(max(q, math.MinInt32+1), math.MaxInt32-1))
}

// bucket returns where the cell's entities are. Cells that are neighbours in
// x are neighbours in memory.
func (g *grid) bucket(x, y int32) *[]int32 {
	row := uint32(y) * 0x9e3779b1
	return &g.buckets[(row^row>>15+uint32(x))&uint32(len(g.buckets)-1)]
}

func (g *grid) put(e *Entity) {
	k := g.cellAt(e.plane)
	if e.inGrid {
		if e.cell == k {
			return
		}
		g.remove(e)
	}
	e.cell, e.inGrid = k, true
	b := g.bucket(k.x, k.y)
	*b = append(*b, e.slot)
	g.n++
}

func (g *grid) remove(e *Entity) {
	if !e.inGrid {
		return
	}
	e.inGrid = false
	g.n--
	b := g.bucket(e.cell.x, e.cell.y)
	for i, slot := range *b {
		if slot == e.slot {
			last := len(*b) - 1
			(*b)[i] = (*b)[last]
			*b = (*b)[:last]
			return
		}
	}
}

// makeGrid makes the search grid, or makes it again if someone sees farther
// or it has become too full.
func (s *Space) makeGrid() {
	size := s.spanOf(max(s.Contract.Enter, s.largest))
	if s.grid.buckets != nil && s.grid.size >= size && s.grid.n <= len(s.grid.buckets) {
		return
	}
	n := 64
	for n < 2*len(s.entities) {
		n *= 2
	}
	s.grid = grid{size: size, buckets: make([][]int32, n)}
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
