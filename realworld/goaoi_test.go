package realworld_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/realworld/oracle"
)

// TestHealthy is the silence that is required: an AOI that is right, a
// workload with teleports, half a million events, and not one finding.
func TestHealthy(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
	}{
		{"whole numbers", nil},
		{"float32", []string{"-float", "-seed", "2"}},
		{"towers by their own contract", []string{"-manager", "tower", "-tower", "50", "-contract", "towers"}},
		{"small towers", []string{"-manager", "tower", "-tower", "10", "-contract", "towers", "-float"}},
		{"large towers", []string{"-manager", "tower", "-tower", "100", "-contract", "towers", "-float"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, o := recordGoaoi(t, test.args...)
			if !o.Silent() {
				t.Fatalf("brute force itself disagrees: %d wrong, %d flapping", len(o.Wrong), len(o.Flapping))
			}
			a.wantNone(t, o)
			a.wantLossless(t, o)
			if p, r := a.metric(t, "precision"), a.metric(t, "recall"); p != 1 || r != 1 {
				t.Errorf("got precision %v and recall %v, want 1 and 1", p, r)
			}
		})
	}
}

// TestUndeclared says of a world without a contract that it cannot know.
func TestUndeclared(t *testing.T) {
	a, o := recordGoaoi(t, "-contract", "none", "-ticks", "5")
	a.wantNone(t, o)
	unknown := map[string]bool{}
	for _, u := range a.Unknown {
		unknown[u.Detector] = true
	}
	for _, detector := range []string{"missed-enter", "missed-leave", "spurious-enter", "spurious-leave"} {
		if !unknown[detector] {
			t.Errorf("%s does not say that it cannot know: unknown are %v", detector, a.Unknown)
		}
	}
}

// TestRecorded plays real movement: nothing is found but what brute force
// confirms.
func TestRecorded(t *testing.T) {
	for _, workload := range []string{"crowd", "football", "game"} {
		t.Run(workload, func(t *testing.T) {
			for _, file := range needData(t, workload) {
				t.Run(file, func(t *testing.T) {
					a, o := recordGoaoi(t, "-workload", workload, "-file", file)
					a.wantLossless(t, o)
					a.wantConfirmed(t, o)
					a.wantFlapping(t, o)
				})
			}
		})
	}
}

// TestFlicker finds what go-aoi does while nobody moves: the pair at the
// radius changes with each call, because float32 subtraction from one end
// and addition from the other disagree.
func TestFlicker(t *testing.T) {
	for _, workload := range []string{"flicker", "pair"} {
		t.Run(workload, func(t *testing.T) {
			a, o := recordGoaoi(t, "-workload", workload)
			if len(o.Flapping) == 0 || len(o.Wrong) > 0 {
				t.Fatalf("brute force sees %d flapping pairs and %d wrong ones, want some and none", len(o.Flapping), len(o.Wrong))
			}
			a.wantLossless(t, o)
			a.wantConfirmed(t, o)
			a.wantFlapping(t, o)
			if a.exit != 1 || a.count("oscillation") == 0 {
				t.Errorf("got exit code %d and %d oscillations, want 1 and some", a.exit, a.count("oscillation"))
			}
		})
	}
}

// TestRadius finds that the cross list ignores radii of single entities.
func TestRadius(t *testing.T) {
	a, o := recordGoaoi(t, "-workload", "radius")
	a.wantLossless(t, o)
	a.wantConfirmed(t, o)
	a.wantQuality(t, o, 0.62, 0.53)
	if a.exit != 1 || a.count("missed-enter") == 0 || a.count("spurious-enter") == 0 {
		t.Errorf("got exit code %d, %d missed-enter and %d spurious-enter, want 1 and some of both",
			a.exit, a.count("missed-enter"), a.count("spurious-enter"))
	}
}

