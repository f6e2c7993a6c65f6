package event

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Metrics are the names of the metrics, by number.
var Metrics = []string{"circle", "square", "sphere", "cylinder", "cells", "towers"}

// The metrics that a contract can declare.
const (
	Circle   = iota // Euclidean distance in the plane of Axes
	Square          // the larger of the two differences in the plane of Axes
	Sphere          // Euclidean distance in three dimensions
	Cylinder        // Circle, and at most Height apart on the third axis
	Cells           // the larger difference of cell indices in the plane: Enter 1 is a nine-cell grid
	Towers          // a square of half side Enter around the watcher meets the target's cell
)

// A Contract is what a space declares about its AOI. The zero Contract
// declares nothing; each field that is not set leaves its question open.
type Contract struct {
	Metric    int     // Circle if not set
	Axes      string  // "xy", "xz" or "yz"; "" means xy
	Enter     float64 // a watcher must see what is this near; 0: no contract
	Leave     float64 // a watcher must not see what is beyond this; 0 means Enter
	Height    float64 // half the height of a Cylinder
	Delay     Wait    // how long a view may keep what is beyond Leave
	Eval      uint64  // views agree at the end of each Eval-th tick; 0 means 1
	EvalMove  bool    // views agree after each move instead
	Cell      Vec     // size of a cell, for Cells and Towers
	Origin    Vec     // where cell 0,0,0 begins
	Rounding  string  // "floor", "trunc" or "round"; "" means floor
	Bounded   bool    // Min and Max are declared
	Min, Max  Vec     // bounds of the space, inclusive
	Filters   string  // "none", "recorded" or "unknown"; "" means unknown
	Despawn   string  // "explicit" or "implicit"; "" is not declared
	Grace     uint64  // ticks that an explicit leave may take
	Cap       uint64  // the most targets in a view; 0 is no cap
	Policy    string  // "nearest", "first" or "any"; "" is not declared
	Self      string  // "true" or "false"; "" is not declared
	Tolerance float64 // how far from a border either verdict is right; 0 means 1e-4 of the radius
	Watchers  string  // "all" or "seen"; "" means seen
}

// A Wait is a length of time, in seconds or in ticks.
type Wait struct {
	Ticks uint64
	Time  time.Duration
}

// Declared reports whether the contract says when a watcher must see a target.
func (c *Contract) Declared() bool { return c.Enter > 0 }

// LeaveRadius returns the distance beyond which a target must not be seen.
func (c *Contract) LeaveRadius() float64 {
	if c.Leave > 0 {
		return c.Leave
	}
	return c.Enter
}

// Detail returns the contract in the text twin: the keys of a space event
// that follow its id. Equal contracts have equal texts.
func (c *Contract) Detail() string {
	var b []byte
	key := func(name string) { b = append(append(append(b, ' '), name...), '=') }
	str := func(name, v string) {
		if v != "" {
			key(name)
			b = appendString(b, v)
		}
	}
	num := func(name string, v float64) {
		if v != 0 {
			key(name)
			b = appendFloat(b, v)
		}
	}
	vec := func(name string, v Vec) {
		if v != (Vec{}) {
			key(name)
			b = appendVec(b, v)
		}
	}
	uintKey := func(name string, v uint64) {
		if v != 0 {
			key(name)
			b = strconv.AppendUint(b, v, 10)
		}
	}
	if c.Metric > 0 && c.Metric < len(Metrics) || c.Declared() {
		str("metric", Metrics[c.Metric])
	}
	str("axes", c.Axes)
	num("enter", c.Enter)
	num("leave", c.Leave)
	num("height", c.Height)
	if c.Delay.Ticks > 0 {
		str("delay", "tick:"+strconv.FormatUint(c.Delay.Ticks, 10))
	} else if c.Delay.Time > 0 {
		key("delay")
		b = appendTime(b, c.Delay.Time)
	}
	if c.EvalMove {
		str("eval", "move")
	} else if c.Eval > 0 {
		str("eval", "tick:"+strconv.FormatUint(c.Eval, 10))
	}
	vec("cell", c.Cell)
	vec("origin", c.Origin)
	str("rounding", c.Rounding)
	if c.Bounded {
		key("bounds")
		b = appendRegion(b, c.Min, c.Max)
	}
	str("filters", c.Filters)
	str("despawn", c.Despawn)
	uintKey("grace", c.Grace)
	uintKey("cap", c.Cap)
	str("policy", c.Policy)
	str("self", c.Self)
	num("tolerance", c.Tolerance)
	str("watchers", c.Watchers)
	return strings.TrimPrefix(string(b), " ")
}

