package detectors_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze/analyzetest"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
)

// TestAnnotated runs all detectors over every annotated trace: the guilty
// ones name their finding, the innocent near misses must stay silent.
func TestAnnotated(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no annotated traces: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names, traces := analyzetest.Sections(string(data))
		for i, name := range names {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+name, func(t *testing.T) {
				analyzetest.Run(t, detectors.All, traces[i])
			})
		}
	}
}

// TestDocumented holds every detector to a documentation and to traces: one
// guilty and one innocent at least.
func TestDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range detectors.All {
		if seen[d.Name] {
			t.Errorf("%s is there twice", d.Name)
		}
		seen[d.Name] = true
		if detectors.Named(d.Name) != d {
			t.Errorf("Named(%q) is not it", d.Name)
		}
		for _, part := range []string{"\n\nCondition", "Evidence:", "Known false alarms:", "Usual causes:"} {
			if !strings.Contains(d.Doc, part) {
				t.Errorf("%s: Doc has no %q", d.Name, part)
			}
		}
		data, err := os.ReadFile("testdata/" + d.Name + ".txt")
		if err != nil {
			t.Errorf("%s has no annotated trace: %v", d.Name, err)
			continue
		}
		_, traces := analyzetest.Sections(string(data))
		guilty, innocent := 0, 0
		for _, trace := range traces {
			if strings.Contains(trace, "# want "+d.Name) || strings.Contains(trace, "# want likely "+d.Name) {
				guilty++
			} else {
				innocent++
			}
		}
		if guilty == 0 || innocent == 0 {
			t.Errorf("%s: %d guilty traces and %d innocent ones, want one of each at least", d.Name, guilty, innocent)
		}
	}
}
