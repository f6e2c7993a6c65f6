package analyze

import (
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// A Judged is a Check that makes cases of one kind of verdict of the world's
// evaluations.
type Judged struct {
	Pass *Pass
	Kind world.JudgeKind
	// Case returns the case. Its pair, relation, place and start are filled in.
	Case func(*world.Judgement) Case
	// Finish says what could not be decided.
	Finish func()

	open  map[judgedPair]*Kept
	ended map[judgedPair]time.Duration // first ends of what began before this stretch
}

type judgedPair struct {
	space *world.Space
	key   uint64
}

// Kinds returns none: evaluations come through Judge.
func (c *Judged) Kinds() event.KindSet { return 0 }

// Step is never called.
func (c *Judged) Step(*world.Step) {}

// Judge reports a case, or closes one.
func (c *Judged) Judge(j *world.Judgement) {
	id := judgedPair{j.Space, j.Pair.Key()}
	if j.Kind == world.Ended && j.Because == c.Kind {
		k, ok := c.open[id]
		switch {
		case ok:
			k.Close(j.Time)
			delete(c.open, id)
		default:
			if _, known := c.ended[id]; !known {
				if c.ended == nil {
					c.ended = map[judgedPair]time.Duration{}
				}
				c.ended[id] = j.Time
			}
		}
		return
	}
	if j.Kind != c.Kind {
		return
	}
	// What the case says is made at once, while the judgement is valid.
	cs := c.Case(j)
	cs.Space, cs.W, cs.T = j.Space, j.W, j.T
	cs.Relation, cs.At, cs.Start = j.Relation, j.At.Ref(), j.Time
	if cs.Signature == "" {
		cs.Signature = j.Occasion
	}
	lasting := j.Kind == world.Missing || j.Kind == world.Extra
	if !lasting {
		cs.End = j.Time
	}
	if k := c.Pass.Report(cs); k != nil && lasting {
		if c.open == nil {
			c.open = map[judgedPair]*Kept{}
		}
		c.open[id] = k
	}
}

// Merge joins the check of the next stretch.
func (c *Judged) Merge(later Check) {
	l := later.(*Judged)
	for id, t := range l.ended {
		if k, ok := c.openLike(id); ok {
			k.Close(t)
			delete(c.open, id)
		}
	}
	for id, k := range l.open {
		if c.open == nil {
			c.open = map[judgedPair]*Kept{}
		}
		c.open[id] = k
	}
}

// openLike finds the open case on the same pair of the same space, though
// another world replayed it.
func (c *Judged) openLike(id judgedPair) (*Kept, bool) {
	for mine, k := range c.open {
		if mine.key == id.key && mine.space.ID == id.space.ID && mine.space.Process == id.space.Process {
			delete(c.open, mine)
			return k, true
		}
	}
	return nil, false
}

// End says what could not be decided.
func (c *Judged) End() { c.Finish() }

// Border names the radius of a judgement and the occasion on which the world
// found it, as the end of a message: "50, after a teleport".
func Border(j *world.Judgement) string {
	switch j.Occasion {
	case "spawn", "teleport":
		return Number(j.Radius) + ", after a " + j.Occasion
	case "own radius":
		return "its own radius of " + Number(j.Radius)
	}
	return Number(j.Radius)
}

// Place returns the evidence of where the two entities are and what they were
// held against.
func (p *Pass) Place(j *world.Judgement, evidence ...Evidence) []Evidence {
	out := append([]Evidence{}, evidence...)
	out = append(out, p.Evidence(j.W.Moved.Event(j.W), "%v is here", j.W))
	out = append(out, p.Evidence(j.T.Moved.Event(j.T), "%v is here, %s from %v", j.T, Number(j.Distance), j.W))
	for _, e := range []*world.Entity{j.W, j.T} {
		if e.Radii.Kind != event.Invalid {
			out = append(out, p.Evidence(e.Radii, "%v's own radius", e))
		}
	}
	return out
}

// At returns the evidence of the moment of the evaluation.
func (p *Pass) At(j *world.Judgement, why string) []Evidence {
	if j.At.Kind == event.Invalid {
		return nil
	}
	return []Evidence{p.Evidence(j.At, "%s", why)}
}
