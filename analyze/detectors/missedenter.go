package detectors

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// MissedEnter reports targets in range that are not in view.
var MissedEnter = &analyze.Detector{
	Name: "missed-enter", Family: "geometry", Rank: rankView,
	Doc: `a target is within the enter radius, and the watcher does not see it

Condition [G1]: at an evaluation that the contract promises, both live, the
target is within the enter radius by more than the tolerance, no rule hides
the pair, and it is out of view for certain.

Needs: a contract (space … enter=…), and filters=none or filters=recorded:
where unrecorded rules may hide targets, a missing one proves nothing. A space
with a cap on its views is not judged. Only entities that the trace shows as
watchers are judged, unless the space declares watchers=all.

Certain findings are sound under that declaration.

Evidence: both positions, the last leave if there was one, own radii, and the
tick or operation at whose end the enter was missing. "recall" in the metrics
says how much was missed in all.
Known false alarms: a contract that is not the server's: another metric, a
radius of the wrong unit, views evaluated less often than declared.
Usual causes: neighbours of the old place only being told after a teleport;
cells not searched past a border; per-entity radii that the index ignores.`,
	New: func(p *analyze.Pass) analyze.Check {
		return &analyze.Judged{
			Pass: p, Kind: world.Missing,
			Case:   func(j *world.Judgement) analyze.Case { return missedEnter(p, j) },
			Finish: func() { missedEnterUnknown(p) },
		}
	},
}

func missedEnter(p *analyze.Pass, j *world.Judgement) analyze.Case {
	c := analyze.Case{
		Message: func() string {
			return fmt.Sprintf("%v does not see %v, %s away: within %s", j.W, j.T, analyze.Number(j.Distance), analyze.Border(j))
		},
		Evidence: func() []analyze.Evidence {
			var before []analyze.Evidence
			if j.Pair.Mark.Set && j.Pair.Event().Kind != event.Enter {
				before = append(before, p.Evidence(j.Pair.Event(), "%v's view lost %v", j.W, j.T))
			}
			return append(p.Place(j, before...), p.At(j, fmt.Sprintf("and no enter w=%d t=%d came until here", j.W.ID, j.T.ID))...)
		},
	}
	if j.Because == world.SpuriousLeave {
		c.Because = "spurious-leave"
	}
	if f := j.Space.Contract.Filters; f != "none" && f != "recorded" || j.Space.Contract.Cap > 0 {
		c.Undecided = true
	}
	return c
}

func missedEnterUnknown(p *analyze.Pass) {
	if !p.Contract(event.SetOf(event.Spawn, event.Move, event.Despawn, event.Radius, event.Enter, event.Leave, event.View, event.Filter)) {
		return
	}
	for _, s := range p.World.Spaces() {
		if f := s.Contract.Filters; s.Contract.Declared() && f != "none" && f != "recorded" {
			p.Unknown("space %d does not declare filters=none or filters=recorded: a rule may hide what is missing", s.ID)
		}
		if s.Contract.Cap > 0 {
			p.Unknown("space %d caps its views at %d: what is missing may not have fitted", s.ID, s.Contract.Cap)
		}
	}
}
