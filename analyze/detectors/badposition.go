package detectors

import (
	"fmt"
	"math"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// BadPosition reports positions that no entity can have.
var BadPosition = &analyze.Detector{
	Name: "bad-position", Family: "geometry", Rank: rankView,
	Doc: `a position is not a number, infinite, or outside the space's bounds

Condition: a spawn or move whose position has a coordinate that is NaN or
infinite, or, where the space declares bounds=, outside them. Bounds are
inclusive and exact: no tolerance.

Certain findings are sound: the event is the proof.

Evidence: the event that has the position.
Known false alarms: bounds that are not the server's.
Usual causes: a division by a zero distance or time step; a knock-back or
teleport that is not clamped; a coordinate read from a client and not checked.
What such an entity sees is not judged while it is nowhere.`,
	New: func(p *analyze.Pass) analyze.Check { return &badPosition{p} },
}

type badPosition struct{ pass *analyze.Pass }

func (c *badPosition) Kinds() event.KindSet { return event.SetOf(event.Spawn, event.Move) }

func (c *badPosition) Step(s *world.Step) {
	pos := s.Block.Pos[s.I]
	what := ""
	switch k := &s.Space.Contract; {
	case math.IsNaN(pos.X + pos.Y + pos.Z), math.IsInf(pos.X, 0), math.IsInf(pos.Y, 0), math.IsInf(pos.Z, 0):
		what = "nowhere"
	case k.Bounded && (pos.X < k.Min.X || pos.X > k.Max.X || pos.Y < k.Min.Y || pos.Y > k.Max.Y || pos.Z < k.Min.Z || pos.Z > k.Max.Z):
		what = "outside the bounds"
	default:
		return
	}
	bad, e, k := s.Event(), s.W, s.Space.Contract
	where := "nowhere"
	if what != where {
		where = "bounds"
	}
	c.pass.Report(analyze.Case{
		Space: s.Space, W: e, Relation: world.Sure, Signature: where,
		At: bad.Ref(), Start: bad.Time, End: bad.Time,
		Message: func() string {
			return fmt.Sprintf("%v is %s, at %s,%s,%s", e, what, analyze.Number(pos.X), analyze.Number(pos.Y), analyze.Number(pos.Z))
		},
		Evidence: func() []analyze.Evidence {
			if where == "bounds" {
				return []analyze.Evidence{c.pass.Evidence(bad, "bounds are %s,%s,%s to %s,%s,%s",
					analyze.Number(k.Min.X), analyze.Number(k.Min.Y), analyze.Number(k.Min.Z),
					analyze.Number(k.Max.X), analyze.Number(k.Max.Y), analyze.Number(k.Max.Z))}
			}
			return []analyze.Evidence{c.pass.Evidence(bad, "no place has such coordinates")}
		},
	})
}

func (c *badPosition) Judge(*world.Judgement) {}
func (c *badPosition) Merge(analyze.Check)    {}

func (c *badPosition) End() {
	if c.pass.Count(event.Spawn)+c.pass.Count(event.Move) == 0 {
		c.pass.Unknown("the trace has no spawn or move event: nothing is known of positions")
	}
	if kinds := event.SetOf(event.Spawn, event.Move); c.pass.World.LostOf(kinds) {
		c.pass.Unknown("%s", c.pass.Lost())
	}
}
