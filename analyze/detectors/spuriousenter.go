package detectors

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// SpuriousEnter reports targets that enter a view from beyond its radius.
var SpuriousEnter = &analyze.Detector{
	Name: "spurious-enter", Family: "geometry", Rank: rankChange,
	Doc: `a target enters a view while it is beyond the enter radius

Condition [G3]: enter(w,t), and wherever the two were from the evaluation
before it to the evaluation after it, they were farther apart than the enter
radius by more than the tolerance. A despawn, teleport, filter or radius
change of either in that span, before or after the enter, excuses it.

Needs: a contract (space … enter=…). Rules that hide targets do not matter:
being in range is necessary.

Certain findings are sound under that declaration.

Evidence: the enter, both positions, own radii, and the evaluation after it.
Known false alarms: a contract that is not the server's. A server that counts
in cells or towers shows more than a circle or square holds: declare
metric=cells or metric=towers to hold it against its own promise.
Usual causes: cells searched without a distance test; a radius that grows with
the cell; a stale position of one end.`,
	New: func(p *analyze.Pass) analyze.Check {
		return &analyze.Judged{
			Pass: p, Kind: world.SpuriousEnter,
			Case: func(j *world.Judgement) analyze.Case {
				return analyze.Case{
					Message: func() string {
						return fmt.Sprintf("%v entered %v's view from %s away: beyond %s", j.T, j.W, analyze.Number(j.Distance), analyze.Border(j))
					},
					Evidence: func() []analyze.Evidence {
						enter := p.Evidence(j.Change, "%v's view gained %v", j.W, j.T)
						return append(p.Place(j, enter), p.At(j, "nowhere up to here were they near enough")...)
					},
				}
			},
			Finish: func() {
				p.Contract(event.SetOf(event.Spawn, event.Move, event.Despawn, event.Radius, event.Filter))
			},
		}
	},
}
