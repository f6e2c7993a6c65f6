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