// TestTowers holds towers to the square that they stand for: they show more
// than it, the more the larger they are.
func TestTowers(t *testing.T) {
	for _, test := range []struct {
		tower     string
		precision float64
	}{{"10", 0.91}, {"50", 0.65}, {"100", 0.45}} {
		t.Run(test.tower, func(t *testing.T) {
			a, o := recordGoaoi(t, "-manager", "tower", "-tower", test.tower)
			a.wantLossless(t, o)
			a.wantConfirmed(t, o)
			a.wantQuality(t, o, test.precision, 1)
			if a.exit != 1 || a.count("spurious-enter") == 0 {
				t.Errorf("got exit code %d and %d spurious-enter, want 1 and some", a.exit, a.count("spurious-enter"))
			}
		})
	}
}

func (a *analysis) count(detector string) int {
	n := 0
	for _, f := range a.Findings {
		if f.Detector == detector {
			n++
		}
	}
	return n
}

// cases returns how often a detector's findings happened.
func (a *analysis) cases(detector string) int {
	n := 0
	for _, f := range a.Findings {
		if f.Detector == detector {
			n += f.Count
		}
	}
	return n
}

// wantNone wants no finding, but for a target that really goes back and forth
// at a border, which is likely an oscillation and no more.
func (a *analysis) wantNone(t *testing.T, o *oracle.Report) {
	t.Helper()
	v := index(o)
	wrong := 0
	for _, f := range a.Findings {
		if f.Detector == "oscillation" && f.Verdict == "likely" && v.confirms(f.Detector, f.named(t)[0], false) {
			t.Logf("%s (%s) of %d pairs: %s", f.Detector, f.Verdict, f.Pairs, f.Message)
			continue
		}
		if wrong++; wrong <= 5 {
			t.Errorf("found %s (%s): %s", f.Detector, f.Verdict, f.Message)
		}
	}
	if a.exit != 0 || wrong > 0 {
		t.Errorf("got exit code %d and %d findings, want 0 and none", a.exit, wrong)
	}
}

// wantLossless checks that the file holds every event that the server gave.
func (a *analysis) wantLossless(t *testing.T, o *oracle.Report) {
	t.Helper()
	c := o.Counts
	least := uint64(c.Ticks + c.Spawns + c.Moves + c.Despawns + c.Enters + c.Leaves)
	if a.Loss.Events != 0 || a.Trace.Events < least {
		t.Errorf("got %d events and %d lost, want %d or more and none", a.Trace.Events, a.Loss.Events, least)
	}
}

// wantQuality checks analyze's metrics against brute force, exactly, and
// against what is known of go-aoi, roughly.
func (a *analysis) wantQuality(t *testing.T, o *oracle.Report, precision, recall float64) {
	t.Helper()
	p, r := a.metric(t, "precision"), a.metric(t, "recall")
	if math.Abs(p-o.Precision) > 1e-3 || math.Abs(r-o.Recall) > 1e-3 {
		t.Errorf("got precision %.4f and recall %.4f, brute force says %.4f and %.4f", p, r, o.Precision, o.Recall)
	}
	if math.Abs(p-precision) > 0.02 || math.Abs(r-recall) > 0.02 {
		t.Errorf("got precision %.4f and recall %.4f, want about %v and %v", p, r, precision, recall)
	}
}

// verdicts are brute force's, by pair.
type verdicts struct{ missing, extra, flapping, reversing, doubles, strays, ghosts map[oracle.Pair]bool }

func index(o *oracle.Report) verdicts {
	set := func(pairs []oracle.Pair) map[oracle.Pair]bool {
		m := map[oracle.Pair]bool{}
		for _, p := range pairs {
			m[p] = true
		}
		return m
	}
	v := verdicts{set(nil), set(nil), set(nil), set(nil), set(o.DoubleEnters), set(o.StrayLeaves), set(o.Ghosts)}
	for _, w := range o.Wrong {
		if w.What == "missing" {
			v.missing[w.Pair] = true
		} else {
			v.extra[w.Pair] = true
		}
	}
	for _, f := range o.Flapping {
		v.flapping[f.Pair] = true
	}
	for _, f := range o.Reversing {
		v.reversing[f.Pair] = true
	}
	return v
}

