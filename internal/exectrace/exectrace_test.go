//go:build linux

package exectrace_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	rtrace "runtime/trace"
	"strings"
	"sync"
	"testing"
	"time"

	exptrace "golang.org/x/exp/trace"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/internal/exectrace"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/trace"
)

// A run is a recording of this process with its execution trace.
type run struct {
	exec   []byte
	zero   time.Duration
	times  map[string][]time.Duration // of the events of each stream
	marked map[string]time.Duration   // of notes, by text
}

// recorded records what f does.
func recorded(t *testing.T, f func(rec *record.Recorder)) *run {
	t.Helper()
	if rtrace.IsEnabled() {
		t.Skip("the test itself is being traced")
	}
	t.Setenv(record.ExecTraceEnv, "1")
	path := filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path)
	if err != nil {
		t.Fatal(err)
	}
	f(rec)
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var exec bytes.Buffer
	r, err := trace.NewReader(in, trace.WithAttachments(func(a trace.Attachment) io.Writer {
		if a.Name != record.ExecTraceName {
			return nil
		}
		return &exec
	}))
	if err != nil {
		t.Fatal(err)
	}
	out := &run{times: map[string][]time.Duration{}, marked: map[string]time.Duration{}}
	if err := event.Each(r, func(tables *event.Tables, e event.Event) bool {
		name := tables.StreamName(e.Stream)
		out.times[name] = append(out.times[name], e.Time)
		if e.Kind == event.Note {
			out.marked[tables.Text(e.Str[0])] = e.Time
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	out.exec = exec.Bytes()
	st := r.Stats()
	if len(st.Attachments) != 1 {
		t.Fatalf("attached are %+v", st.Attachments)
	}
	zero, ok := exectrace.Zero(st.Attachments[0].Type)
	if !ok {
		t.Fatalf("the media type %q tells no time", st.Attachments[0].Type)
	}
	out.zero = zero
	return out
}

func (r *run) read(t *testing.T) *exectrace.Trace {
	t.Helper()
	tr, err := exectrace.Read(bytes.NewReader(r.exec), r.zero)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// logs returns the times of runtime/trace's own log messages, by text, and
// the goroutine that wrote them, on the clock of the trace.
func (r *run) logs(t *testing.T) (map[string]time.Duration, map[string]int64) {
	t.Helper()
	in, err := exptrace.NewReader(bytes.NewReader(r.exec))
	if err != nil {
		t.Fatal(err)
	}
	at, by := map[string]time.Duration{}, map[string]int64{}
	var shift time.Duration
	known := false
	for {
		e, err := in.ReadEvent()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e.Kind() {
		case exptrace.EventSync:
			if c := e.Sync().ClockSnapshot; c != nil && (!known || shift < time.Duration(c.Mono)-time.Duration(c.Trace)) {
				shift, known = time.Duration(c.Mono)-time.Duration(c.Trace), true
			}
		case exptrace.EventLog:
			at[e.Log().Message] = time.Duration(e.Time())
			by[e.Log().Message] = int64(e.Goroutine())
		}
	}
	for text := range at {
		at[text] += shift - r.zero
	}
	return at, by
}

// Each event of ours lies between two messages of Go's own tracer, one before
// and one after it, to 1 µs; and the narrowest such pair shows that this says
// something.
func TestClock(t *testing.T) {
	const n = 2000
	ctx := context.Background()
	r := recorded(t, func(rec *record.Recorder) {
		s := rec.Stream("s")
		for i := range n {
			before, after, text := fmt.Sprint("before ", i), fmt.Sprint("after ", i), fmt.Sprint(i)
			rtrace.Log(ctx, "", before)
			s.Note(text)
			rtrace.Log(ctx, "", after)
			if i%500 == 0 {
				time.Sleep(300 * time.Millisecond) // over several generations of Go's trace
			}
		}
	})
	at, _ := r.logs(t)
	narrowest := time.Hour
	for i := range n {
		before, after, ours := at[fmt.Sprint("before ", i)], at[fmt.Sprint("after ", i)], r.marked[fmt.Sprint(i)]
		if before == 0 || after == 0 || ours == 0 {
			t.Fatalf("event %d: got %v, %v, %v", i, before, ours, after)
		}
		if ours < before-time.Microsecond || ours > after+time.Microsecond {
			t.Errorf("event %d is at %v, not between %v and %v", i, ours, before, after)
		}
		narrowest = min(narrowest, after-before)
	}
	t.Logf("the narrowest pair is %v apart", narrowest)
	if narrowest > 2*time.Microsecond {
		t.Errorf("the narrowest pair is %v apart, which proves too little", narrowest)
	}
}

// Each stream's goroutine is found, and a stream that is handed over has two.
func TestOwners(t *testing.T) {
	const workers = 4
	ctx := context.Background()
	spin := func(s *record.Stream, name string) {
		rtrace.Log(ctx, "", name)
		for i := range 200 {
			s.Update(1, 2, uint64(i))
			if i%20 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}
	r := recorded(t, func(rec *record.Recorder) {
		var all sync.WaitGroup
		for i := range workers {
			name := fmt.Sprint("worker ", i)
			all.Go(func() { spin(rec.Stream(name), name) })
		}
		all.Wait()
		shared := rec.Stream("handed over")
		for _, name := range []string{"first", "second"} {
			all.Go(func() { spin(shared, name) })
			all.Wait()
		}
	})
	tr := r.read(t)
	_, by := r.logs(t)
	for i := range workers {
		name := fmt.Sprint("worker ", i)
		owners := tr.Owners(r.times[name])
		if len(owners) != 1 || owners[0].Goroutine != by[name] || owners[0].Events != 200 {
			t.Errorf("%s: got %+v, want 200 events of goroutine %d", name, owners, by[name])
			continue
		}
		g := tr.Goroutine(by[name])
		if g == nil || !strings.Contains(g.Name, "TestOwners") && !strings.Contains(g.Name, "WaitGroup") {
			t.Errorf("%s: got goroutine %+v", name, g)
		}
	}
	owners := tr.Owners(r.times["handed over"])
	if len(owners) != 2 || owners[0].Goroutine != by["first"] || owners[1].Goroutine != by["second"] {
		t.Errorf("handed over: got %+v, want goroutines %d and %d", owners, by["first"], by["second"])
	}
	if got := tr.Owners([]time.Duration{tr.To + time.Hour}); got != nil {
		t.Errorf("after the trace: got %+v", got)
	}
}

// What a goroutine waited for between two of its events is told, with how
// long it was at least.
func TestWaits(t *testing.T) {
	const pause = 20 * time.Millisecond
	ctx := context.Background()
	ready := make(chan int)
	var mu sync.Mutex
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer writer.Close()
	after := func(f func()) { go func() { time.Sleep(pause); f() }() }
	cases := []struct {
		name string
		want exectrace.Cause
		wait func()
	}{
		{"channel", exectrace.Channel, func() { after(func() { ready <- 1 }); <-ready }},
		{"select", exectrace.Channel, func() {
			after(func() { ready <- 1 })
			select {
			case <-ready:
			case <-ctx.Done():
			}
		}},
		{"mutex", exectrace.Mutex, func() { mu.Lock(); after(mu.Unlock); mu.Lock(); defer mu.Unlock() }},
		{"sleep", exectrace.Sleep, func() { time.Sleep(pause) }},
		{"network", exectrace.Network, func() { after(func() { writer.Write([]byte("x")) }); reader.Read(make([]byte, 1)) }},
		{"scheduler", exectrace.Scheduler, func() {
			old := runtime.GOMAXPROCS(1)
			defer runtime.GOMAXPROCS(old)
			for end := time.Now().Add(3 * pause); time.Now().Before(end); {
				go func() {
					for end := time.Now().Add(pause); time.Now().Before(end); {
					}
				}()
				runtime.Gosched()
			}
		}},
		{"gc", exectrace.GC, func() { runtime.GC() }},
	}
	r := recorded(t, func(rec *record.Recorder) {
		s := rec.Stream("s")
		rtrace.Log(ctx, "", "me")
		for _, c := range cases {
			s.Note("begin " + c.name)
			c.wait()
			s.Note("end " + c.name)
		}
	})
	tr := r.read(t)
	_, by := r.logs(t)
	for _, c := range cases {
		from, to := r.marked["begin "+c.name], r.marked["end "+c.name]
		waits := tr.Waits(by["me"], from, to)
		sum := exectrace.Total(waits)
		least := pause - time.Millisecond
		if c.want == exectrace.GC {
			least = time.Nanosecond
		}
		if sum[c.want] < least {
			t.Errorf("%s, %v long: got %v of %v in %v", c.name, to-from, sum[c.want], c.want, waits)
		}
		last := from
		for _, w := range waits {
			if w.From < last || w.To <= w.From || w.To > to {
				t.Errorf("%s, %v to %v: the waits overlap or are outside: %v", c.name, from, to, waits)
				break
			}
			last = w.To
		}
	}
	if got := tr.Waits(-5, 0, time.Hour); got != nil {
		t.Errorf("of a goroutine that is not there: %v", got)
	}
}

// What is left of a trace that ends in the middle can be read.
func TestReadCut(t *testing.T) {
	r := recorded(t, func(rec *record.Recorder) {
		for i := range 22 {
			rec.Tick(uint64(i))
			time.Sleep(100 * time.Millisecond)
		}
	})
	whole := r.read(t)
	for _, share := range []int{99, 90, 50, 10} {
		cut := r.exec[:len(r.exec)*share/100]
		tr, err := exectrace.Read(bytes.NewReader(cut), r.zero)
		if err == nil {
			t.Errorf("%d %%: no error", share)
		}
		if share >= 90 && tr == nil {
			t.Errorf("%d %%: nothing was read: %v", share, err)
		}
		if tr != nil && ((tr.From-whole.From).Abs() > time.Microsecond || tr.To > whole.To) {
			t.Errorf("%d %%: from %v to %v, the whole is from %v to %v", share, tr.From, tr.To, whole.From, whole.To)
		}
	}
	for _, text := range []string{"", "no trace", "go 1.25 trace\x00\x00\x00"} {
		if tr, err := exectrace.Read(strings.NewReader(text), 0); err == nil || tr != nil {
			t.Errorf("%q: got %v, %v", text, tr, err)
		}
	}
}

func TestZero(t *testing.T) {
	for mime, want := range map[string]time.Duration{
		record.ExecTraceType + "; zero=12345":            12345,
		record.ExecTraceType:                             -1,
		"application/x-go-trace; clock=wall; zero=5":     -1,
		"application/x-go-trace; clock=monotonic; zero=": -1,
		"": -1,
	} {
		got, ok := exectrace.Zero(mime)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: got %v, want %v", mime, got, want)
		}
	}
}

// Damage is an error, whatever is damaged.
func TestReadDamaged(t *testing.T) {
	r := recorded(t, func(rec *record.Recorder) { rec.Tick(1) })
	rng := rand.New(rand.NewPCG(1, 2))
	failed := 0
	for range 300 {
		bad := bytes.Clone(r.exec)
		for range 1 + rng.IntN(4) {
			bad[rng.IntN(len(bad))] ^= byte(1 + rng.IntN(255))
		}
		tr, err := exectrace.Read(bytes.NewReader(bad), r.zero)
		if err != nil {
			failed++
		}
		if tr != nil {
			tr.Owners(r.times["main"])
			for _, g := range tr.Goroutines {
				tr.Waits(g.ID, tr.From, tr.To)
			}
		}
	}
	if failed == 0 {
		t.Error("no damage was noticed")
	}
}
