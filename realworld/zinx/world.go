package zinx

import (
	"fmt"
	"math/rand/v2"

	"github.com/aceld/zinx/zinx_app_demo/mmo_game/core"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record"
)

// The grid of the sample game. Beyond maxX and maxZ its cell numbers wrap
// into the next row; players of [World.Walk] stay on this side.
const (
	cellX, cellZ = 32, 16
	minX, minZ   = core.AOI_MIN_X, core.AOI_MIN_Y
	maxX         = core.AOI_MIN_X + core.AOI_CNTS_X*cellX
	maxZ         = core.AOI_MIN_Y + core.AOI_CNTS_Y*cellZ
)

// Contract is what the sample game's AOI promises: a player is told of all
// in its own cell and the eight around it.
func Contract() record.Contract {
	return record.Contract{
		Metric:   event.Cells,
		Axes:     "xz",
		Enter:    1,
		EvalMove: true,
		Cell:     event.Vec{X: cellX, Z: cellZ},
		Origin:   event.Vec{X: float64(minX), Z: float64(minZ)},
		Filters:  "none",
		Despawn:  "explicit",
		Watchers: "all",
	}
}

// A World is the sample game's one world; the game keeps it in a variable,
// so that a process has one.
type World struct {
	rec     *record.Recorder
	move    record.Name
	players []*player
}

type player struct {
	*core.Player
	client *client
	rng    *rand.Rand
}

// New returns a world without players that records to rec, which may be nil.
func New(rec *record.Recorder) *World {
	rec.Space(1, Contract())
	return &World{rec: rec, move: rec.Name("move")}
}

// Join adds n players, one after the other, at places that seed decides.
func (w *World) Join(n int, seed uint64) {
	for i := range n {
		c := &client{world: w, view: map[uint64]bool{}}
		p := &player{core.NewPlayer(c), c, rand.New(rand.NewPCG(seed, uint64(i)))}
		c.id = uint64(p.PID)
		c.lock = w.rec.Name(fmt.Sprintf("client/%d", c.id))
		p.X, p.Z = p.place()
		w.players = append(w.players, p)
		w.rec.Spawn(c.id, float64(p.X), 0, float64(p.Z))
		core.WorldMgrObj.AddPlayer(p.Player)
		p.SyncSurrounding()
	}
}

func (p *player) place() (x, z float32) {
	return float32(minX) + p.rng.Float32()*float32(maxX-minX-1), float32(minZ) + p.rng.Float32()*float32(maxZ-minZ-1)
}

// Walk lets everybody make n moves. Together, each player moves in a
// goroutine of its own, as players of a server do; otherwise one after the
// other.
func (w *World) Walk(n int, together bool) {
	if !together {
		for range n {
			for _, p := range w.players {
				w.step(p)
			}
		}
		return
	}
	done := make(chan struct{})
	for _, p := range w.players {
		go func() {
			for range n {
				w.step(p)
			}
			done <- struct{}{}
		}()
	}
	for range w.players {
		<-done
	}
}

// step moves p by up to a cell. The goroutine that moves a player also tells
// all others, so its own stream gets what they are told.
func (w *World) step(p *player) {
	x := min(max(p.X+(p.rng.Float32()*2-1)*cellX, float32(minX)), float32(maxX-1))
	z := min(max(p.Z+(p.rng.Float32()*2-1)*cellZ, float32(minZ)), float32(maxZ-1))
	s := w.rec.Here()
	s.Begin(w.move, p.client.id)
	s.Move(p.client.id, float64(x), 0, float64(z))
	p.UpdatePos(x, 0, z, 0)
	s.End()
}

// A Verdict is what brute force says of the views when all is quiet.
type Verdict struct {
	Told
	Relations int // pairs that should see each other, counted both ways
	Missing   int // of those, not told
	Ghosts    int // told and not gone, though far away
}

// Check compares what every client was told with where everybody is.
func (w *World) Check() Verdict {
	var v Verdict
	for _, p := range w.players {
		v.Doubles += p.client.told.Doubles
		v.Strays += p.client.told.Strays
		v.Unseen += p.client.told.Unseen
		for _, q := range w.players {
			if p == q {
				continue
			}
			near, seen := neighbours(p, q), p.client.view[q.client.id]
			switch {
			case near && seen:
				v.Relations++
			case near:
				v.Relations++
				v.Missing++
			case seen:
				v.Ghosts++
			}
		}
	}
	return v
}

func neighbours(p, q *player) bool {
	dx := (int(p.X)-minX)/cellX - (int(q.X)-minX)/cellX
	dz := (int(p.Z)-minZ)/cellZ - (int(q.Z)-minZ)/cellZ
	return max(dx, -dx) <= 1 && max(dz, -dz) <= 1
}
