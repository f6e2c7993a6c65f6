package detectors

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// StrayLeave reports targets that leave a view which does not hold them.
var StrayLeave = &analyze.Detector{
	Name: "stray-leave", Family: "pair protocol", Rank: rankProtocol,
	Doc: `a target leaves a view that it is not in

Condition [S2]: the pair is out of view for certain (by an earlier leave, by a
view that leaves it out, or because the world began empty) when leave(w,t)
comes, and no enter(w,t) can lie between.

Certain findings are sound. A pair whose state is not known, because recording
began in mid-run or because a gap may hold its enter, is never reported.

Evidence: what put the pair out of view, and the leave.
Known false alarms: a recorder that is opened after the first entity entered a
view while the trace says start=empty. Open it first, or say StartUnknown.
Usual causes: an enter that is sent before the client is ready and dropped;
a leave that is sent for every pair in range instead of every pair in view;
both ends removing the pair.`,
	New: func(p *analyze.Pass) analyze.Check { return &strayLeave{p} },
}

type strayLeave struct{ pass *analyze.Pass }

func (c *strayLeave) Kinds() event.KindSet { return event.SetOf(event.Leave) }

func (c *strayLeave) Step(s *world.Step) {
	if s.Was.State != world.Out {
		return
	}
	leave, before, w, t, sp := s.Event(), s.Was.Last, s.W, s.T, s.Space
	start := before.Time
	if s.Was.Absent {
		start = leave.Time
	}
	c.pass.Report(analyze.Case{
		Space: sp, W: w, T: t, Relation: s.Was.Relation, Signature: "leave",
		At: leave.Ref(), Start: start, End: leave.Time,
		Message: func() string {
			if before.Kind == event.Invalid {
				return fmt.Sprintf("%v left %v's view, which it never entered", t, w)
			}
			return fmt.Sprintf("%v left %v's view again, %s after it had left it", t, w, analyze.Elapsed(leave.Time-before.Time))
		},
		Evidence: func() []analyze.Evidence {
			last := c.pass.Evidence(leave, "%v's view lost %v: no enter w=%d t=%d lies before", w, t, w.ID, t.ID)
			switch {
			case before.Kind != event.Invalid:
				last.Why = fmt.Sprintf("and lost it again: no enter w=%d t=%d lies between", w.ID, t.ID)
				return []analyze.Evidence{c.pass.Evidence(before.Event(w, t), "%v's view lost %v", w, t), last}
			case sp.Declared.Kind != event.Invalid:
				return []analyze.Evidence{c.pass.Evidence(sp.Declared, "the space began empty"), last}
			}
			return []analyze.Evidence{last}
		},
	})
}

func (c *strayLeave) Judge(*world.Judgement) {}
func (c *strayLeave) Merge(analyze.Check)    {}
func (c *strayLeave) End() {
	c.pass.UnknownBecause(event.SetOf(event.Enter, event.Leave, event.View, event.Despawn))
}
