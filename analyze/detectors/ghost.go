package detectors

import (
	"fmt"
	"time"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// Ghost reports despawned entities that are still in views.
var Ghost = &analyze.Detector{
	Name: "ghost", Family: "pair protocol", Rank: rankProtocol,
	Doc: `a watcher still sees a target that has despawned

Condition [S5]: despawn(t) happens before the end of a tick that is the
contract's grace or more after the despawn's own, t is in w's view for certain
at that tick's end, w has not despawned itself, and neither a leave(w,t) nor a
view of w that leaves t out can lie between.

Needs: a space that declares despawn=explicit (with grace= ticks, if leaves
may take longer than the tick of the despawn), and ticks. Under eval=move
without ticks, the end of the operation that despawned the entity, its next
spawn, or the end of the trace takes the tick's place.

Certain findings are sound under that declaration.

Evidence: the enter, the despawn, the tick at which the target was still there.
Known false alarms: leaves that another stage sends after the tick event: say
so with grace=.
Usual causes: a disconnect path that skips the AOI removal; the entity removed
from the table before its watchers are told; a leave sent to the zone that the
entity had left already.`,
	New: func(p *analyze.Pass) analyze.Check {
		return &analyze.Judged{
			Pass: p, Kind: world.Ghost,
			Case: func(j *world.Judgement) analyze.Case {
				enter, despawn := j.Pair.Event(), j.Change
				return analyze.Case{
					Message: func() string {
						if ago := j.Time - despawn.Time; ago >= time.Millisecond {
							return fmt.Sprintf("%v still sees %v, which despawned %s ago", j.W, j.T, analyze.Elapsed(ago))
						}
						return fmt.Sprintf("%v still sees %v, which has despawned", j.W, j.T)
					},
					Evidence: func() []analyze.Evidence {
						return append([]analyze.Evidence{
							p.Evidence(enter, "%v's view gained %v", j.W, j.T),
							p.Evidence(despawn, "%v is gone", j.T),
						}, p.At(j, fmt.Sprintf("and no leave w=%d t=%d came until here", j.W.ID, j.T.ID))...)
					},
				}
			},
			Finish: func() { ghostUnknown(p) },
		}
	},
}

func ghostUnknown(p *analyze.Pass) {
	if p.Count(event.Despawn) == 0 && !p.World.LostOf(event.SetOf(event.Despawn)) {
		return // nothing despawned, so nothing haunts
	}
	for _, s := range p.World.Spaces() {
		switch {
		case s.Contract.Despawn == "":
			p.Unknown("space %d does not declare despawn=: whether watchers must be told of a despawn is not known", s.ID)
		case s.Contract.Despawn == "explicit" && s.Ticks == 0 && !s.Contract.EvalMove:
			p.Unknown("space %d has no tick by whose end a leave must have come", s.ID)
		}
	}
	p.UnknownBecause(event.SetOf(event.Enter, event.Leave, event.View, event.Despawn, event.Spawn))
}
