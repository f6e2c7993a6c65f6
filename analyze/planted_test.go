package analyze_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/analyzetest"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/event"
)

// plants says which detectors may name each fault. A fault that is told by
// more than one way of going wrong later lists each; the others may only be
// consequences.
var plants = map[analyzetest.Fault][]string{
	analyzetest.ForgetEnter:  {"missed-enter"},
	analyzetest.ForgetLeave:  {"missed-leave"},
	analyzetest.StrayEnter:   {"spurious-enter", "missed-leave"}, // missed-leave where a teleport or radius excuses the change
	analyzetest.EarlyLeave:   {"spurious-leave", "missed-enter"}, // the same
	analyzetest.DoubleEnter:  {"double-enter"},
	analyzetest.DoubleLeave:  {"stray-leave"},
	analyzetest.UntoldEnter:  {"missed-enter", "stray-leave"},           // stray-leave once the server tells the leave
	analyzetest.UntoldLeave:  {"missed-leave", "double-enter", "ghost"}, // double-enter once it comes back, ghost once it despawns
	analyzetest.SkipDespawn:  {"ghost"},
	analyzetest.IgnoreRadius: {"missed-enter", "missed-leave", "spurious-enter", "spurious-leave"},
	analyzetest.Nowhere:      {"bad-position"},
	analyzetest.Flapping:     {"oscillation"},
}

// TestPlanted: one fault in a trace without any other gives its detector as a
// certain finding about the entities concerned, and no other detector except
// as a consequence.
func TestPlanted(t *testing.T) {
	matrix := map[analyzetest.Fault]map[string]int{}
	for _, fault := range slices.Sorted(maps.Keys(plants)) {
		matrix[fault] = map[string]int{}
		missed, faulty := 0, 0
		for n := range uint64(soak(t, 40)) {
			s := server(n)
			s.Spaces, s.Unnamed = 1, n%2 == 0
			s.Contract.Watchers = "all"
			s.Ticks = 60
			s.Faults = []analyzetest.Fault{fault}
			switch {
			case fault == analyzetest.SkipDespawn:
				s.Contract.Despawn = "explicit"
			case fault == analyzetest.StrayEnter || fault == analyzetest.EarlyLeave:
				s.Eager, s.Hide, s.Contract.Eval = false, false, 0
			case fault == analyzetest.Flapping:
				s.Contract = event.Contract{Enter: 20, Filters: "none", Despawn: "explicit", Watchers: "all", Bounded: true, Max: event.Vec{X: 100, Y: 100}}
				s.Radii, s.Hide, s.Eager = false, false, false
			case fault == analyzetest.IgnoreRadius:
				s.Radii, s.Contract = true, contract(n%2+6*n)
				s.Contract.Watchers, s.Contract.Filters = "all", "recorded"
			}
			s.Sync = analyzetest.Sync(n % 5)
			if fault == analyzetest.Flapping {
				s.Sync = analyzetest.Alone
			}
			r := s.Run()
			if len(r.Planted) == 0 {
				continue
			}
			faulty++
			rep := run(t, r.Tables, r.Events)
			found := false
			for i := range rep.Findings {
				f := &rep.Findings[i]
				if f.Verdict != analyze.Certain {
					matrix[fault]["likely "+f.Detector]++
					continue
				}
				matrix[fault][f.Detector]++
				for _, c := range f.Consequences {
					matrix[fault]["("+c.Detector+")"]++
				}
				if !slices.Contains(plants[fault], f.Detector) {
					t.Errorf("%s, %s: unwanted %s", fault, describe(s), analyzetest.Format(f))
					continue
				}
				found = found || cites(r, f)
			}
			if !found {
				missed++
				matrix[fault]["nothing"]++
				if testing.Verbose() {
					p := r.Planted[0]
					t.Logf("%s, %s: not found: %d→%d, at %s", fault, describe(s), p.W, p.T, event.AppendText(nil, r.Tables, &r.Events[p.Index]))
				}
			}
		}
		if faulty < 10 || 5*missed > faulty {
			t.Errorf("%s: %d of %d faults have no certain finding that cites them", fault, missed, faulty)
		}
	}
	var names []string
	for _, d := range detectors.All {
		names = append(names, d.Name)
	}
	var b strings.Builder
	for _, fault := range slices.Sorted(maps.Keys(matrix)) {
		fmt.Fprintf(&b, "\n%-14s", fault)
		for _, what := range slices.Sorted(maps.Keys(matrix[fault])) {
			fmt.Fprintf(&b, " %s=%d", what, matrix[fault][what])
		}
	}
	t.Logf("planted fault, and what named it; (consequences) in brackets; detectors: %v%s", names, b.String())
}

// cites reports whether the finding is about the planted entities and, where
// the fault is an event that is there, has that event as evidence.
func cites(r *analyzetest.Recorded, f *analyze.Finding) bool {
	for _, p := range r.Planted {
		e := &r.Events[p.Index]
		switch p.Fault {
		case analyzetest.StrayEnter, analyzetest.EarlyLeave, analyzetest.DoubleEnter, analyzetest.DoubleLeave, analyzetest.SkipDespawn,
			analyzetest.Nowhere:
			text := string(event.AppendBody(nil, r.Tables, e))
			for _, x := range f.Evidence {
				if x.Text == text && x.Time == analyze.Seconds(e.Time) {
					return true
				}
			}
		case analyzetest.IgnoreRadius:
			if slices.Contains(f.Entities, fmt.Sprint(p.W)) {
				return true
			}
		default:
			if slices.Equal(f.Entities, []string{fmt.Sprint(p.W), fmt.Sprint(p.T)}) {
				return true
			}
		}
	}
	return false
}
