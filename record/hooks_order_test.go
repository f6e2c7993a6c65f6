package record_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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
		sent, done := make(chan bool), make(chan bool)
		go func() {
			select {
			case m, ok := <-ch.Out():
				<-sent // on a busy machine Sent may come so late that nobody waits for it
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
			sent <- true
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
