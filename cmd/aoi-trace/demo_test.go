package main

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/internal/demoserver"
)

// recordDemo records the demo's server in another process and analyses it.
func recordDemo(t *testing.T, args ...string) *analyze.Report {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("recording needs Linux")
	}
	path := filepath.Join(t.TempDir(), "run.aoi")
	server := append([]string{"record", "--overflow=wait", "-o", path, "--", os.Args[0], demoServer, "--every=0"}, args...)
	if code, _, stderr := try(t, server...); code != 0 {
		t.Fatalf("recording %v: exit %d\n%s", args, code, stderr)
	}
	in, err := openTrace(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := analyze.Run(in, detectors.All)
	if err != nil {
		t.Fatal(err)
	}
	if r.Loss.Events > 0 || r.Trace.Ticks == 0 {
		t.Fatalf("recording %v: %d events lost, %d ticks", args, r.Loss.Events, r.Trace.Ticks)
	}
	return r
}

// Each fault alone leads to its own finding, certain, and to no other.
func TestEachFaultAlone(t *testing.T) {
	for _, p := range demoserver.AllFaults().Planted() {
		t.Run(p.Detector, func(t *testing.T) {
			r := recordDemo(t, "--faults="+p.Detector)
			if len(r.Findings) != 1 || r.Findings[0].Detector != p.Detector || r.Findings[0].Verdict != analyze.Certain {
				t.Errorf("got %d findings, want one certain %s:", len(r.Findings), p.Detector)
				for _, f := range r.Findings {
					t.Errorf("  %s %s [%s]", f.Detector, f.Message, f.Verdict)
				}
			}
		})
	}
}

// Without faults nothing is found, whatever the walks, and every detector
// that needs no more than the demo records ends clean.
func TestHealthyServerIsClean(t *testing.T) {
	for _, seed := range []string{"1", "2", "3"} {
		r := recordDemo(t, "--faults=", "--seed="+seed, "--walkers=300", "--ticks=120")
		for _, f := range r.Findings {
			t.Errorf("seed %s: %s %s [%s]", seed, f.Detector, f.Message, f.Verdict)
		}
		for _, p := range demoserver.AllFaults().Planted() {
			if !slices.Contains(r.Clean, p.Detector) {
				t.Errorf("seed %s: %s is not clean", seed, p.Detector)
			}
		}
	}
}
