package detectors

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// Asymmetry reports equals of whom only one sees the other.
var Asymmetry = &analyze.Detector{
	Name: "asymmetry", Family: "geometry", Rank: rankAsymmetry,
	Doc: `of two watchers with equal radii, only one sees the other

Condition [G5]: at an evaluation that the contract promises, both watch, both
have the same radii, their distance is outside the tolerance of both borders,
both views are known, and one holds the other while the other does not.

Needs: a contract (space … enter=…), and filters=none or filters=recorded: a
rule may hide one from the other. Since one of the two views is then wrong,
this is as a rule the consequence of a missed or spurious change, and listed
under it; alone it stands when those detectors do not run.

Certain findings are sound under that declaration.

Evidence: both positions, the view events of both directions, the evaluation.
Known false alarms: a contract that is not the server's.
Usual causes: only the mover's side updated; the two directions of a pair kept
in two tables.`,
	New: func(p *analyze.Pass) analyze.Check {
		return &analyze.Judged{
			Pass: p, Kind: world.Asymmetry,
			Case: func(j *world.Judgement) analyze.Case {
				sees, blind := j.W, j.T
				if j.Pair.State != world.In {
					sees, blind = j.T, j.W
				}
				c := analyze.Case{
					Message: func() string {
						return fmt.Sprintf("%v sees %v, which does not see it, %s apart", sees, blind, analyze.Number(j.Distance))
					},
					Evidence: func() []analyze.Evidence {
						var views []analyze.Evidence
						if back := j.Space.Pair(j.T.ID, j.W.ID); back != nil && back.Mark.Set {
							views = append(views, p.Evidence(back.Event(), "%v's view", j.T))
						}
						if j.Pair.Mark.Set {
							views = append(views, p.Evidence(j.Pair.Event(), "%v's view", j.W))
						}
						return append(p.Place(j, views...), p.At(j, "and so it is here")...)
					},
				}
				if j.Because == world.Missing {
					c.Because = "missed-enter"
				} else {
					c.Because = "missed-leave"
				}
				if f := j.Space.Contract.Filters; f != "none" && f != "recorded" || j.Space.Contract.Cap > 0 {
					c.Undecided = true
				}
				return c
			},
			Finish: func() {
				if !p.Contract(event.SetOf(event.Spawn, event.Move, event.Despawn, event.Radius, event.Enter, event.Leave, event.View, event.Filter)) {
					return
				}
				for _, s := range p.World.Spaces() {
					if f := s.Contract.Filters; s.Contract.Declared() && f != "none" && f != "recorded" {
						p.Unknown("space %d does not declare filters=none or filters=recorded: a rule may hide one of two from the other", s.ID)
					}
				}
			},
		}
	},
}