// confirms reports whether brute force saw what detector says of p. What it
// says with certainty of a pair that flaps is that it stays near the border.
func (v *verdicts) confirms(detector string, p oracle.Pair, certain bool) bool {
	back := oracle.Pair{Watcher: p.Target, Target: p.Watcher}
	switch detector {
	case "missed-enter", "spurious-leave":
		return v.missing[p]
	case "missed-leave", "spurious-enter":
		return v.extra[p]
	case "asymmetry":
		return v.missing[p] || v.extra[p] || v.missing[back] || v.extra[back]
	case "oscillation":
		if certain {
			return v.flapping[p] || v.flapping[back]
		}
		return v.reversing[p] || v.reversing[back]
	case "double-enter":
		return v.doubles[p]
	case "stray-leave":
		return v.strays[p]
	case "ghost":
		return v.ghosts[p]
	}
	return false
}

// all returns the pairs that confirm findings of detector.
func (v *verdicts) all(detector string) map[oracle.Pair]bool {
	switch detector {
	case "missed-enter", "spurious-leave":
		return v.missing
	case "missed-leave", "spurious-enter":
		return v.extra
	case "oscillation":
		return v.reversing
	}
	return nil
}

// wantConfirmed checks that every finding is one that brute force shares, for
// the pairs that it names, and that it is not about more pairs.
func (a *analysis) wantConfirmed(t *testing.T, o *oracle.Report) {
	t.Helper()
	v := index(o)
	for _, f := range a.Findings {
		for i, p := range f.named(t) {
			// A certain finding may stand first for others that are likely.
			if !v.confirms(f.Detector, p, i == 0 && f.Verdict == "certain") {
				t.Errorf("brute force does not confirm %s (%s) of %v: %s", f.Detector, f.Verdict, p, f.Message)
			}
		}
		if most := v.all(f.Detector); most != nil && f.Pairs > len(most) {
			t.Errorf("%s is about %d pairs, brute force confirms %d", f.Detector, f.Pairs, len(most))
		}
	}
}

// wantFlapping checks that every pair that flaps clearly is found.
func (a *analysis) wantFlapping(t *testing.T, o *oracle.Report) {
	t.Helper()
	clear := map[oracle.Pair]bool{} // either end names a pair
	for _, f := range o.Flapping {
		if f.Reversals > 10 {
			p := f.Pair
			if p.Watcher > p.Target {
				p.Watcher, p.Target = p.Target, p.Watcher
			}
			clear[p] = true
		}
	}
	pairs := 0
	for _, f := range a.Findings {
		if f.Detector == "oscillation" {
			pairs += f.Pairs
		}
	}
	if pairs < len(clear) {
		t.Errorf("got oscillations of %d pairs, want %d or more", pairs, len(clear))
	}
}

// named returns the pairs, watcher and target, that a finding names: its
// first, and others written as in "3→4 ×2".
func (f *finding) named(t *testing.T) []oracle.Pair {
	t.Helper()
	if len(f.Entities) < 2 {
		t.Fatalf("%s names %v, want a watcher and a target", f.Detector, f.Entities)
	}
	var pairs []oracle.Pair
	for _, text := range append([]string{f.Entities[0] + "→" + f.Entities[1]}, f.Also...) {
		text, _, _ = strings.Cut(text, " ")
		w, target, _ := strings.Cut(text, "→")
		var p oracle.Pair
		var err1, err2 error
		p.Watcher, err1 = strconv.ParseUint(w, 10, 64)
		p.Target, err2 = strconv.ParseUint(target, 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s names %q, want a watcher and a target", f.Detector, text)
		}
		pairs = append(pairs, p)
	}
	return pairs
}
