package record_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/trace"
)

// ordered reports whether the trace at path proves that the note first was
// recorded before the note then. No event may have come without the one that
// it follows.
func ordered(t *testing.T, path, first, then string) bool {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := trace.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var clocks order.Clocks
	var ref event.Ref
	found, before, second := false, false, false
	for {
		b, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.N {
			clocks.Step(b, i)
			e := b.Event(i)
			if line := string(event.AppendBody(nil, b.Tables, &e)); strings.Contains(line, "late=true") {
				t.Errorf("%s %s: what it follows came later", b.StreamName(e.Stream), line)
			}
			if e.Kind != event.Note {
				continue
			}
			switch b.Text(e.Str[0]) {
			case first:
				ref, found = event.Ref{Stream: e.Stream, Seq: e.Seq}, true
			case then:
				before, second = found && clocks.Before(ref, e.Stream), true
			}
		}
	}
	if !found || !second {
		t.Fatalf("the notes %q and %q are not both in the trace", first, then)
	}
	return before
}

// recorded runs f under a recorder and returns the file.
func recorded(t *testing.T, f func(rec *record.Recorder)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path, record.Wait())
	if err != nil {
		t.Fatal(err)
	}
	f(rec)
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Each hook orders the note "a" of one goroutine before the note "b" of
// another. It does so with a recorder, and must do its work without one: the
// same code, not hooked, leaves the notes without an order.
var hooks = []struct {
	name string
	run  func(rec, hook *record.Recorder)
}{
	{"Mutex", func(rec, hook *record.Recorder) {
		var mu record.Mutex
		mu.Record(hook, "table")
		done := make(chan bool, 1)
		mu.Lock()
		go func() {
			done <- true
			mu.Lock()
			rec.Note("b")
			mu.Unlock()
			done <- true
		}()
		<-done
		rec.Note("a")
		mu.Unlock()
		<-done
	}},
	{"RWMutex, a reader after the writer", func(rec, hook *record.Recorder) {
		var mu record.RWMutex
		mu.Record(hook, "table")
		done := make(chan bool, 1)
		mu.Lock()
		go func() {
			done <- true
			mu.RLock()
			rec.Note("b")
			mu.RUnlock()
			done <- true
		}()
		<-done
		rec.Note("a")
		mu.Unlock()
		<-done
	}},
	{"RWMutex, the writer after a reader", func(rec, hook *record.Recorder) {
		var mu record.RWMutex
		mu.Record(hook, "table")
		done := make(chan bool, 1)
		read := mu.RLocker()
		read.Lock()
		go func() {
			done <- true
			mu.Lock()
			rec.Note("b")
			mu.Unlock()
			done <- true
		}()
		<-done
		rec.Note("a")
		read.Unlock()
		<-done
	}},
	{"Chan", func(rec, hook *record.Recorder) {
		ch := record.NewChan[int](hook, "moves", 2)
		done := make(chan bool)
		go func() {
			if v, ok := ch.Recv(); v != 7 || !ok {
				panic(fmt.Sprintf("received %d, %v", v, ok))
			}
			rec.Note("b")
			done <- true
		}()
		rec.Note("a")
		ch.Send(7)
		<-done
	}},
	{"Chan, closed", func(rec, hook *record.Recorder) {
		ch := record.NewChan[int](hook, "moves", 2)
		done := make(chan bool)
		go func() {
			for v := range ch.All() {
				panic(fmt.Sprintf("received %d", v))
			}
			rec.Note("b")
			done <- true
		}()
		rec.Note("a")
		ch.Close()
		<-done
	}},
	{"Chan, select", func(rec, hook *record.Recorder) {
		ch := record.NewChan[int](hook, "moves", 0)
		done := make(chan bool)
		go func() {
			select {
			case m, ok := <-ch.Out():
				if v, ok := ch.Received(m, ok); v != 7 || !ok {
					panic(fmt.Sprintf("received %d, %v", v, ok))
				}
			case <-time.After(time.Minute):
			}
			rec.Note("b")
			done <- true
		}()
		rec.Note("a")
		m := ch.Message(7)
		select {
		case ch.In() <- m:
			ch.Sent(m)
		case <-time.After(time.Minute):
		}
		<-done
	}},
	{"Go", func(rec, hook *record.Recorder) {
		rec.Note("a")
		record.Go(hook, "zone", func(*record.Stream) { rec.Note("b") }).Wait()
	}},
	{"Wait", func(rec, hook *record.Recorder) {
		g := record.Go(hook, "zone", func(*record.Stream) { rec.Note("a") })
		g.Wait()
		rec.Note("b")
		<-g.Done()
	}},
	{"Group.Go", func(rec, hook *record.Recorder) {
		var g record.Group
		g.Record(hook, "workers")
		rec.Note("a")
		g.Go(func() { rec.Note("b") })
		g.Wait()
	}},
	{"Group.Wait", func(rec, hook *record.Recorder) {
		var g record.Group
		g.Record(hook, "workers")
		g.Go(func() { rec.Note("a") })
		g.Go(func() {})
		g.Wait()
		rec.Note("b")
	}},
	{"Group.Done", func(rec, hook *record.Recorder) {
		var g record.Group
		g.Record(hook, "workers")
		g.Add(2)
		for _, note := range []string{"a", "other"} {
			go func() {
				rec.Note(note)
				g.Done()
			}()
		}
		g.Wait()
		rec.Note("b")
	}},
	{"View", func(rec, hook *record.Recorder) {
		var view record.View
		view.In(3).Record(hook, 7)
		done := make(chan bool)
		go func() {
			for {
				if _, max, v := view.Load(); v == 2 && max.X == 9 {
					break
				}
				runtime.Gosched()
			}
			rec.Note("b")
			done <- true
		}()
		view.Store(record.Vec{X: 1}, record.Vec{X: 2})
		rec.Note("a")
		view.Store(record.Vec{X: 8}, record.Vec{X: 9})
		<-done
	}},
	{"Topic", func(rec, hook *record.Recorder) {
		topic := record.NewTopic(hook, "moves")
		wire, done := make(chan []byte), make(chan bool)
		go func() {
			var v int
			if _, err := topic.Open(<-wire, &v); err != nil || v != 7 {
				panic(fmt.Sprintf("opened %d, %v", v, err))
			}
			rec.Note("b")
			done <- true
		}()
		rec.Note("a")
		b, err := topic.Seal(record.Cause{}, 7)
		if err != nil {
			panic(err)
		}
		wire <- b
		<-done
	}},
}

