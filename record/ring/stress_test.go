package ring

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// TestConcurrent writes some laps of rings of their own and of shared ones
// while a reader drains, and checks each event's content, its order, that its
// time lies between the reader's clock before and after, and that what was
// emitted is what came and what was told as lost.
func TestConcurrent(t *testing.T) {
	for _, dir := range dirs(t) {
		for _, limit := range []int64{0, 600 << 10} {
			for _, patient := range []bool{true, false} {
				t.Run(fmt.Sprintf("limit=%d/patient=%t", limit, patient), func(t *testing.T) {
					concurrent(t, Config{Dir: dir(), Limit: limit}, patient)
				})
			}
		}
	}
}

// concurrent runs streams that, when patient, wait for the reader now and
// then, so that nothing is lost.
func concurrent(t *testing.T, cfg Config, patient bool) {
	const streams = 6
	events := uint64(100_000)
	if racing || testing.Short() {
		events = 10_000
	}
	p := newPool(t, cfg)
	begin := p.clock.now()
	var emitted [streams]uint64
	var wg sync.WaitGroup
	for i := range streams {
		w := start(p, fmt.Sprint("s", i))
		wg.Add(1)
		go func() {
			defer wg.Done()
			emitted[i] = scenario(p, w, uint64(i), events, patient)
		}()
	}
	done := make(chan bool)
	go func() { wg.Wait(); p.Close(); close(done) }()

	tables := event.NewTables()
	check := newChecker(t, tables)
	readers := map[string]*Reader{}
	scan := func() {
		paths, err := List(cfg.Dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if readers[path] == nil {
				r, err := OpenReader(path, tables)
				if err != nil {
					t.Fatal(err)
				}
				readers[path] = r
			}
		}
	}
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			time.Sleep(200 * time.Microsecond)
		}
		scan()
		for _, r := range readers {
			if _, err := r.Drain(check.event); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, r := range readers {
		if _, err := r.Finish(check.event); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	var all, lost uint64
	for i := range streams {
		s := check.stream(fmt.Sprint("s", i))
		if s.came+s.lost != emitted[i] {
			t.Errorf("stream %d: %d emitted, %d came, %d told as lost", i, emitted[i], s.came, s.lost)
		}
		if s.first < begin || s.last > p.clock.now() {
			t.Errorf("stream %d: events from %d to %d, run from %d", i, s.first, s.last, begin)
		}
		all += emitted[i]
		lost += s.lost
	}
	if patient && lost != 0 {
		t.Errorf("%d events were lost", lost)
	}
	t.Logf("%d events in %d rings, %.1f %% lost", all, len(readers), 100*float64(lost)/float64(all))
}

// scenario emits n times something; each event carries its number, so that a
// checker can tell a wrong one. It returns how many events it emitted.
func scenario(p *Pool, w *Writer, seed, n uint64, patient bool) (count uint64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	h := w.ring
	if w.shared != nil {
		h = w.shared.w.ring
	}
	for i := range n {
		for patient && i%50 == 0 && h.h.cursor.Load()-h.h.read.Load() > h.h.size/8 {
			time.Sleep(100 * time.Microsecond)
		}
		switch k := rnd.IntN(100); {
		case k < 40:
			w.Enter(count, count^seed)
		case k < 70:
			w.Move(count, float64(count), float64(float32(count)/3), float64(count)/3)
		case k < 80:
			w.Begin(p.Name(fmt.Sprint("op", count%3000)), count)
		case k < 90:
			w.Tick(count)
		case k < 91:
			w.View(count, count, []uint64{count, count + 1<<40, 0})
		case k < 92:
			w.Note(strings.Repeat(fmt.Sprint(count, ","), rnd.IntN(300)+1))
		case k < 95:
			w.Batch()
			for range rnd.IntN(50) {
				w.Leave(count, count^seed)
				count++
			}
			w.PublishBatch()
			continue
		case k < 96:
			w.In(seed + 7)
			w.Despawn(count)
		default:
			w.Acquire(p.Name("lock"), Exclusive, count)
		}
		count++
	}
	return count
}

// A checker checks what scenario emitted.
type checker struct {
	t  testing.TB
	in *event.Tables
	by map[event.StreamID]*checked
}

type checked struct {
	seed        uint64
	came, lost  uint64
	first, last int64
}

func newChecker(t testing.TB, in *event.Tables) *checker {
	return &checker{t, in, map[event.StreamID]*checked{}}
}

func (c *checker) stream(name string) *checked { return c.of(c.in.Stream(name)) }

func (c *checker) of(id event.StreamID) *checked {
	s := c.by[id]
	if s == nil {
		s = &checked{}
		fmt.Sscanf(c.in.StreamName(id), "s%d", &s.seed)
		c.by[id] = s
	}
	return s
}

func (c *checker) event(e *event.Event) {
	s := c.of(e.Stream)
	if e.Kind == event.Gap {
		s.lost += e.Int[0]
		if e.Int[0] == 0 || int64(e.Int[1]) < s.last || e.Int[2] < e.Int[1] || int64(e.Time) < int64(e.Int[2]) {
			c.t.Errorf("a gap that cannot be: %s after %d", event.AppendBody(nil, c.in, e), s.last)
		}
		s.last = int64(e.Time)
		return
	}
	n := s.came + s.lost // its number, if moves alone are not lost out of turn
	if s.came == 0 {
		s.first = int64(e.Time)
	}
	s.came++
	want := event.Event{Time: e.Time, Kind: e.Kind, Stream: e.Stream, Set: e.Set, Space: e.Space, Entity: n}
	str := func(s string) event.Str {
		if i, ok := c.in.Strings.Find(s); ok {
			return event.Str(i)
		}
		return ^event.Str(0)
	}
	switch e.Kind {
	case event.Enter, event.Leave:
		want.Target = n ^ s.seed
	case event.Move:
		want.Pos = event.Vec{X: float64(n), Y: float64(float32(n) / 3), Z: float64(n) / 3}
	case event.Begin:
		want.Str[0] = str(fmt.Sprint("op", n%3000))
	case event.Tick:
		want.Entity, want.Int[0] = 0, n
	case event.View:
		want.Int[0], want.Str[0] = n, str(fmt.Sprintf("%d,%d,0", n, n+1<<40))
	case event.Note:
		want.Entity, want.Str[0] = 0, e.Str[0]
		part := fmt.Sprint(n, ",")
		text := c.in.Text(e.Str[0])
		if text != strings.Repeat(part, len(text)/len(part)) {
			c.t.Errorf("note %d is %.50q", n, text)
		}
	case event.Despawn:
		if e.Space != s.seed+7 {
			c.t.Errorf("event %d is in space %d, want %d", n, e.Space, s.seed+7)
		}
	case event.Acquire:
		want.Entity, want.Int[0], want.Mode, want.Str[0] = 0, n, 1, str("lock")
	}
	if *e != want {
		c.t.Errorf("event %d of stream %d: got %+v, want %+v", n, s.seed, *e, want)
		c.t.FailNow()
	}
	if int64(e.Time) < s.last {
		c.t.Errorf("event %d: time goes back", n)
	}
	s.last = int64(e.Time)
}
