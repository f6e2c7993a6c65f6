package demoserver

import (
	"fmt"
	"math"
	"slices"
)

// Faults says which defects are planted. Each field is named for the finding
// that it must lead to.
type Faults struct {
	Ghost         bool // one way of despawning forgets to tell the watchers
	DoubleEnter   bool // a resend tells a watcher of a target that it already sees
	StrayLeave    bool // a watcher is told that a target left which it never saw
	MissedEnter   bool // who teleports does not look around in that tick
	MissedLeave   bool // one view never loses a target that walked away
	SpuriousEnter bool // a target far away enters a view
	BadPosition   bool // a division by zero puts an entity at NaN
	Oscillation   bool // no hysteresis, and two entities that tremble at the border
}

// A Plant is one planted defect.
type Plant struct {
	Detector string // that must find it
	What     string // what the server does wrong
	fault    func(*Faults) *bool
}

// plants holds one row for each field of Faults, in the order in which the
// demo shows them.
var plants = [...]Plant{
	{"ghost", "one way of despawning forgets to tell the watchers", func(f *Faults) *bool { return &f.Ghost }},
	{"double-enter", "a resend tells a watcher of a target that it already sees", func(f *Faults) *bool { return &f.DoubleEnter }},
	{"stray-leave", "a watcher is told that a target left which it did not see", func(f *Faults) *bool { return &f.StrayLeave }},
	{"missed-enter", "who teleports does not look around in that tick", func(f *Faults) *bool { return &f.MissedEnter }},
	{"missed-leave", "one view never loses a target that walks away", func(f *Faults) *bool { return &f.MissedLeave }},
	{"spurious-enter", "a target far away enters a view", func(f *Faults) *bool { return &f.SpuriousEnter }},
	{"bad-position", "a division by zero puts an entity at NaN", func(f *Faults) *bool { return &f.BadPosition }},
	{"oscillation", "no hysteresis for a pair that trembles at the border", func(f *Faults) *bool { return &f.Oscillation }},
}

// Plant plants the defects that the detectors called names must find.
func (f *Faults) Plant(names ...string) error {
	for _, name := range names {
		i := slices.IndexFunc(plants[:], func(p Plant) bool { return p.Detector == name })
		if i < 0 {
			return fmt.Errorf("no fault leads to %q", name)
		}
		*plants[i].fault(f) = true
	}
	return nil
}

// AllFaults plants every defect.
func AllFaults() (f Faults) {
	for _, p := range plants {
		*p.fault(&f) = true
	}
	return f
}

// Planted lists the defects that f plants.
func (f Faults) Planted() []Plant {
	var list []Plant
	for _, p := range plants {
		if *p.fault(&f) {
			list = append(list, p)
		}
	}
	return list
}

// A script plants the faults: who takes part, and when.
type script struct {
	Faults
	at                     uint64 // the tick of what happens once
	jumper, host           *entity
	keeper, goer           *entity
	dreamer, stranger      *entity
	broken                 *entity
	trembler, post         *entity
	doubleDone, ghostsDone bool
}

// plan spawns the entities that the faults need, in pairs far apart.
func (f Faults) plan(s *Server, ticks uint64) script {
	c := script{Faults: f, at: ticks / 3}
	if f.MissedEnter {
		c.jumper, c.host = s.spawn(1001, 100, 900), s.spawn(1002, 900, 900)
	}
	if f.MissedLeave {
		c.keeper, c.goer = s.spawn(1003, 500, 100), s.spawn(1004, 510, 100)
	}
	if f.SpuriousEnter || f.StrayLeave {
		c.dreamer, c.stranger = s.spawn(1005, 100, 500), s.spawn(1006, 600, 500)
	}
	if f.BadPosition {
		c.broken = s.spawn(1007, 300, 300)
	}
	if f.Oscillation {
		c.trembler, c.post = s.spawn(1008, 700, 300), s.spawn(1009, 700+0.999*enter, 300)
		for _, e := range []*entity{c.trembler, c.post} {
			e.leave = enter
			s.rec.Radius(e.id, enter, enter)
		}
	}
	return c
}

// act does what the faults do to positions and to who is there.
func (c *script) act(s *Server) {
	once := s.now == c.at
	if c.MissedEnter && once {
		s.place(c.jumper, 890, 900)
		s.rec.Teleport(c.jumper.id, 890, 900, 0)
	}
	if c.MissedLeave && c.goer.pos.X < 600 {
		s.place(c.goer, c.goer.pos.X+step, 100)
		s.rec.Move(c.goer.id, c.goer.pos.X, 100, 0)
	}
	if c.BadPosition && (once || s.now == c.at+5) {
		x := 300.0
		if once {
			x = math.NaN()
		}
		s.place(c.broken, x, x)
		s.rec.Move(c.broken.id, x, x, 0)
	}
	if c.Oscillation {
		d := 0.999 * enter
		if s.now%2 == 1 {
			d = 1.001 * enter
		}
		s.place(c.post, 700+d, 300)
		s.rec.Move(c.post.id, 700+d, 300, 0)
	}
	if c.Ghost && !c.ghostsDone && s.now >= c.at {
		if t := s.seen(); t != nil {
			s.despawn(t, false)
			c.ghostsDone = true
		}
	}
}

// speak does what the faults tell watchers beside the truth.
func (c *script) speak(s *Server) {
	once := s.now == c.at
	if c.StrayLeave && once {
		s.rec.Leave(c.stranger.id, c.dreamer.id)
	}
	if c.SpuriousEnter && once {
		c.dreamer.view = append(c.dreamer.view, c.stranger.id)
		slices.Sort(c.dreamer.view)
		s.rec.Enter(c.dreamer.id, c.stranger.id)
	}
	if c.DoubleEnter && !c.doubleDone && s.now >= c.at {
		if t := s.seen(); t != nil {
			w := s.watcher(t)
			s.rec.Enter(w.id, t.id)
			c.doubleDone = true
		}
	}
}

// blind reports whether w does not look in this tick who has come near.
func (c *script) blind(s *Server, w *entity) bool {
	return c.MissedEnter && w == c.jumper && s.now == c.at
}

// keep reports whether w keeps t in its view although t is gone.
func (c *script) keep(w, t *entity) bool { return c.MissedLeave && w == c.keeper && t == c.goer }

// seen returns the first walker that another walker sees, or nil.
func (s *Server) seen() *entity {
	for _, t := range s.order {
		if t.walks && s.watcher(t) != nil {
			return t
		}
	}
	return nil
}

// watcher returns the first walker that sees t, or nil.
func (s *Server) watcher(t *entity) *entity {
	for _, w := range s.order {
		if _, sees := slices.BinarySearch(w.view, t.id); sees && w.walks {
			return w
		}
	}
	return nil
}
