package analyze_test

import (
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/event"
)

// Two processes, each with a space 1 and entities 7 and 8 in it: near each
// other in the first, far apart in the second.
const twoProcesses = `
0 main trace version=1 start=empty
0 near/main space id=1 metric=circle enter=50 leave=55 eval=tick:1 filters=none despawn=explicit watchers=all
0 far/main space id=1 metric=circle enter=50 leave=55 eval=tick:1 filters=none despawn=explicit watchers=all
0.1 near/main spawn e=7 pos=0,0,0
0.1 far/main spawn e=7 pos=0,0,0
0.1 near/main spawn e=8 pos=30,0,0
0.1 far/main spawn e=8 pos=400,0,0
0.2 near/main enter w=7 t=8
0.2 near/main enter w=8 t=7
0.2 near/main tick n=1
0.2 far/main tick n=1
0.3 far/main despawn e=8
0.3 far/main tick n=2
0.3 near/main tick n=2
`

// Entity 7 of two processes is two entities, also in spaces of equal numbers.
func TestProcessesAreApart(t *testing.T) {
	report := func(text string) *analyze.Report {
		t.Helper()
		r, err := analyze.Run(event.NewTextReader(strings.NewReader(text)), detectors.All)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := report(twoProcesses)
	if len(r.Findings) > 0 {
		t.Errorf("two processes give %d findings, the first: %s", len(r.Findings), r.Findings[0].Message)
	}
	if r.Trace.Entities != 4 || r.Trace.Spaces != 2 {
		t.Errorf("there are %d entities in %d spaces, want 4 in 2", r.Trace.Entities, r.Trace.Spaces)
	}
	one := strings.NewReplacer("near/", "", "far/", "").Replace(twoProcesses)
	if r := report(one); len(r.Findings) == 0 {
		t.Error("the same events of one process give no finding: the test shows nothing")
	}
	faulty := strings.Replace(twoProcesses, "0.2 near/main enter w=8 t=7\n", "", 1)
	r = report(faulty)
	if len(r.Findings) == 0 || r.Findings[0].Detector != "missed-enter" || !strings.HasPrefix(r.Findings[0].Evidence[0].Stream, "near/") {
		t.Errorf("without an enter of one process the findings are %+v, want a missed-enter of near", r.Findings)
	}
}
