package analyze_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/analyze/analyzetest"
	"github.com/aoi-trace/aoi-trace/event"
)

// permuted returns the events in another order that keeps each stream's own
// and, with edges, happens-before. Without, what follows an event that comes
// later is marked late, as a merger does.
func permuted(rng *rand.Rand, r *analyzetest.Recorded, edges bool) []event.Event {
	n := len(r.Events)
	before := make([]int, n)  // how many must come first
	after := make([][]int, n) // who waits
	last := map[event.StreamID]int{}
	follow := func(a, b int) {
		before[b]++
		after[a] = append(after[a], b)
	}
	for i := range r.Events {
		s := r.Events[i].Stream
		if j, ok := last[s]; ok {
			follow(j, i)
		} else if i > 0 && r.Events[i].Stream != r.Events[0].Stream {
			follow(0, i) // the trace's contract is its first event
		}
		last[s] = i
	}
	if edges {
		for _, e := range r.Edges {
			follow(e[0], e[1])
		}
	}
	ready := []int{0}
	place := make([]int, n)
	var out []event.Event
	pick := 0
	for len(ready) > 0 {
		if rng.IntN(3) == 0 || pick >= len(ready) {
			pick = rng.IntN(len(ready))
		}
		i := ready[pick]
		ready = slices.Delete(ready, pick, pick+1)
		place[i] = len(out)
		out = append(out, r.Events[i])
		for _, j := range after[i] {
			if before[j]--; before[j] == 0 {
				ready = append(ready, j)
				pick = len(ready) - 1
			}
		}
	}
	if len(out) != n {
		panic("the edges of the reference have a cycle")
	}
	if !edges {
		for _, e := range r.Edges {
			if to := &out[place[e[1]]]; place[e[0]] > place[e[1]] {
				switch to.Kind {
				case event.Acquire, event.Recv, event.Join, event.Observe:
					to.Phase, to.Set = 1, to.Set|to.Kind.Bit("late")
				}
			}
		}
	}
	switch rng.IntN(3) {
	case 0:
		at := time.Duration(0)
		for i := range out {
			at += time.Duration(rng.IntN(100_000))
			out[i].Time = at
		}
	case 1:
		for i := range out {
			out[i].Time = 0
		}
	}
	return out
}

var syncKinds = event.SetOf(event.Acquire, event.Release, event.Send, event.Recv, event.Fork, event.Join, event.Publish, event.Observe)

// unsynced leaves out a share of the events that order streams.
func unsynced(rng *rand.Rand, es []event.Event, share float64) []event.Event {
	return slices.DeleteFunc(slices.Clone(es), func(e event.Event) bool {
		return syncKinds.Has(e.Kind) && rng.Float64() < share
	})
}

// gapped replaces stretches of streams by gap events.
func gapped(rng *rand.Rand, tables *event.Tables, es []event.Event, kinds bool) []event.Event {
	byStream := map[event.StreamID][]int{}
	var streams []event.StreamID
	for i := range es {
		s := es[i].Stream
		if byStream[s] == nil {
			streams = append(streams, s)
		}
		if es[i].Kind != event.Trace {
			byStream[s] = append(byStream[s], i)
		}
	}
	lost := map[int]bool{}
	for range 1 + rng.IntN(4) {
		own := byStream[streams[rng.IntN(len(streams))]]
		if len(own) == 0 {
			continue
		}
		from := rng.IntN(len(own))
		to := min(len(own), from+1+rng.IntN(1+rng.IntN(30)))
		only := event.AllKinds
		if rng.IntN(2) == 0 { // a full ring refuses some kinds before others
			only = []event.KindSet{event.SetOf(event.Move), event.SetOf(event.Enter), event.SetOf(event.Leave), event.SetOf(event.Move, event.Spawn, event.Despawn),
				event.SetOf(event.Filter, event.Radius), syncKinds, event.SetOf(event.Begin, event.End), event.SetOf(event.Tick)}[rng.IntN(8)]
		}
		for _, i := range own[from:to] {
			lost[i] = lost[i] || only.Has(es[i].Kind)
		}
	}
	// Each run of losses is told before the stream's next event, or, if that
	// never comes, at the end: at the place of the last loss or later.
	gaps := map[int][]event.Event{} // by the index of the event that they precede
	for _, s := range streams {
		var counts [event.NumKinds]int
		first, last, n := 0, 0, 0
		tell := func(at int) {
			if n == 0 {
				return
			}
			g := event.Event{Kind: event.Gap, Stream: s, Time: es[last].Time, Int: [3]uint64{uint64(n)}}
			if rng.IntN(2) == 0 {
				g.Int[1], g.Int[2] = uint64(es[first].Time), uint64(es[last].Time)
				g.Set |= event.Gap.Bit("from") | event.Gap.Bit("to")
			}
			if kinds {
				var parts []string
				for k, c := range counts {
					if c > 0 {
						parts = append(parts, fmt.Sprintf("%v:%d", event.Kind(k), c))
					}
				}
				g.Str[0] = tables.Str(strings.Join(parts, ","))
				g.Set |= event.Gap.Bit("kinds")
			}
			if rng.IntN(2) == 0 || at < 0 {
				at = last
			}
			gaps[at] = append(gaps[at], g)
			counts, n = [event.NumKinds]int{}, 0
		}
		for _, i := range byStream[s] {
			if !lost[i] {
				tell(i)
				continue
			}
			if n == 0 {
				first = i
			}
			last = i
			counts[es[i].Kind]++
			n++
		}
		tell(-1)
	}
	var out []event.Event
	for i := range es {
		out = append(out, gaps[i]...)
		if !lost[i] {
			out = append(out, es[i])
		}
	}
	return out
}

