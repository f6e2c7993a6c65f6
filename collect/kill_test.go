//go:build linux

package collect_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/event"
)

// kills is how many targets TestKill kills; AOI_KILLS sets another number.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("AOI_KILLS")); err == nil && n > 0 {
		return n
	}
	return 15
}

// forever's streams while they are killed.
const killStreams = 3

// killed records one target that dies, and checks that each event whose call
// had returned is in the file, whole and in order. It returns how many that
// were. What overflowed is no loss here: it is counted in its place.
func killed(t *testing.T, code int, how []string, kill func(pid int), change ...func(*collect.Options)) uint64 {
	t.Helper()
	witness := filepath.Join(t.TempDir(), "witness")
	if err := os.WriteFile(witness, make([]byte, killStreams*8), 0o666); err != nil {
		t.Fatal(err)
	}
	o, _ := options(t, "forever", append([]string{fmt.Sprint(killStreams), witness}, how...)...)
	if kill != nil {
		// The shell becomes the target; its number is known beforehand.
		o.Command = append([]string{"sh", "-c", `echo $$; exec "$0" "$@"`}, o.Command...)
		pr, pw := io.Pipe()
		o.Stdout = pw
		go func() {
			var pid int
			if _, err := fmt.Fscanln(pr, &pid); err != nil {
				t.Error(err)
			}
			kill(pid)
		}()
	}
	o.Stderr = nil
	for _, f := range change {
		f(&o)
	}
	r, err := collect.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.ExitCode != code {
		t.Errorf("got exit code %d, want %d", r.ExitCode, code)
	}
	counts := readWitness(t, witness)
	var sum uint64
	for _, n := range counts {
		sum += n
	}
	if r.Events == 0 && sum == 0 {
		return 0 // it died before it recorded, or while it made its first event
	}
	rec := read(t, o.Output)
	last := make([]uint64, killStreams) // in the file, or counted as lost by overflow
	for i, e := range rec.events {
		if e.Kind == event.Gap {
			last[number(rec.tables.StreamName(e.Stream)[1:])] += e.Int[0]
		}
		if e.Kind != event.Update {
			continue
		}
		w, v := e.Entity, e.Int[0]
		if w >= killStreams || e.Target != v^0x5555 || rec.tables.StreamName(e.Stream) != fmt.Sprint("s", w) {
			t.Fatalf("event %d is torn: %+v", i, e)
		}
		if v != last[w]+1 {
			t.Fatalf("stream %d: event %d follows event %d", w, v, last[w])
		}
		last[w] = v
	}
	for i, n := range counts {
		if last[i] < n {
			t.Errorf("stream %d: %d events were recorded and %d are in the file", i, n, last[i])
		}
	}
	return sum
}

// A target killed at a random instant loses nothing that it recorded.
func TestKill(t *testing.T) {
	var sum uint64
	n := kills()
	for range n {
		sum += killed(t, 128+int(syscall.SIGKILL), nil, func(pid int) {
			time.Sleep(time.Duration(rand.IntN(60_000)) * time.Microsecond)
			syscall.Kill(pid, syscall.SIGKILL)
		})
		if t.Failed() {
			return
		}
	}
	if sum == 0 {
		t.Error("no target recorded anything before it was killed")
	}
	t.Logf("%d kills, %d events recorded, none lost, none torn", n, sum)
}

// Nor does one that ends by itself, in whichever way.
func TestDeath(t *testing.T) {
	for _, tt := range []struct {
		how  string
		code int
	}{{"panic", 2}, {"exit", 3}, {"throw", 2}, {"fault", 2}} {
		t.Run(tt.how, func(t *testing.T) {
			var sum uint64
			for range max(3, kills()/10) {
				sum += killed(t, tt.code, []string{tt.how, fmt.Sprint(rand.IntN(60_000))}, nil)
			}
			if sum == 0 {
				t.Error("no target recorded anything before it died")
			}
			t.Logf("%d events recorded, none lost, none torn", sum)
		})
	}
}