func TestHooksOrder(t *testing.T) {
	for _, h := range hooks {
		t.Run(h.name, func(t *testing.T) {
			if path := recorded(t, func(rec *record.Recorder) { h.run(rec, rec) }); !ordered(t, path, "a", "b") {
				t.Errorf("hooked: a is not known to be before b\n%v", read(t, path))
			}
			if path := recorded(t, func(rec *record.Recorder) { h.run(rec, nil) }); ordered(t, path, "a", "b") {
				t.Errorf("not hooked: a is known to be before b, which nothing tells\n%v", read(t, path))
			}
		})
	}
}

// What nothing orders must stay unordered: readers of one lock, messages the
// other way, the goroutines of one group.
func TestHooksDoNotOrder(t *testing.T) {
	for _, h := range []struct {
		name string
		run  func(rec *record.Recorder)
	}{
		{"two readers", func(rec *record.Recorder) {
			var mu record.RWMutex
			mu.Record(rec, "table")
			mu.RLock()
			rec.Note("a")
			mu.RUnlock()
			done := make(chan bool)
			go func() {
				mu.RLock()
				rec.Note("b")
				mu.RUnlock()
				done <- true
			}()
			<-done
		}},
		{"two locks of one name", func(rec *record.Recorder) {
			var one, two record.Mutex
			one.Record(rec, "cell")
			two.Record(rec, "cell")
			one.Lock()
			rec.Note("a")
			one.Unlock()
			done := make(chan bool)
			go func() {
				two.Lock()
				rec.Note("b")
				two.Unlock()
				done <- true
			}()
			<-done
		}},
		{"after the send", func(rec *record.Recorder) {
			ch := record.NewChan[int](rec, "moves", 1)
			ch.Send(1)
			rec.Note("a")
			done := make(chan bool)
			go func() {
				ch.Recv()
				rec.Note("b")
				done <- true
			}()
			<-done
		}},
		{"two goroutines of a group", func(rec *record.Recorder) {
			var g record.Group
			g.Record(rec, "workers")
			first := make(chan bool)
			g.Go(func() {
				rec.Note("a")
				first <- true
			})
			g.Go(func() {
				<-first
				rec.Note("b")
			})
			g.Wait()
		}},
	} {
		t.Run(h.name, func(t *testing.T) {
			if path := recorded(t, h.run); ordered(t, path, "a", "b") {
				t.Errorf("a is known to be before b, which nothing tells\n%v", read(t, path))
			}
		})
	}
}

