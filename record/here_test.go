package record_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/record"
)

// TestHere records from many goroutines, some at one time and some after each
// other: each event must be in its goroutine's stream, in its order.
func TestHere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path)
	if err != nil {
		t.Fatal(err)
	}
	const waves, goroutines, events = 4, 200, 50
	names := make(chan string, waves*goroutines)
	for wave := range waves {
		var ready, wg sync.WaitGroup
		ready.Add(goroutines)
		for i := range goroutines {
			wg.Add(1)
			go func() {
				defer wg.Done()
				mine := rec.Here()
				ready.Done()
				ready.Wait()
				for n := range uint64(events) {
					if rec.Here() != mine {
						t.Error("a goroutine changed its stream")
					}
					rec.Enter(uint64(wave*goroutines+i), n)
				}
				names <- mine.String()
			}()
		}
		wg.Wait()
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	close(names)
	streams := map[string]int{}
	for name := range names {
		streams[name]++
	}
	if len(streams) < goroutines {
		t.Errorf("%d streams, want at least %d: so many goroutines ran at once", len(streams), goroutines)
	}
	all := 0
	for name, lines := range read(t, path) {
		if name == "main" {
			continue
		}
		if len(lines) != streams[name]*events {
			t.Errorf("stream %s: %d events, want %d of each of its %d goroutines", name, len(lines), events, streams[name])
			continue
		}
		for i := 0; i < len(lines); i += events {
			var w, n uint64
			fmt.Sscanf(lines[i], "enter w=%d t=%d", &w, &n)
			for k := range events {
				if want := fmt.Sprintf("enter w=%d t=%d", w, k); lines[i+k] != want {
					t.Fatalf("stream %s, event %d: got %s, want %s", name, i+k, lines[i+k], want)
				}
			}
		}
		all += len(lines)
	}
	if all != waves*goroutines*events {
		t.Errorf("%d events, want %d", all, waves*goroutines*events)
	}
}

// Goroutines one after the other, of which none knows that another has ended:
// the race detector must not take what they record for a race.
func TestHereWithoutOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path)
	if err != nil {
		t.Fatal(err)
	}
	const goroutines = 50
	var wg sync.WaitGroup
	for i := range uint64(goroutines) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			rec.Enter(i, 1)
		}()
		time.Sleep(time.Millisecond) // it has ended, most likely
	}
	wg.Wait()
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	entered := 0
	for _, lines := range read(t, path) {
		for _, line := range lines {
			if strings.HasPrefix(line, "enter ") {
				entered++
			}
		}
	}
	if entered != goroutines {
		t.Errorf("%d enters, want %d", entered, goroutines)
	}
}
