package motion

import (
	"math/rand/v2"
	"time"
)

// flicker places entities on a grid of 0.1 and lets nobody move: each tick
// says of everybody that it is where it was. A manager that judges a pair
// differently from its two ends flips those that stand exactly at the radius.
func flicker(o Options) *Script {
	if o.Entities == 0 {
		o.Entities = 1000
	}
	const side = 96
	rng := rand.New(rand.NewPCG(o.Seed, 2))
	place := func() float64 { return float64(float32(rng.IntN(side*10+1)) / 10) }
	actions := make([]Action, o.Entities)
	for i := range actions {
		actions[i] = Action{Op: Spawn, ID: uint64(i + 1), X: place(), Y: place()}
	}
	return still(o, 20.1, side, actions)
}

// pair is flicker with two entities whose distance is the radius as nearly as
// float32 can say it.
func pair(o Options) *Script {
	return still(o, 33.3, 100, []Action{
		{Op: Spawn, ID: 1, X: 75.2779083, Y: 50},
		{Op: Spawn, ID: 2, X: 41.9779053, Y: 50},
	})
}

// still repeats the places in actions, which spawn everybody.
func still(o Options, radius, side float64, actions []Action) *Script {
	if o.Ticks == 0 {
		o.Ticks = 60
	}
	return &Script{Radius: radius, Min: 0, Max: side, Ticks: func(yield func(Tick) bool) {
		for i := range actions {
			actions[i].Op = Spawn
		}
		for t := range o.Ticks + 1 {
			if !yield(Tick{time.Duration(t) * tickPeriod, actions}) {
				return
			}
			for i := range actions {
				actions[i].Op = Move
			}
		}
	}}
}
