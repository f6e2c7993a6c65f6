package detectors

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// SpuriousLeave reports targets that leave a view while within its radius.
var SpuriousLeave = &analyze.Detector{
	Name: "spurious-leave", Family: "geometry", Rank: rankChange,
	Doc: `a target leaves a view while it is within the leave radius

Condition [G4]: leave(w,t), and wherever the two were from the evaluation
before it to the evaluation after it, they were nearer than the leave radius
by more than the tolerance. A despawn, teleport, filter or radius change of
either in that span, before or after the leave, excuses it.

Needs: a contract (space … enter=… leave=…), and filters=none or
filters=recorded: a rule may hide a target that is in range. A space with a
cap on its views is not judged.

Certain findings are sound under that declaration.

Evidence: the leave, both positions, own radii, and the evaluation after it.
Known false alarms: a contract that is not the server's.
Usual causes: the enter radius used for leaving where there is hysteresis; the
other end of the pair evaluated with its old position; a cell change that
removes and adds, and the add lost.`,
	New: func(p *analyze.Pass) analyze.Check {
		return &analyze.Judged{
			Pass: p, Kind: world.SpuriousLeave,
			Case: func(j *world.Judgement) analyze.Case {
				c := analyze.Case{
					Message: func() string {
						return fmt.Sprintf("%v left %v's view at %s: within %s", j.T, j.W, analyze.Number(j.Distance), analyze.Border(j))
					},
					Evidence: func() []analyze.Evidence {
						leave := p.Evidence(j.Change, "%v's view lost %v", j.W, j.T)
						return append(p.Place(j, leave), p.At(j, "nowhere up to here were they far enough")...)
					},
				}
				if f := j.Space.Contract.Filters; f != "none" && f != "recorded" || j.Space.Contract.Cap > 0 {
					c.Undecided = true
				}
				return c
			},
			Finish: func() { spuriousLeaveUnknown(p) },
		}
	},
}

func spuriousLeaveUnknown(p *analyze.Pass) {
	if !p.Contract(event.SetOf(event.Spawn, event.Move, event.Despawn, event.Radius, event.Filter)) {
		return
	}
	for _, s := range p.World.Spaces() {
		if f := s.Contract.Filters; s.Contract.Declared() && f != "none" && f != "recorded" {
			p.Unknown("space %d does not declare filters=none or filters=recorded: a rule may hide what left", s.ID)
		}
		if s.Contract.Cap > 0 {
			p.Unknown("space %d caps its views at %d: what left may have had to make room", s.ID, s.Contract.Cap)
		}
	}
}
