package record_test

import (
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/record"
)

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
