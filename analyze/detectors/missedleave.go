package detectors

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// MissedLeave reports targets beyond the leave radius that are in view.
var MissedLeave = &analyze.Detector{
	Name: "missed-leave", Family: "geometry", Rank: rankView,
	Doc: `a target is beyond the leave radius, and the watcher still sees it

Condition [G2]: at an evaluation that the contract promises, both live, the
target is beyond the leave radius by more than the tolerance (and has been for
the contract's delay, if it declares one), and it is in view for certain.

Needs: a contract (space … enter=… leave=…). Rules that hide targets do not
matter: being in range is necessary.

Certain findings are sound under that declaration.

Evidence: the enter, both positions, own radii, and the tick or operation at
whose end the target was still there. Where the enter itself was spurious,
this is its consequence. "precision" in the metrics says how much of what was
in view should not have been.
Known false alarms: a contract that is not the server's; a leave radius with
hysteresis that the space does not declare.
Usual causes: old neighbours not told after a teleport; the leave sent to the
cell that the entity had left already; an early return when nothing entered.`,
	New: func(p *analyze.Pass) analyze.Check {
		return &analyze.Judged{
			Pass: p, Kind: world.Extra,
			Case: func(j *world.Judgement) analyze.Case {
				c := analyze.Case{
					Message: func() string {
						return fmt.Sprintf("%v still sees %v, %s away: beyond %s", j.W, j.T, analyze.Number(j.Distance), analyze.Border(j))
					},
					Evidence: func() []analyze.Evidence {
						enter := p.Evidence(j.Pair.Event(), "%v's view gained %v", j.W, j.T)
						return append(p.Place(j, enter), p.At(j, fmt.Sprintf("and no leave w=%d t=%d came until here", j.W.ID, j.T.ID))...)
					},
				}
				if j.Because == world.SpuriousEnter {
					c.Because = "spurious-enter"
				}
				return c
			},
			Finish: func() {
				p.Contract(event.SetOf(event.Spawn, event.Move, event.Despawn, event.Radius, event.Enter, event.Leave, event.View))
			},
		}
	},
}
