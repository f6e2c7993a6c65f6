package world_test

import (
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// TestForgottenPairIsNotOut: the pairs of a watcher that despawned are of
// unknown state, and stay so when they are forgotten to save room. Its leaves,
// which may come late, are no stray leaves.
func TestForgottenPairIsNotOut(t *testing.T) {
	tables := event.NewTables()
	b := event.NewBlock(tables, 1)
	w := world.New(nil)
	var seq event.Sequencer
	now := time.Duration(0)
	apply := func(e event.Event) *world.Step {
		e.Stream, e.Time = tables.Stream("z"), now
		seq.Assign(&e)
		b.Reset()
		b.Append(&e)
		return w.Apply(b, 0)
	}
	apply(event.Event{Kind: event.Trace, Int: [3]uint64{1}, Str: [3]event.Str{tables.Str("start=empty")}})
	const n = 200
	for e := range uint64(n) {
		apply(event.Event{Kind: event.Spawn, Entity: e})
	}
	all := func(k event.Kind, watchers ...uint64) {
		for _, x := range watchers {
			for y := range uint64(n) {
				if x != y {
					apply(event.Event{Kind: k, Entity: x, Target: y})
				}
			}
		}
	}
	for e := range uint64(n) {
		all(event.Enter, e)
	}
	apply(event.Event{Kind: event.Despawn, Entity: 7})
	now += time.Minute
	for e := range uint64(n) {
		if e != 7 {
			all(event.Leave, e)
			now += time.Second
		}
	}
	all(event.Enter, 3)
	all(event.Leave, 3)
	for y := range uint64(n) {
		if y == 7 {
			continue
		}
		if st := apply(event.Event{Kind: event.Leave, Entity: 7, Target: y}); st.Was.State != world.Unknown {
			t.Fatalf("leave w=7 t=%d of a despawned watcher found the pair %v, want unknown", y, st.Was.State)
		}
	}
	if st := apply(event.Event{Kind: event.Leave, Entity: 3, Target: 4}); st.Was.State != world.Out {
		t.Errorf("leave w=3 t=4, left before, found the pair %v, want out", st.Was.State)
	}
}
