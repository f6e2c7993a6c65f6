package ring

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// TestOverflow fills rings that nobody reads. Gaps must tell to the event, by
// kind, what is missing; moves must be refused first.
func TestOverflow(t *testing.T) {
	n := 100_000
	if racing {
		n = 20_000
	}
	for _, limit := range []int64{1 << 20, 200 << 10} {
		p := newPool(t, Config{Limit: limit})
		w := start(p, "s0")
		if limit < 1<<20 != (w.shared != nil) {
			t.Fatalf("limit %d: shared ring: %v", limit, w.shared != nil)
		}
		tables := event.NewTables()
		r, err := OpenReader(mustList(t, p.cfg.Dir)[0], tables)
		if err != nil {
			t.Fatal(err)
		}
		var emitted, came, told [event.NumKinds]uint64
		var gaps, whole int
		read := func(e *event.Event) {
			if e.Kind != event.Gap {
				came[e.Kind]++
				return
			}
			gaps++
			var sum uint64
			for _, part := range strings.Split(tables.Text(e.Str[0]), ",") {
				name, n, _ := strings.Cut(part, ":")
				var count uint64
				fmt.Sscan(n, &count)
				k, _ := event.KindNamed(name)
				told[k] += count
				sum += count
			}
			if sum != e.Int[0] {
				t.Errorf("%s: the kinds are %d together", event.AppendBody(nil, tables, e), sum)
			}
		}
		refused := false // a move, while the rest was taken
		for round := range 5 {
			for range n {
				w.Move(1, 0.1, 0.2, 0.3)
				w.Enter(1, 2)
				w.Note("a remark")
				emitted[event.Move]++
				emitted[event.Enter]++
				emitted[event.Note]++
			}
			if round < 3 {
				if _, err := r.Drain(read); err != nil {
					t.Fatal(err)
				}
				refused = refused || came[event.Enter] > came[event.Move]
			}
			whole++
		}
		w.Tick(9) // still lost: rounds 3 and 4 filled the ring
		emitted[event.Tick]++
		p.Close()
		if _, err := r.Finish(read); err != nil {
			t.Fatal(err)
		}
		if !refused {
			t.Error("moves were not refused before other events")
		}
		for k := range emitted {
			if came[k]+told[k] != emitted[k] {
				t.Errorf("%s: %d emitted, %d came, %d told as lost", event.Kind(k), emitted[k], came[k], told[k])
			}
		}
		if n, err := r.Finish(read); n != 0 || err != nil {
			t.Errorf("finishing again: got %d events, %v", n, err)
		}
		r.Close()
	}
}

// TestWait emits far more than rings hold, first with a reader and then
// without one: nothing may be lost while somebody reads, and the wait for a
// reader that is gone must end.
func TestWait(t *testing.T) {
	for _, limit := range []int64{0, 200 << 10} {
		p := newPool(t, Config{Limit: limit, Wait: true})
		w := start(p, "zone")
		const n = 300_000
		done := make(chan bool)
		go func() {
			for i := range uint64(n) {
				w.Move(i, 0.1, 0.2, 0.3)
			}
			close(done)
		}()
		tables := event.NewTables()
		r, err := OpenReader(mustList(t, p.cfg.Dir)[0], tables)
		if err != nil {
			t.Fatal(err)
		}
		var came, lost uint64
		count := func(e *event.Event) {
			if e.Kind == event.Gap {
				lost += e.Int[0]
				return
			}
			if e.Entity != came {
				t.Errorf("got entity %d, want %d", e.Entity, came)
			}
			came++
		}
		for running := true; running; {
			select {
			case <-done:
				running = false
			case <-time.After(time.Millisecond):
			}
			if _, err := r.Drain(count); err != nil {
				t.Fatal(err)
			}
		}
		if came != n || lost != 0 {
			t.Errorf("%d came and %d were lost of %d", came, lost, n)
		}
		begin := time.Now()
		for range n {
			w.Move(came, 0.1, 0.2, 0.3)
		}
		if d := time.Since(begin); d < patience || d > 20*patience {
			t.Errorf("without a reader the events took %v, want a little more than %v", d, patience)
		}
		p.Close()
		came = 0
		counted := func(e *event.Event) {
			if e.Kind == event.Gap {
				lost += e.Int[0]
			} else {
				came++
			}
		}
		if _, err := r.Finish(counted); err != nil || came+lost != n {
			t.Errorf("%v; %d came and %d were lost of %d", err, came, lost, n)
		}
	}
}

// TestManyLosers lets more streams lose events than a shared ring has slots.
func TestManyLosers(t *testing.T) {
	p := newPool(t, Config{Limit: 400 << 10})
	ws := make([]*Writer, 3*maxSlots)
	var emitted, came, lost uint64
	for i := range ws {
		ws[i] = start(p, "crowd")
	}
	c := newCollected()
	var readers []*Reader
	for _, path := range mustList(t, p.cfg.Dir) {
		r, err := OpenReader(path, c.t)
		if err != nil {
			t.Fatal(err)
		}
		readers = append(readers, r)
	}
	count := func(e *event.Event) {
		if e.Kind == event.Gap {
			lost += e.Int[0]
		} else {
			came++
		}
	}
	for round := range 4 {
		for i := range 100 * len(ws) {
			ws[i*7%len(ws)].Enter(uint64(i), 2)
			emitted++
		}
		for _, r := range readers {
			if _, err := r.Drain(count); err != nil {
				t.Fatal(err)
			}
		}
		ws[round].Close()
	}
	p.Close()
	for _, r := range readers {
		if _, err := r.Finish(count); err != nil {
			t.Fatal(err)
		}
	}
	if came+lost != emitted || lost == 0 {
		t.Errorf("%d emitted, %d came, %d told as lost", emitted, came, lost)
	}
}
