package analyze_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/analyzetest"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/event"
)

// badWorlds are traces that no server should record. Detectors may say what
// they like of them.
func badWorlds() []string {
	var spaces strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&spaces, "0 z space id=%d enter=5 filters=none watchers=all\n0 z spawn space=%d e=%d pos=1,1,1\n0 z tick space=%d n=1\n", i, i, i, i)
	}
	return []string{
		"0 z enter w=1 t=2\n0 z spawn e=1 pos=0,0,0\n0 z spawn e=2 pos=0,0,0\n0 z tick n=1",
		"0 z trace version=1 start=empty\n0 z space id=1 enter=5 watchers=all filters=none despawn=explicit\n0 z spawn e=1 pos=0,0,0\n0 z spawn e=1 pos=1,0,0\n0 z tick n=1\n0 z despawn e=1\n0 z move e=1 pos=2,0,0\n0 z despawn e=1\n0 z tick n=1\n0 z tick n=0",
		"0 z enter space=9 w=1 t=2\n0 z tick space=9 n=18446744073709551615\n0 z tick space=9 n=1",
		"0 z end\n0 z end\n0 z begin op=x\n0 z space id=1 enter=5 eval=move\n0 z end\n0 z move e=1 pos=1,1,1",
		"0 z space id=1 enter=5\n0 z radius e=1 enter=NaN\n0 z radius e=2 enter=+Inf leave=-1\n0 z spawn e=1 pos=0,0,0\n0 z spawn e=2 pos=1,0,0\n0 z enter w=1 t=2\n0 z tick n=1",
		"0 z space id=1 enter=1e300 watchers=all filters=none\n0 z spawn e=18446744073709551615 pos=1e308,-1e308,0\n0 z spawn e=18446744073709551614 pos=-1e308,1e308,0\n0 z enter w=18446744073709551615 t=18446744073709551614\n0 z tick n=1",
		"0 z space id=1 metric=cells enter=1 cell=1e-300,1e-300,1 watchers=all filters=none\n0 z spawn e=1 pos=1e300,0,0\n0 z spawn e=2 pos=0,1,0\n0 z tick n=1",
		"0 z enter w=1 t=1\n0 z leave w=1 t=1\n0 z view w=1 set=1,1,2\n0 z despawn e=1\n0 z view w=1",
		"0 z space id=1 enter=5\n0 z space id=1 enter=6\n0 z spawn e=1 pos=0,0,0\n0 z space id=1",
		"0 z gap lost=18446744073709551615\n0 z gap lost=5 kinds=begin:9\n0 z begin op=x\n0 z gap lost=9 kinds=end:9",
		"0 z fork g=z\n0 z join g=z\n0 z join g=nobody\n0 z acquire lock=l mode=w n=18446744073709551615\n0 z release lock=l mode=w n=18446744073709551615",
		spaces.String(),
	}
}

func TestBadWorlds(t *testing.T) {
	for _, text := range badWorlds() {
		analyzeText(text)
	}
}

func analyzeText(text string) {
	r, err := analyze.Run(event.NewTextReader(strings.NewReader(text)), detectors.All)
	if r == nil {
		panic(fmt.Sprint("no report: ", err))
	}
}

// FuzzAnalyze: whatever the text twin can say, detectors end with a report.
func FuzzAnalyze(f *testing.F) {
	for _, text := range badWorlds() {
		if len(text) < 1<<12 {
			f.Add(text)
		}
	}
	for n := range uint64(4) {
		s := server(n)
		s.Ticks, s.Entities, s.Rate = 4, 4, 0.1
		s.Faults = []analyzetest.Fault{analyzetest.DoubleEnter, analyzetest.SkipDespawn, analyzetest.Nowhere}
		f.Add(s.Run().Text())
	}
	f.Fuzz(func(_ *testing.T, text string) {
		if len(text) < 1<<14 {
			analyzeText(text)
		}
	})
}
