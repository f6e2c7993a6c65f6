package detectors

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// DoubleEnter reports targets that enter a view which holds them already.
var DoubleEnter = &analyze.Detector{
	Name: "double-enter", Family: "pair protocol", Rank: rankProtocol,
	Doc: `a target enters a view that it is in already

Condition [S1]: enter(w,t) happens before a second enter(w,t), and neither a
leave(w,t), nor a view of w that resets it, nor (where the space declares
despawn=implicit) a despawn of t can lie between the two.

Certain findings are sound: both events name the same incarnation of the
target, happens-before orders them, and no gap, no unordered stream and no
later event can hold the leave that is missing.

Evidence: the two enters.
Known false alarms: none known for certain findings. A likely one rests on
clocks between streams that no recorded edge orders.
Usual causes: both ends of a pair evaluated in one tick by two workers; a
respawn or zone change that adds without removing; a leave that is lost
between the table and the recorder's call.`,
	New: func(p *analyze.Pass) analyze.Check { return &doubleEnter{p} },
}

type doubleEnter struct{ pass *analyze.Pass }

func (c *doubleEnter) Kinds() event.KindSet { return event.SetOf(event.Enter) }

func (c *doubleEnter) Step(s *world.Step) {
	if s.Was.State != world.In || !s.Was.Same {
		return
	}
	second := s.Event()
	w, t := s.W, s.T
	first := s.Was.Last.Event(w, t)
	c.pass.Report(analyze.Case{
		Space: s.Space, W: w, T: t, Relation: s.Was.Relation, Signature: "enter",
		At: second.Ref(), Start: first.Time, End: second.Time,
		Message: func() string {
			return fmt.Sprintf("%v entered %v's view twice, %s apart, and did not leave it between",
				t, w, analyze.Elapsed(second.Time-first.Time))
		},
		Evidence: func() []analyze.Evidence {
			return []analyze.Evidence{
				c.pass.Evidence(first, "%v's view gained %v", w, t),
				c.pass.Evidence(second, "and gained it again: no leave w=%d t=%d lies between", w.ID, t.ID),
			}
		},
	})
}

func (c *doubleEnter) Judge(*world.Judgement) {}
func (c *doubleEnter) Merge(analyze.Check)    {}
func (c *doubleEnter) End() {
	c.pass.UnknownBecause(event.SetOf(event.Enter, event.Leave, event.View, event.Despawn))
}