// midway begins the recording at event n.
func midway(tables *event.Tables, es []event.Event, n int) []event.Event {
	var out []event.Event
	for i := range es {
		switch {
		case es[i].Kind == event.Trace:
			e := es[i]
			e.Str[0] = tables.Str("start=unknown")
			out = append(out, e)
		case i >= n, es[i].Kind == event.Space:
			out = append(out, es[i])
		}
	}
	return out
}

// sampled keeps the entities that the trace says it keeps; of pairs, those of
// whom either or both are kept.
func sampled(tables *event.Tables, es []event.Event, keep func(uint64) bool, both bool) []event.Event {
	var out []event.Event
	for _, e := range es {
		fields := e.Kind.Fields()
		switch {
		case e.Kind == event.Trace:
			e.Str[0] = tables.Str("start=empty sample=0.5")
		case e.Kind == event.Begin || e.Kind == event.End:
		case fields>>event.FieldTarget&1 != 0:
			if w, t := keep(e.Entity), keep(e.Target); both && !(w && t) || !w && !t {
				continue
			}
		case fields>>event.FieldEntity&1 != 0:
			if !keep(e.Entity) {
				continue
			}
		}
		out = append(out, e)
	}
	return out
}

// TestPerturbed: what recording can do to the trace of a correct server gives
// no certain finding: another order, lost events, lost order, a start in
// mid-run, entities left out.
func TestPerturbed(t *testing.T) {
	perturbations := []struct {
		name string
		do   func(*rand.Rand, *analyzetest.Recorded) []event.Event
	}{
		{"order", func(rng *rand.Rand, r *analyzetest.Recorded) []event.Event { return permuted(rng, r, true) }},
		{"order against edges", func(rng *rand.Rand, r *analyzetest.Recorded) []event.Event { return permuted(rng, r, false) }},
		{"edges left out", func(rng *rand.Rand, r *analyzetest.Recorded) []event.Event {
			return unsynced(rng, permuted(rng, r, rng.IntN(2) == 0), []float64{0.1, 0.5, 1}[rng.IntN(3)])
		}},
		{"gaps", func(rng *rand.Rand, r *analyzetest.Recorded) []event.Event {
			return gapped(rng, r.Tables, r.Events, false)
		}},
		{"gaps of known kinds", func(rng *rand.Rand, r *analyzetest.Recorded) []event.Event {
			return gapped(rng, r.Tables, r.Events, true)
		}},
		{"gaps in another order", func(rng *rand.Rand, r *analyzetest.Recorded) []event.Event {
			return gapped(rng, r.Tables, permuted(rng, r, rng.IntN(2) == 0), rng.IntN(2) == 0)
		}},
		{"mid-run", func(rng *rand.Rand, r *analyzetest.Recorded) []event.Event {
			return midway(r.Tables, permuted(rng, r, true), rng.IntN(len(r.Events)))
		}},
		{"mid-run with gaps", func(rng *rand.Rand, r *analyzetest.Recorded) []event.Event {
			return gapped(rng, r.Tables, midway(r.Tables, r.Events, rng.IntN(len(r.Events))), rng.IntN(2) == 0)
		}},
		{"sampled", func(rng *rand.Rand, r *analyzetest.Recorded) []event.Event {
			odd := rng.Uint64N(2)
			return sampled(r.Tables, r.Events, func(id uint64) bool { return id%2 == odd }, rng.IntN(2) == 0)
		}},
	}
	for _, p := range perturbations {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			for n := range uint64(soak(t, 80)) {
				s := server(n)
				s.Sync = analyzetest.Sync(n % 5)
				r := s.Run()
				rng := rand.New(rand.NewPCG(n, 11))
				silent(t, describe(s), r.Tables, p.do(rng, r), false)
				if t.Failed() && n > 20 {
					return
				}
			}
		})
	}
}
