package collect

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// fly sends n events that do not compress through a flight, each a while after
// the other, and flushes every so many.
func fly(t *testing.T, f *flight, n, flush int, apart time.Duration) *output {
	t.Helper()
	o := newOutput(f)
	o.flight = f
	f.lead = &lead{}
	s := o.w.Tables().Stream("s")
	x := uint64(1)
	for i := range n {
		x = x*6364136223846793005 + 1442695040888963407
		e := event.Event{Kind: event.Update, Stream: s, Time: time.Duration(i) * apart, Entity: x, Target: x >> 7, Int: [3]uint64{x}, Set: event.Update.Bit("v")}
		if err := o.append(&e); err != nil || o.err != nil {
			t.Fatal(err, o.err)
		}
		if i%flush == flush-1 {
			if err := o.w.Flush(); err != nil {
				t.Fatal(err)
			}
			if f.size > f.room && len(f.blocks) > 1 {
				t.Fatalf("%d bytes are kept in %d blocks, %d are allowed", f.size, len(f.blocks), f.room)
			}
		}
	}
	return o
}

// A flight keeps no more bytes than it may, however long it lasts, and counts
// what it does not keep.
func TestFlightRoom(t *testing.T) {
	f := newFlight("run.aoi", time.Hour, 300_000)
	const n = 100_000
	fly(t, f, n, 1000, time.Microsecond)
	kept, size := uint64(0), int64(0)
	for _, b := range f.blocks {
		kept += b.events
		size += int64(len(b.data))
	}
	if kept+f.dropped != n || size != f.size || f.size < f.room*8/10 || f.size > f.room {
		t.Errorf("%d events kept and %d dropped of %d; %d bytes, said to be %d", kept, f.dropped, n, size, f.size)
	}
}

// A flight keeps the time that it is to keep, and a block more at most.
func TestFlightTime(t *testing.T) {
	f := newFlight("run.aoi", time.Second, 0)
	fly(t, f, 50_000, 100, 100*time.Microsecond) // 5 s, a block is 10 ms
	kept := uint64(0)
	for _, b := range f.blocks {
		kept += b.events
	}
	if kept < 10_000 || kept > 10_200 {
		t.Errorf("%d events are kept of 10,000 a second", kept)
	}
	// Silence does not make them older.
	if f.now != 49_999*100*time.Microsecond {
		t.Errorf("now is %v", f.now)
	}
}

// A block that is larger than all that may be kept is kept alone.
func TestFlightOneBlock(t *testing.T) {
	f := newFlight("run.aoi", time.Hour, 1000)
	fly(t, f, 20_000, 10_000, time.Microsecond)
	if len(f.blocks) != 1 || f.dropped != 10_000 {
		t.Errorf("%d blocks, %d events dropped", len(f.blocks), f.dropped)
	}
}

// Snapshots that are asked for while one is written become one.
func TestFlightAsks(t *testing.T) {
	f := newFlight(filepath.Join(t.TempDir(), "run.aoi"), time.Hour, 0)
	var err error
	if f.last, err = openFile(f.path); err != nil {
		t.Fatal(err)
	}
	o := fly(t, f, 1000, 1000, time.Microsecond)
	var said []string
	log := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	f.ask("one")
	f.step(o, log)
	for range 100 {
		f.ask("two")
	}
	r, err := f.end(o, log, nil)
	if err != nil || r.Events != 1000 || len(f.files) != 3 || len(said) != 2 {
		t.Errorf("got %+v, %v, files %v, log %q", r, err, f.files, said)
	}
	for _, path := range f.files {
		in, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		tr, err := trace.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		n := uint64(0)
		if err := event.Each(tr, func(_ *event.Tables, e event.Event) bool {
			if e.Seq != n {
				t.Errorf("event %d has number %d", n, e.Seq)
			}
			n++
			return true
		}); err != nil || n != 1000 || !tr.Stats().Complete {
			t.Errorf("%s has %d events: %v", path, n, err)
		}
	}
}
