// Package motion says who moves where: seeded workloads and recordings of
// real movement, as ticks of actions that drive an AOI manager.
//
// [Named] makes a [Script] by name. A script holds no AOI code and records
// nothing; what it promises is that the same options give the same actions.
package motion

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"time"
)

// An Op is what an entity does.
type Op uint8

// The actions. A Teleport is a Move that was not travelled.
const (
	Spawn Op = iota
	Move
	Teleport
	Despawn
)

// An Action is one entity doing one thing.
type Action struct {
	Op     Op
	ID     uint64
	X, Y   float64
	Radius float64 // of a Spawn: the entity's own; 0 means the manager's
}

// A Tick is what happens in one server step, in order.
type Tick struct {
	At      time.Duration // since the first tick, in the script's own time
	Actions []Action      // valid until the next tick
}

// A Script is a whole run.
type Script struct {
	Radius   float64 // the AOI radius that suits it
	Min, Max float64 // a square that holds every position
	Ticks    iter.Seq[Tick]
}

// Options choose and size a script. Zero values mean the workload's own.
type Options struct {
	Entities int    // of the seeded workloads
	Ticks    int    // at most so many; 0 means all that a recording has, or 60
	Seed     uint64 // of the seeded workloads
	Float    bool   // float32 coordinates instead of whole numbers, for walk
	Data     string // the folder of recordings; "" looks for one
	File     string // which recording of several; "" is the first
}

// Names lists the workloads.
var Names = []string{"walk", "stroll", "radius", "flicker", "pair", "crowd", "football", "game"}

// Named makes the script called name.
func Named(name string, o Options) (*Script, error) {
	switch name {
	case "walk":
		return walk(o, gait{step: walkStep, teleports: teleportShare}), nil
	case "stroll":
		return walk(o, gait{step: strollStep, float: true}), nil
	case "radius":
		return walk(o, gait{step: walkStep, teleports: teleportShare, radii: true}), nil
	case "flicker":
		return flicker(o), nil
	case "pair":
		return pair(o), nil
	case "crowd":
		return crowd(o)
	case "football":
		return football(o)
	case "game":
		return game(o)
	}
	return nil, fmt.Errorf("choosing a workload: there is no %q; the names are %v", name, Names)
}

// recorded makes a script of ticks that were read whole.
func recorded(o Options, radius float64, ticks []Tick) *Script {
	if o.Ticks > 0 && len(ticks) > o.Ticks {
		ticks = ticks[:o.Ticks]
	}
	s := &Script{Radius: radius, Min: math.Inf(1), Max: math.Inf(-1), Ticks: slices.Values(ticks)}
	for _, t := range ticks {
		for _, a := range t.Actions {
			if a.Op != Despawn {
				s.Min = math.Floor(min(s.Min, a.X, a.Y))
				s.Max = math.Ceil(max(s.Max, a.X, a.Y))
			}
		}
	}
	if s.Min > s.Max {
		s.Min, s.Max = 0, 0
	}
	return s
}
