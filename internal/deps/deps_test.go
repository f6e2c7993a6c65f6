// Package deps holds the tree to its shape: which package may import which.
package deps

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/aoi-trace/aoi-trace"

// arrows says what each package may import of this module. They never turn
// back. A package that is not here must be added, with the reason in mind.
var arrows = map[string][]string{
	"event":               nil,
	"record/ring":         {"event"},
	"record":              {"event", "record/ring", "collect"}, // collect for record.To alone
	"record/httphook":     {"record"},
	"record/profile":      {"record"},
	"record/recordtest":   {"record", "trace", "analyze", "analyze/detectors", "internal/proof"}, // tests import it, servers never
	"trace":               {"event"},
	"order":               {"event"},
	"order/align":         nil,
	"merge":               {"event", "trace", "order", "order/align"},
	"world":               {"event", "order"},
	"history":             {"event", "world", "trace"},
	"engine":              nil,
	"collect":             {"event", "record/ring", "trace", "order", "world"},
	"analyze":             {"event", "world", "order", "trace"},
	"analyze/detectors":   {"event", "world", "order", "analyze"},
	"analyze/analyzetest": {"event", "world", "order", "analyze"},
	"diff":                {"event", "analyze", "history"},
	"replay":              {"event", "engine", "record", "trace"},
	"tune":                {"event", "replay", "world"},
	"internal/summary":    {"event", "trace"},
	"internal/proof":      {"analyze"},
	"internal/render":     {"event", "trace", "analyze", "merge", "internal/summary", "internal/proof"},
	"internal/demoserver": {"record"},
	"internal/profile":    nil,
	"internal/exectrace":  nil,
	"internal/deps":       nil,
	"internal/docs":       nil,
}

// homes names the one folder of each module of others.
var homes = map[string]string{
	"github.com/spf13/":                 "cmd/aoi-trace",
	"github.com/olekukonko/tablewriter": "internal/render",
	"github.com/fatih/color":            "internal/render",
	"github.com/google/pprof/":          "internal/profile",
	"golang.org/x/exp/trace":            "internal/exectrace",
}

// goList returns what go list prints, by lines.
func goList(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func TestArrows(t *testing.T) {
	for _, line := range goList(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...") {
		fields := strings.Fields(line)
		from, ok := strings.CutPrefix(fields[0], module+"/")
		if !ok || strings.HasPrefix(from, "cmd/") || strings.HasPrefix(from, "examples/") {
			continue
		}
		allowed, known := arrows[from]
		if !known {
			t.Errorf("package %s is not in the table of arrows", from)
		}
		for _, imp := range fields[1:] {
			if to, ours := strings.CutPrefix(imp, module+"/"); ours && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: the arrow points the wrong way", from, to)
			}
		}
	}
}

func TestHomes(t *testing.T) {
	for _, line := range goList(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...") {
		fields := strings.Fields(line)
		from := strings.TrimPrefix(fields[0], module+"/")
		for _, imp := range fields[1:] {
			if standard(imp) || strings.HasPrefix(imp, module) {
				continue
			}
			home := ""
			for prefix, h := range homes {
				if strings.HasPrefix(imp, prefix) {
					home = h
				}
			}
			if home != from {
				t.Errorf("%s imports %s, whose home is %q", from, imp, home)
			}
		}
	}
}

// A server that imports package record, and a test that imports recordtest,
// must get nothing but this module and the standard library; and what analyses
// is not for servers.
func TestRecordIsSelfContained(t *testing.T) {
	for _, pkg := range []string{"record", "record/recordtest"} {
		for _, dep := range goList(t, "-deps", "./"+pkg) {
			if !standard(dep) && !strings.HasPrefix(dep, module) {
				t.Errorf("%s depends on %s", pkg, dep)
			}
			if pkg == "record" && strings.HasPrefix(dep, module+"/analyze") {
				t.Errorf("record depends on %s", dep)
			}
		}
	}
}
