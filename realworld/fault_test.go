package realworld_test

import (
	"testing"

	"github.com/aoi-trace/aoi-trace/realworld/oracle"
)

// TestFaults makes go-aoi's world wrong in known ways, under real movement.
// Each fault is found for what it is, and nothing that brute force does not
// see as well.
func TestFaults(t *testing.T) {
	files := needData(t, "crowd")
	for _, test := range []struct {
		fault, every string
		want         []string // detectors that must find something
		planted      func(o *oracle.Report) int
	}{
		{"enter", "997", []string{"missed-enter"}, func(o *oracle.Report) int { return len(o.Wrong) }},
		{"leave", "997", []string{"missed-leave"}, func(o *oracle.Report) int { return len(o.Wrong) }},
		{"despawn", "20", []string{"ghost"}, func(o *oracle.Report) int { return len(o.Ghosts) }},
	} {
		t.Run(test.fault, func(t *testing.T) {
			a, o := recordGoaoi(t, "-workload", "crowd", "-file", files[len(files)-1],
				"-fault", test.fault, "-every", test.every)
			if test.planted(o) == 0 {
				t.Fatal("brute force sees nothing wrong: the fault did not happen")
			}
			a.wantLossless(t, o)
			a.wantConfirmed(t, o)
			for _, detector := range test.want {
				if a.count(detector) == 0 {
					t.Errorf("found no %s", detector)
				}
			}
			for detector, want := range map[string]int{
				"double-enter": len(o.DoubleEnters), "stray-leave": len(o.StrayLeaves), "ghost": len(o.Ghosts),
			} {
				if got := a.cases(detector); got != want {
					t.Errorf("got %d cases of %s, brute force counts %d", got, detector, want)
				}
			}
			for _, f := range a.Findings {
				t.Logf("%s (%s) ×%d on %d: %s", f.Detector, f.Verdict, f.Count, f.Pairs, f.Message)
			}
			t.Logf("brute force: %d wrong, %d double enters, %d stray leaves, %d ghosts",
				len(o.Wrong), len(o.DoubleEnters), len(o.StrayLeaves), len(o.Ghosts))
			if a.exit != 1 {
				t.Errorf("got exit code %d, want 1", a.exit)
			}
		})
	}
}
