package analyze_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/analyzetest"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/event"
)

// soak multiplies how many seeds the properties are tried with: AOI_SOAK=20.
func soak(t *testing.T, n int) int {
	t.Helper()
	if k, err := strconv.Atoi(os.Getenv("AOI_SOAK")); err == nil && k > 0 {
		return n * k
	}
	if testing.Short() {
		return max(1, n/4)
	}
	return n
}

// contract returns a contract of each kind, by number.
func contract(n uint64) event.Contract {
	c := event.Contract{Enter: 20, Leave: 24, Filters: "none", Despawn: "explicit", Watchers: "all",
		Bounded: true, Max: event.Vec{X: 100, Y: 100}}
	switch n % 6 {
	case 0:
		c.Metric = event.Circle
	case 1:
		c.Metric = event.Square
	case 2:
		c.Metric, c.Enter, c.Leave, c.Cell = event.Cells, 1, 2, event.Vec{X: 12.5, Y: 12.5}
	case 3:
		c.Metric, c.Enter, c.Leave, c.Cell = event.Towers, 15, 0, event.Vec{X: 10, Y: 10}
	case 4:
		c.Metric, c.Max.Z = event.Sphere, 30
	case 5:
		c.Metric, c.Max.Z, c.Height = event.Cylinder, 30, 10
	}
	switch n / 6 % 4 {
	case 1:
		c.Eval = 3
	case 2, 3:
		c.EvalMove = true
	}
	if n/24%2 == 1 {
		c.Despawn = "implicit"
	}
	if n/48%2 == 1 {
		c.Watchers = ""
	}
	return c
}

// server returns a correct server, by number: its options follow from it.
func server(n uint64) analyzetest.Server {
	s := analyzetest.Server{
		Seed: n, Contract: contract(n * 7), Entities: 9, Ticks: 16, Workers: 3,
		Spaces: 1 + int(n/3%2), Operations: n%4 == 1 || n%4 == 2, Eager: n%5 == 3,
		Radii: n%3 == 1, Hide: n%3 != 0, Unnamed: n%8 == 0 && n/3%2 == 0,
	}
	if s.Hide {
		s.Contract.Filters = "recorded"
	}
	if s.Contract.Metric == event.Cells || s.Contract.Metric == event.Towers {
		s.Radii = s.Radii && s.Contract.Metric == event.Cells
	}
	return s
}

func run(t *testing.T, tables *event.Tables, events []event.Event) *analyze.Report {
	t.Helper()
	r, err := analyze.Run(analyzetest.NewSource(tables, events, 0), detectors.All)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// silent fails with the first finding that is certain (or any, if likely).
func silent(t *testing.T, name string, tables *event.Tables, events []event.Event, likely bool) {
	t.Helper()
	r := run(t, tables, events)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Verdict == analyze.Certain || likely {
			t.Errorf("%s: a correct server is blamed: %s\n%s", name, analyzetest.Format(f), shrunk(tables, events, f, likely))
			return
		}
	}
}

func describe(s analyzetest.Server) string {
	return fmt.Sprintf("server %d (sync %d, eval %d/%v, metric %s, despawn %s, ops %v, eager %v, radii %v, hide %v, spaces %d)",
		s.Seed, s.Sync, s.Contract.Eval, s.Contract.EvalMove, event.Metrics[s.Contract.Metric], s.Contract.Despawn, s.Operations, s.Eager, s.Radii, s.Hide, s.Spaces)
}

// shrunk returns a smaller trace with a finding of the same detector, by
// leaving out events that hold nothing together. It is for people: leaving an
// event out may make another, true finding.
func shrunk(tables *event.Tables, events []event.Event, f *analyze.Finding, likely bool) string {
	if len(events) > 400 && os.Getenv("AOI_SHRINK") == "" {
		return fmt.Sprintf("(%d events; AOI_SHRINK=1 makes fewer of them)", len(events))
	}
	bad := func(es []event.Event) bool {
		r, err := analyze.Run(analyzetest.NewSource(tables, es, 0), detectors.All)
		if err != nil {
			return false
		}
		for i := range r.Findings {
			g := &r.Findings[i]
			if g.Detector == f.Detector && (likely || g.Verdict == analyze.Certain) && fmt.Sprint(g.Entities) == fmt.Sprint(f.Entities) {
				return true
			}
		}
		return false
	}
	// Whole entities first: without one, the others' views stay right.
	ids := map[uint64]bool{}
	for i := range events {
		ids[events[i].Entity], ids[events[i].Target] = true, true
	}
	for id := range ids {
		var rest []event.Event
		for _, e := range events {
			if e.Kind.Fields()>>event.FieldEntity&1 != 0 && e.Entity == id || e.Kind.Fields()>>event.FieldTarget&1 != 0 && e.Target == id {
				continue
			}
			rest = append(rest, e)
		}
		if len(rest) < len(events) && bad(rest) {
			events = rest
		}
	}
	for n := 1; n < len(events); n++ {
		if head := events[:n]; bad(head) {
			events = head
			break
		}
	}
	return analyzetest.Text(tables, events)
}

// TestCorrectServerAlone: one goroutine, no fault, nothing to find at all.
func TestCorrectServerAlone(t *testing.T) {
	for n := range uint64(soak(t, 200)) {
		s := server(n)
		r := s.Run()
		silent(t, describe(s), r.Tables, r.Events, true)
	}
}

// TestCorrectServerConcurrent: goroutines with every edge recorded.
func TestCorrectServerConcurrent(t *testing.T) {
	for n := range uint64(soak(t, 200)) {
		s := server(n)
		s.Sync = analyzetest.Locks + analyzetest.Sync(n%4)
		r := s.Run()
		silent(t, describe(s), r.Tables, r.Events, false)
	}
}
