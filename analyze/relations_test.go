package analyze_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/analyzetest"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/event"
)

// faulty returns the trace of a server that does everything wrong at times.
func faulty(n uint64) *analyzetest.Recorded {
	s := server(n)
	s.Ticks, s.Rate = 40, 0.03
	for f := range plants {
		s.Faults = append(s.Faults, f)
	}
	slices.Sort(s.Faults)
	return s.Run()
}

func report(t *testing.T, r *analyze.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSplit: stretches of a trace, cut anywhere and joined, give the same
// bytes as the whole.
func TestSplit(t *testing.T) {
	findings := 0
	for n := range uint64(soak(t, 20)) {
		r := faulty(n)
		ds := detectors.All
		whole, err := analyze.Run(r.Source(0), ds)
		if err != nil {
			t.Fatal(err)
		}
		findings += len(whole.Findings)
		want := report(t, whole)
		rng := rand.New(rand.NewPCG(n, 5))
		for _, parts := range []int{1, 2, 3, 7} {
			var cuts []int
			for range parts - 1 {
				cuts = append(cuts, rng.IntN(len(r.Events)+1))
			}
			sort.Ints(cuts)
			if got := report(t, analyze.RunSplit(r.Tables, r.Events, cuts, ds)); got != want {
				t.Errorf("server %d cut at %v of %d events: the report differs: %s", n, cuts, len(r.Events), difference(got, want))
				return
			}
		}
	}
	if findings == 0 {
		t.Error("no finding at all: the test is empty")
	}
}

func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			from := max(0, i-12)
			return fmt.Sprintf("line %d\ngot:\n%s\nwant:\n%s", i+1, strings.Join(g[from:min(len(g), i+8)], "\n"), strings.Join(w[from:min(len(w), i+8)], "\n"))
		}
	}
	return "one is longer"
}

// verdicts are what a report says, without figures: detector, entities,
// verdict, count and times of each finding.
func verdicts(r *analyze.Report, id func(uint64) uint64, shift time.Duration) []string {
	var out []string
	for i := range r.Findings {
		f := &r.Findings[i]
		var ids []string
		for _, e := range f.Entities {
			v, _ := strconv.ParseUint(e, 10, 64)
			ids = append(ids, strconv.FormatUint(id(v), 10))
		}
		out = append(out, fmt.Sprint(f.Detector, " ", f.Verdict, " space ", f.Space, " ", ids, " ×", f.Count, " pairs ", f.Pairs,
			" ", time.Duration(f.Start)+shift, " ", time.Duration(f.End)+shift, " ", len(f.Evidence), " ", consequences(f)))
	}
	sort.Strings(out)
	return out
}

func consequences(f *analyze.Finding) (out []string) {
	for _, c := range f.Consequences {
		out = append(out, fmt.Sprint(c.Detector, " ×", c.Count))
	}
	return out
}

// TestMetamorphic: what must not matter does not.
func TestMetamorphic(t *testing.T) {
	same := func(id uint64) uint64 { return id }
	// Keeps the order of identifiers, so that the first pair stays the first.
	renumber := func(id uint64) uint64 {
		if id == 0 {
			return 0
		}
		return 1<<40 + 1_000_003*id
	}
	for n := range uint64(soak(t, 20)) {
		r := faulty(n)
		base := run(t, r.Tables, r.Events)
		each := func(f func(*event.Event)) []event.Event {
			es := slices.Clone(r.Events)
			for i := range es {
				f(&es[i])
			}
			return es
		}
		const shift = 90 * time.Minute
		for _, c := range []struct {
			name   string
			events []event.Event
			id     func(uint64) uint64
			shift  time.Duration
		}{
			{"renumbered", each(func(e *event.Event) {
				if fields := e.Kind.Fields(); fields>>event.FieldEntity&1 != 0 {
					e.Entity = renumber(e.Entity)
					if fields>>event.FieldTarget&1 != 0 {
						e.Target = renumber(e.Target)
					}
				}
			}), renumber, 0},
			{"later", each(func(e *event.Event) { e.Time += shift }), same, shift},
			{"axes swapped", each(func(e *event.Event) { e.Pos.X, e.Pos.Y = e.Pos.Y, e.Pos.X }), same, 0},
			{"a bystander far away", bystander(r), same, 0},
		} {
			want, got := verdicts(base, c.id, c.shift), verdicts(run(t, r.Tables, c.events), same, 0)
			if !slices.Equal(got, want) {
				t.Errorf("server %d, %s:\ngot  %s\nwant %s", n, c.name, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
				return
			}
		}
	}
}

// bystander adds a space with an entity in it, and remarks: nobody can see it.
func bystander(r *analyzetest.Recorded) []event.Event {
	var out []event.Event
	spaces, t := 0, r.Tables
	for _, e := range r.Events {
		out = append(out, e)
		if e.Kind == event.Space {
			spaces++
		}
		// After the last declaration, so that events without space= keep theirs.
		if e.Kind == event.Tick && e.Int[0] == 1 && spaces > 0 {
			spaces = 0
			far := event.Event{Stream: e.Stream, Time: e.Time, Space: 99}
			add := func(k event.Kind, f func(*event.Event)) {
				x := far
				x.Kind = k
				if k != event.Space {
					x.Set = k.Bit("space")
				}
				f(&x)
				out = append(out, x)
			}
			add(event.Space, func(x *event.Event) { x.Str[0] = t.Str("metric=circle enter=5 eval=tick:1 filters=none watchers=all") })
			add(event.Spawn, func(x *event.Event) { x.Entity, x.Pos = 1, event.Vec{X: 1e6} })
			add(event.Move, func(x *event.Event) { x.Entity, x.Pos = 1, event.Vec{X: 2e6} })
		}
	}
	return out
}
