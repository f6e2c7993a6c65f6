// Package demoserver is a small game server with a grid AOI: the example of
// how a server is instrumented, and what "aoi-trace demo" records. Its only
// import from this module is package record, as in any server.
//
// The server is right as long as [Faults] is zero; each fault plants one
// defect that servers are known to have.
package demoserver

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aoi-trace/aoi-trace/record"
)

// A Config says what is run.
type Config struct {
	Walkers int           // entities that walk about
	Ticks   uint64        // how long
	Every   time.Duration // time between ticks; 0 runs them without a pause
	Seed    uint64
	Faults  Faults
}

// Default is the world of the demo: three seconds at 60 ticks a second.
func Default() Config {
	return Config{Walkers: 200, Ticks: 180, Every: time.Second / 60, Seed: 1, Faults: AllFaults()}
}

const (
	side  = 1000.0 // of the square world
	enter = 60.0   // at this distance or nearer a target enters a view
	leave = 66.0   // beyond this distance it leaves
	step  = 1.5    // what a walker walks in a tick
)

// An entity is a thing in the world, and a watcher of the others.
type entity struct {
	id           uint64
	pos          record.Vec
	heading      float64
	walks        bool
	enter, leave float64
	view         []uint64 // targets, ascending
}

// A Server is one world and its AOI. It belongs to one goroutine.
type Server struct {
	rec      *record.Stream
	op       struct{ move, look record.Name }
	grid     *grid
	entities map[uint64]*entity
	order    []*entity // ascending by id
	rng      *rand.Rand
	now      uint64 // the tick
	faults   script
}

// Run runs a server from an empty world to its last tick. rec may be nil.
func Run(rec *record.Recorder, c Config) {
	rec.Space(1, record.Contract{
		Enter: enter, Leave: leave, Eval: 1,
		Bounded: true, Max: record.Vec{X: side, Y: side},
		Filters: "none", Despawn: "explicit", Self: "false",
	})
	s := &Server{
		rec:      rec.Stream("zone"),
		grid:     newGrid(side, leave),
		entities: map[uint64]*entity{},
		rng:      rand.New(rand.NewPCG(c.Seed, 0)),
	}
	s.op.move, s.op.look = rec.Name("move"), rec.Name("look")
	for i := range c.Walkers {
		e := s.spawn(uint64(i+1), s.rng.Float64()*side, s.rng.Float64()*side)
		e.heading, e.walks = s.rng.Float64()*2*math.Pi, true
	}
	s.faults = c.Faults.plan(s, c.Ticks)
	for s.now = 1; s.now <= c.Ticks; s.now++ {
		s.tick()
		time.Sleep(c.Every)
	}
}

// tick moves everybody, then brings every view up to date.
func (s *Server) tick() {
	s.rec.Begin(s.op.move, 0)
	for _, e := range s.order {
		if e.walks {
			s.walk(e)
		}
	}
	s.faults.act(s)
	s.rec.End()

	s.rec.Begin(s.op.look, 0)
	s.faults.speak(s)
	for _, e := range s.order {
		s.look(e)
	}
	s.rec.End()
	s.rec.Tick(s.now)
}

func (s *Server) spawn(id uint64, x, y float64) *entity {
	e := &entity{id: id, pos: record.Vec{X: x, Y: y}, enter: enter, leave: leave}
	s.entities[id] = e
	s.order = append(s.order, e)
	s.grid.add(e)
	s.rec.Spawn(id, x, y, 0)
	return e
}

// despawn takes e out of the world. Unless tell is set, its watchers are not
// told: that is the bug.
func (s *Server) despawn(e *entity, tell bool) {
	for _, w := range s.order {
		if i, ok := slices.BinarySearch(w.view, e.id); ok && tell {
			w.view = slices.Delete(w.view, i, i+1)
			s.rec.Leave(w.id, e.id)
		}
	}
	for _, t := range e.view {
		s.rec.Leave(e.id, t)
	}
	s.grid.remove(e)
	s.order = slices.DeleteFunc(s.order, func(o *entity) bool { return o == e })
	delete(s.entities, e.id)
	s.rec.Despawn(e.id)
}

func (s *Server) walk(e *entity) {
	e.heading += (s.rng.Float64() - 0.5) * 0.4
	x, y := e.pos.X+step*math.Cos(e.heading), e.pos.Y+step*math.Sin(e.heading)
	if x < 0 || x > side || y < 0 || y > side {
		e.heading += math.Pi
		return
	}
	s.place(e, x, y)
	s.rec.Move(e.id, x, y, 0)
}

// place puts e where it is now.
func (s *Server) place(e *entity, x, y float64) {
	s.grid.remove(e)
	e.pos.X, e.pos.Y = x, y
	s.grid.add(e)
}

// look brings the view of w up to date.
func (s *Server) look(w *entity) {
	w.view = slices.DeleteFunc(w.view, func(id uint64) bool {
		t := s.entities[id]
		if t == nil || !(distance(w, t) > w.leave) || s.faults.keep(w, t) {
			return false
		}
		s.rec.Leave(w.id, id)
		return true
	})
	if s.faults.blind(s, w) {
		return
	}
	s.grid.near(w, func(t *entity) {
		if t == w || !(distance(w, t) <= w.enter) {
			return
		}
		if i, seen := slices.BinarySearch(w.view, t.id); !seen {
			w.view = slices.Insert(w.view, i, t.id)
			s.rec.Enter(w.id, t.id)
		}
	})
}

func distance(a, b *entity) float64 { return math.Hypot(a.pos.X-b.pos.X, a.pos.Y-b.pos.Y) }