// ParseContract reads what Detail wrote: the text in Str[0] of a space event.
// A text that a reader has validated does not fail, except for values that
// contradict each other.
func ParseContract(detail string) (Contract, error) {
	c := Contract{}
	fields, err := DetailFields(Space, detail)
	if err != nil {
		return c, err
	}
	for _, f := range fields {
		switch f.Key {
		case "metric":
			for i, m := range Metrics {
				if m == f.Value {
					c.Metric = i
				}
			}
		case "axes":
			c.Axes = f.Value
		case "enter":
			c.Enter = f.float()
		case "leave":
			c.Leave = f.float()
		case "height":
			c.Height = f.float()
		case "delay":
			if n, ok := strings.CutPrefix(f.Value, "tick:"); ok {
				c.Delay.Ticks, _ = strconv.ParseUint(n, 10, 64)
			} else {
				c.Delay.Time, _ = parseTime(f.Value)
			}
		case "eval":
			if n, ok := strings.CutPrefix(f.Value, "tick:"); ok {
				c.Eval, _ = strconv.ParseUint(n, 10, 64)
			} else {
				c.EvalMove = true
			}
		case "cell":
			c.Cell, _ = parseVec(f.Value)
		case "origin":
			c.Origin, _ = parseVec(f.Value)
		case "rounding":
			c.Rounding = f.Value
		case "bounds":
			c.Bounded = true
			c.Min, c.Max, _ = parseRegion(f.Value)
		case "filters":
			c.Filters = f.Value
		case "despawn":
			c.Despawn = f.Value
		case "grace":
			c.Grace, _ = strconv.ParseUint(f.Value, 10, 64)
		case "cap":
			c.Cap, _ = strconv.ParseUint(f.Value, 10, 64)
		case "policy":
			c.Policy = f.Value
		case "self":
			c.Self = f.Value
		case "tolerance":
			c.Tolerance = f.float()
		case "watchers":
			c.Watchers = f.Value
		}
	}
	return c, c.check()
}

func (c *Contract) check() error {
	bad := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) || v < 0 }
	switch {
	case bad(c.Enter) || bad(c.Leave) || bad(c.Height) || bad(c.Tolerance):
		return fmt.Errorf("enter, leave, height and tolerance must be finite and not negative")
	case c.Leave > 0 && c.Leave < c.Enter:
		return fmt.Errorf("leave=%v is nearer than enter=%v: a target between the two must be seen and must not", c.Leave, c.Enter)
	case c.Declared() && c.Metric == Cylinder && c.Height <= 0:
		return fmt.Errorf("metric=cylinder needs height=")
	case c.Declared() && (c.Metric == Cells || c.Metric == Towers) && (planar(c.Cell, c.Axes).X <= 0 || planar(c.Cell, c.Axes).Y <= 0):
		return fmt.Errorf("metric=%s needs cell=, larger than 0 on both axes of the plane", Metrics[c.Metric])
	case c.Bounded && (c.Min.X > c.Max.X || c.Min.Y > c.Max.Y || c.Min.Z > c.Max.Z):
		return fmt.Errorf("bounds= ends before it begins")
	}
	return nil
}

// Plane returns v with the two axes of the plane as X and Y and the third as Z.
func (c *Contract) Plane(v Vec) Vec { return planar(v, c.Axes) }

func planar(v Vec, axes string) Vec {
	switch axes {
	case "xz":
		return Vec{v.X, v.Z, v.Y}
	case "yz":
		return Vec{v.Y, v.Z, v.X}
	}
	return v
}