// What is recorded with a handle and what a hook records on the same goroutine
// must be one stream.
func TestUse(t *testing.T) {
	path := recorded(t, func(rec *record.Recorder) {
		var mu record.Mutex
		mu.Record(rec, "cell/0:1")
		zone := rec.Stream("zone")
		before := rec.Use(zone)
		mu.Lock()
		zone.Enter(1, 2)
		mu.Unlock()
		rec.Use(before)
		rec.Note("main again")
		var other record.Mutex
		other.Record(rec, "cell/0:1")
		other.Lock()
		rec.Enter(3, 4)
		other.Unlock()
		done := make(chan bool)
		go func() { // a goroutine that has no stream goes back to having none
			if before := rec.Use(zone); before != nil {
				t.Errorf("a new goroutine had the stream %v", before)
			}
			rec.Use(nil)
			if s := rec.Here(); s == zone || s != rec.Here() {
				t.Errorf("the goroutine has %v", s)
			}
			done <- true
		}()
		<-done
	})
	lines := read(t, path)
	for stream, want := range map[string]string{
		"zone": "acquire lock=cell/0:1 mode=w n=1\nenter w=1 t=2\nrelease lock=cell/0:1 mode=w n=1",
		"main": "note text=\"main again\"\nacquire lock=cell/0:1(2) mode=w n=1\nenter w=3 t=4\nrelease lock=cell/0:1(2) mode=w n=1",
	} {
		if got := strings.Join(lines[stream], "\n"); !strings.HasSuffix(got, want) {
			t.Errorf("stream %s: got\n%s\nwant\n%s", stream, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	cause, err := record.ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	if err != nil {
		t.Fatal(err)
	}
	path := recorded(t, func(rec *record.Recorder) {
		move := rec.Name("move")
		func() {
			defer rec.Op(move, 7).End()
			rec.Move(7, 1, 2, 3)
		}()
		func() {
			defer func() { recover() }()
			defer rec.Here().Op(move, 8).End()
			panic("in the middle")
		}()
		one, two := rec.Listen(7, "chat"), rec.Listen(8, "chat")
		one.Close()
		one.Close()
		three := rec.Listen(9, "chat") // its number is free again
		three.Close()
		two.Close()
		ch := record.NewChan[string](rec, "events", 3)
		ch.Send("plain")
		ch.SendFor(cause, "caused")
		if !ch.TrySend("plain") || ch.TrySend("too many") || ch.Len() != 3 || ch.Cap() != 3 {
			t.Error("a channel of three places takes three")
		}
		ch.Close()
		for range ch.All() {
		}
		var view record.View
		view.Record(rec, 7)
		view.Load()
		if v := view.Store(record.Vec{X: -1, Y: -2}, record.Vec{X: 3, Y: 4}); v != 1 {
			t.Errorf("first version: got %d", v)
		}
		view.Load()
	})
	want := `begin op=move e=7
move e=7 pos=1,2,3
end
begin op=move e=8
end
watch e=7 id=chat-1
watch e=8 id=chat-2
unwatch e=7 id=chat-1
watch e=9 id=chat-1
unwatch e=9 id=chat-1
unwatch e=8 id=chat-2
send ch=events n=1
send ch=events n=2
send ch=events n=3
close ch=events
recv ch=events n=1
span trace=00000000000000000000000000000000 span=0000000000000000
recv ch=events n=2
span trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7
recv ch=events n=3
span trace=00000000000000000000000000000000 span=0000000000000000
recv ch=events closed=true
read w=7 v1=0 v2=0 used=true
fov w=7 v=1 region=-1,-2,0,3,4,0 phase=begin
fov w=7 v=1 region=-1,-2,0,3,4,0 phase=end
publish obj=fov/7 v=1
observe obj=fov/7 v=1
read w=7 v1=1 v2=1 used=true`
	main := read(t, path)["main"]
	if got := strings.Join(main[1:], "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Many writers and readers of everything at once: under the race detector
// this is the test that the hooks do what they wrap, and the trace must pair
// every receive, section and version.
func TestHooksTogether(t *testing.T) {
	const workers, rounds = 8, 200
	path := recorded(t, func(rec *record.Recorder) {
		var mu record.Mutex
		var rw record.RWMutex
		var view record.View
		var senders, receivers record.Group
		mu.Record(rec, "mu")
		rw.Record(rec, "rw")
		view.Record(rec, 1)
		senders.Record(rec, "sender")
		receivers.Record(rec, "receiver")
		ch := record.NewChan[int](rec, "ch", 16)
		var a, b, sum int
		for range workers {
			senders.Go(func() {
				for i := range rounds {
					mu.Lock()
					a++
					mu.Unlock()
					rw.Lock()
					b++
					rw.Unlock()
					rw.RLock()
					ch.Send(min(b, 1))
					rw.RUnlock()
					view.Store(record.Vec{X: float64(i)}, record.Vec{X: float64(i)})
				}
			})
			receivers.Go(func() {
				for v := range ch.All() {
					mu.Lock()
					sum += v
					mu.Unlock()
					if min, max, _ := view.Load(); min != max {
						t.Errorf("half of a write: %v and %v", min, max)
					}
				}
			})
		}
		senders.Wait()
		ch.Close()
		receivers.Wait()
		if a != workers*rounds || b != a || sum != a {
			t.Errorf("counted %d, %d and %d; want %d", a, b, sum, workers*rounds)
		}
	})
	sent, received := map[string]int{}, map[string]int{}
	sections := map[string]bool{}
	for _, lines := range read(t, path) {
		for _, line := range lines {
			kind, rest, _ := strings.Cut(line, " ")
			switch {
			case kind == "gap":
				t.Errorf("lost, though there was to be waited for room: %s", line)
			case kind == "send":
				sent[rest]++
			case kind == "recv" && !strings.Contains(rest, "closed"):
				received[rest]++
			case kind == "acquire" && strings.Contains(rest, "mode=w"):
				if sections[rest] {
					t.Errorf("twice: %s", line)
				}
				sections[rest] = true
			}
			if strings.Contains(line, "late=true") {
				t.Errorf("what it follows came later: %s", line)
			}
		}
	}
	if len(sent) != workers*rounds || len(received) != len(sent) || len(sections) != 3*workers*rounds {
		t.Errorf("%d sends, %d receives, %d sections; want %d, the same, and three times that", len(sent), len(received), len(sections), workers*rounds)
	}
	for m, n := range received {
		if n != 1 || sent[m] != 1 {
			t.Errorf("%s: sent %d times, received %d times", m, sent[m], n)
		}
	}
}

// A group reuses the streams of goroutines that have ended.
func TestGroupReusesStreams(t *testing.T) {
	path := recorded(t, func(rec *record.Recorder) {
		var g record.Group
		g.Record(rec, "session")
		for i := range uint64(100) {
			g.Go(func() { rec.Enter(i, 1) })
			g.Wait()
		}
	})
	lines := read(t, path)
	if n := len(lines); n != 2 {
		t.Errorf("%d streams, want main and one session", n)
	}
	entered := 0
	for _, line := range lines["session"] {
		if strings.HasPrefix(line, "enter ") {
			entered++
		}
	}
	if entered != 100 {
		t.Errorf("%d enters, want 100", entered)
	}
}

func TestTryLock(t *testing.T) {
	path := recorded(t, func(rec *record.Recorder) {
		var mu record.Mutex
		var rw record.RWMutex
		mu.Record(rec, "mu")
		rw.Record(rec, "rw")
		if !mu.TryLock() || mu.TryLock() {
			t.Error("a mutex is taken once")
		}
		mu.Unlock()
		if !rw.TryLock() || rw.TryLock() || rw.TryRLock() {
			t.Error("a writer keeps others out")
		}
		rw.Unlock()
		for range 2 {
			if !rw.TryRLock() || rw.TryLock() {
				t.Error("readers let readers in, and no writer")
			}
		}
		rw.RUnlock()
		rw.RUnlock()
	})
	want := `acquire lock=mu mode=w n=1
release lock=mu mode=w n=1
acquire lock=rw mode=w n=1
release lock=rw mode=w n=1
acquire lock=rw mode=r n=1
acquire lock=rw mode=r n=1
release lock=rw mode=r n=1
release lock=rw mode=r n=1`
	if got := strings.Join(read(t, path)["main"][1:], "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestGauges(t *testing.T) {
	path := recorded(t, func(rec *record.Recorder) {
		stop := rec.Gauges(time.Hour)
		runtime.GC()
		stop()
		stop()
	})
	values := map[string][]string{}
	for _, line := range read(t, path)["gauges"] {
		name, value, _ := strings.Cut(strings.TrimPrefix(line, "gauge name="), " value=")
		values[name] = append(values[name], value)
	}
	for _, name := range []string{"goroutines", "heap", "gc", "gc-pause"} {
		if len(values[name]) != 2 {
			t.Errorf("%s: got %v, want a first and a last sample", name, values[name])
		}
	}
	if v := values["gc-pause"]; len(v) == 2 && v[1] == "0" {
		t.Errorf("pauses before and after a collection: got %v, want one after it", v)
	}
	if v := values["goroutines"]; len(v) == 2 && v[0] == "0" {
		t.Error("no goroutines at all")
	}
}

// Without a recorder every hook does its work and records nothing.
func TestHooksDisabled(t *testing.T) {
	var rec *record.Recorder
	var mu record.Mutex
	var wg sync.WaitGroup
	mu.Record(rec, "mu")
	n := 0
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 1000 {
				mu.Lock()
				n++
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	if n != 4000 {
		t.Errorf("counted %d, want 4000", n)
	}
	if rec.Use(nil) != nil || rec.Listen(1, "chat") != nil {
		t.Error("a nil recorder gave something")
	}
	rec.Listen(1, "chat").Close()
	rec.Op(0, 1).End()
	ran := false
	record.Go(rec, "zone", func(s *record.Stream) { ran = s == nil }).Wait()
	if !ran {
		t.Error("Go did not run its function with a nil stream")
	}
	stop := rec.Gauges(time.Millisecond)
	stop()
	topic := record.NewTopic(nil, "moves")
	b, err := topic.Seal(record.Cause{}, map[string]int{"e": 7})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(b), `{"body":{"e":7}}`; got != want {
		t.Errorf("envelope: got %s, want %s", got, want)
	}
	if allocs := testing.AllocsPerRun(100, func() {
		mu.Lock()
		n++
		mu.Unlock()
		rec.Op(0, 1).End()
		rec.Caused(record.Cause{})
	}); allocs != 0 {
		t.Errorf("got %v allocations, want 0", allocs)
	}
}

func TestTopic(t *testing.T) {
	cause := record.NewCause()
	path := recorded(t, func(rec *record.Recorder) {
		topic := record.NewTopic(rec, "moves")
		type move struct {
			E    uint64
			X, Y float64
		}
		b, err := topic.Seal(cause, move{7, 1.5, -2})
		if err != nil {
			t.Fatal(err)
		}
		var envelope map[string]any
		if err := json.Unmarshal(b, &envelope); err != nil || envelope["traceparent"] != cause.Traceparent() {
			t.Errorf("got %s, %v; want the traceparent %s", b, err, cause)
		}
		var got move
		c, err := topic.Open(b, &got)
		if err != nil || c != cause || got != (move{7, 1.5, -2}) {
			t.Errorf("got %v, %+v, %v", c, got, err)
		}
		// A bad cause does not cost the message; a bad envelope is an error.
		if c, err := topic.Open([]byte(`{"traceparent":"00-X","body":{"E":8}}`), &got); err != nil || !c.IsZero() || got.E != 8 {
			t.Errorf("bad cause: got %v, %+v, %v", c, got, err)
		}
		for _, bad := range []string{``, `{}`, `7`, `{"body":"text"}`, `{"n":"x","body":{}}`} {
			if _, err := topic.Open([]byte(bad), &got); err == nil {
				t.Errorf("opening %q: no error", bad)
			}
		}
		if _, err := topic.Seal(cause, func() {}); err == nil {
			t.Error("sealing a function: no error")
		}
	})
	main := read(t, path)["main"]
	if len(main) != 5 || !strings.HasPrefix(main[1], "send ch=moves n=") || strings.Replace(main[1], "send", "recv", 1) != main[2] ||
		!strings.HasPrefix(main[3], fmt.Sprintf("span trace=%x", cause.Trace)) || !strings.HasPrefix(main[4], "span trace=0000") {
		t.Errorf("got\n%s", strings.Join(main, "\n"))
	}
}
