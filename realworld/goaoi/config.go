package goaoi

import (
	"context"
	"fmt"
	"time"

	"github.com/xiaonanln/go-aoi"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/realworld/motion"
	"github.com/aoi-trace/aoi-trace/realworld/oracle"
	"github.com/aoi-trace/aoi-trace/record"
)

// A Config chooses a manager and what it is held to.
type Config struct {
	Manager  string  // xz or tower
	Contract string  // square, towers or none
	Radius   float64 // of who has none of its own
	Tower    float64 // side of a tower
	Min, Max float64 // the square that the towers cover

	// Double records positions as the script has them. Otherwise what is
	// recorded is what go-aoi works with, which is float32.
	Double bool

	Fault string // what the world does wrong, one of Faults; "" is nothing
	Every int    // it does so each Every-th time
}

// single rounds to what go-aoi computes with.
func single(v float64) float64 { return float64(aoi.Coord(v)) }

// New returns an empty world that records to rec and reports to check; both
// may be nil.
func New(c Config, rec *record.Stream, check *oracle.Oracle) (*World, error) {
	w := &World{radius: aoi.Coord(c.Radius), rec: rec, check: check, double: c.Double, entities: map[uint64]*entity{}}
	if !(c.Radius > 0) {
		return nil, fmt.Errorf("making a world: the radius is %v; it must be more than 0", c.Radius)
	}
	var err error
	if w.fault, err = newFault(c.Fault, c.Every); err != nil {
		return nil, err
	}
	switch c.Manager {
	case "xz":
		w.manager = aoi.NewXZListAOIManager(w.radius)
	case "tower":
		if !(c.Tower > 0) || c.Max < c.Min {
			return nil, fmt.Errorf("making a world: towers of %v from %v to %v cover nothing", c.Tower, c.Min, c.Max)
		}
		w.manager = aoi.NewTowerAOIManager(aoi.Coord(c.Min), aoi.Coord(c.Max), aoi.Coord(c.Min), aoi.Coord(c.Max), aoi.Coord(c.Tower))
	default:
		return nil, fmt.Errorf("making a world: there is no manager %q; the names are xz and tower", c.Manager)
	}
	return w, nil
}

// Declared returns the contract that c names, and the rule that says the same
// to the oracle.
func (c Config) Declared() (record.Contract, oracle.Rule, error) {
	rule := oracle.Rule{Radius: single(c.Radius)}
	contract := record.Contract{
		Metric:   event.Square,
		Enter:    rule.Radius,
		Eval:     1,
		Filters:  "none",
		Despawn:  "explicit",
		Watchers: "all",
	}
	switch c.Contract {
	case "square":
	case "towers":
		if !(c.Tower > 0) {
			return contract, rule, fmt.Errorf("declaring a contract: towers need -tower, the side of one")
		}
		rule.Cell, rule.Min, rule.Max = single(c.Tower), single(c.Min), single(c.Max)
		contract.Metric = event.Towers
		contract.Cell = event.Vec{X: rule.Cell, Y: rule.Cell}
		contract.Origin = event.Vec{X: rule.Min, Y: rule.Min}
		contract.Bounded = true
		contract.Min = contract.Origin
		contract.Max = event.Vec{X: rule.Max, Y: rule.Max}
	case "none":
		contract = record.Contract{}
	default:
		return contract, rule, fmt.Errorf("declaring a contract: there is no %q; the names are square, towers and none", c.Contract)
	}
	return contract, rule, nil
}

// Run plays s. At speed 1 ticks come at the pace of the script, at speed 10
// ten times as fast; at 0 nobody waits.
func (w *World) Run(ctx context.Context, s *motion.Script, speed float64) error {
	start := time.Now()
	for tick := range s.Ticks {
		if speed > 0 {
			due := start.Add(time.Duration(float64(tick.At) / speed))
			select {
			case <-time.After(time.Until(due)):
			case <-ctx.Done():
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, a := range tick.Actions {
			if err := w.Do(a); err != nil {
				return err
			}
		}
		w.Tick()
	}
	return nil
}
