package motion

import (
	"iter"
	"math/rand/v2"
	"time"
)

const (
	worldSize     = 1000 // side of the square world
	walkRadius    = 100
	walkStep      = 8    // the longest step along one axis, each tick
	teleportShare = 0.02 // of all moves
	tickPeriod    = 50 * time.Millisecond
	smallRadius   = 50 // of every other entity, where radii differ
	largeRadius   = 150

	strollStep = 0.25 // 5 m/s at 20 ticks a second
)

// A gait is how the entities of a seeded workload move.
type gait struct {
	step      float64 // the longest along one axis, each tick
	teleports float64 // share of all moves
	radii     bool    // entities have radii of their own, half of them small and half large
	float     bool    // coordinates are float32, not whole numbers
}

// walk moves everybody a little each tick, and maybe a few far away.
func walk(o Options, g gait) *Script {
	if o.Entities == 0 {
		o.Entities = 1000
	}
	if o.Ticks == 0 {
		o.Ticks = 60
	}
	g.float = g.float || o.Float
	return &Script{Radius: walkRadius, Min: 0, Max: worldSize, Ticks: walkTicks(o, g)}
}

func walkTicks(o Options, g gait) iter.Seq[Tick] {
	return func(yield func(Tick) bool) {
		rng := rand.New(rand.NewPCG(o.Seed, 1))
		between := func(lo, hi float64) float64 {
			if g.float {
				return float64(float32(lo) + rng.Float32()*float32(hi-lo))
			}
			return lo + float64(rng.IntN(int(hi-lo)+1))
		}
		at := make([][2]float64, o.Entities)
		actions := make([]Action, 0, o.Entities)
		for t := range o.Ticks + 1 {
			actions = actions[:0]
			for i := range at {
				a := Action{Op: Move, ID: uint64(i + 1)}
				switch {
				case t == 0:
					a.Op = Spawn
					if g.radii {
						a.Radius = smallRadius + (largeRadius-smallRadius)*float64(i%2)
					}
					a.X, a.Y = between(0, worldSize), between(0, worldSize)
				case rng.Float64() < g.teleports:
					a.Op = Teleport
					a.X, a.Y = between(0, worldSize), between(0, worldSize)
				default:
					a.X = clamp(at[i][0] + between(-g.step, g.step))
					a.Y = clamp(at[i][1] + between(-g.step, g.step))
				}
				at[i] = [2]float64{a.X, a.Y}
				actions = append(actions, a)
			}
			if !yield(Tick{time.Duration(t) * tickPeriod, actions}) {
				return
			}
		}
	}
}

// clamp keeps a coordinate in the world, rounded to what a float32 holds.
func clamp(v float64) float64 { return float64(float32(min(max(v, 0), worldSize))) }
