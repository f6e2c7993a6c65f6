package record_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/record"
)

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
	if len(main) != 5 || !strings.HasPrefix(main[1], "send ch=//moves n=") || strings.Replace(main[1], "send", "recv", 1) != main[2] ||
		!strings.HasPrefix(main[3], fmt.Sprintf("span trace=%x", cause.Trace)) || !strings.HasPrefix(main[4], "span trace=0000") {
		t.Errorf("got\n%s", strings.Join(main, "\n"))
	}
}
