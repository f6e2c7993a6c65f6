package trace

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// crowd emits n events of a world of walkers on a grid of sight: each tick
// every walker moves, and views change where a pair comes near or parts.
// round makes a coordinate what the server stores.
func crowd(t *event.Tables, n, walkers int, round func(float64) float64, emit func(*event.Event)) {
	rng := rand.New(rand.NewPCG(7, 7))
	stream := t.Stream("zone-1")
	tick := t.Str("tick")
	type walker struct{ x, y, vx, vy float64 }
	ws := make([]walker, walkers)
	size := math.Sqrt(float64(walkers)) * 20
	for i := range ws {
		ws[i] = walker{rng.Float64() * size, rng.Float64() * size, rng.Float64()*0.5 - 0.25, rng.Float64()*0.5 - 0.25}
	}
	sees := make(map[[2]int]bool)
	now := time.Duration(0)
	left := n
	put := func(e event.Event) {
		if left > 0 {
			now += time.Duration(60 + rng.IntN(120))
			e.Time, e.Stream = now, stream
			emit(&e)
			left--
		}
	}
	for step := uint64(1); left > 0; step++ {
		put(event.Event{Kind: event.Begin, Str: [3]event.Str{tick}})
		for i := range ws {
			w := &ws[i]
			w.x, w.y = w.x+w.vx, w.y+w.vy
			if w.x < 0 || w.x > size {
				w.vx = -w.vx
			}
			if w.y < 0 || w.y > size {
				w.vy = -w.vy
			}
			put(event.Event{Kind: event.Move, Entity: uint64(1000 + i), Pos: event.Vec{X: round(w.x), Y: round(w.y)}})
		}
		for range walkers / 2 {
			// A stand-in for geometry: pairs of neighbours by number.
			i := rng.IntN(walkers)
			pair := [2]int{i, min(walkers-1, i+1+rng.IntN(30))}
			kind := event.Enter
			if sees[pair] {
				kind = event.Leave
			}
			sees[pair] = !sees[pair]
			put(event.Event{Kind: kind, Entity: uint64(1000 + pair[0]), Target: uint64(1000 + pair[1])})
			put(event.Event{Kind: kind, Entity: uint64(1000 + pair[1]), Target: uint64(1000 + pair[0])})
		}
		put(event.Event{Kind: event.End})
		put(event.Event{Kind: event.Tick, Int: [3]uint64{step}})
		now += 40 * time.Millisecond
	}
}

// views emits n enters and leaves, grouped by watcher as engines make them.
func views(t *event.Tables, n int, emit func(*event.Event)) {
	rng := rand.New(rand.NewPCG(8, 8))
	stream := t.Stream("zone-1")
	now := time.Duration(0)
	for n > 0 {
		w := uint64(rng.IntN(10000))
		for range min(n, 1+rng.IntN(8)) {
			now += time.Duration(60 + rng.IntN(120))
			e := event.Event{Kind: event.Enter + event.Kind(rng.IntN(2)), Time: now, Stream: stream, Entity: w, Target: uint64(rng.IntN(10000))}
			emit(&e)
			n--
		}
	}
}

func single(v float64) float64  { return float64(float32(v)) }
func hundred(v float64) float64 { return math.Round(v*100) / 100 }
func double(v float64) float64  { return v }

var workloads = []struct {
	name string
	make func(t *event.Tables, n int, emit func(*event.Event))
}{
	{"views", views},
	{"crowd-float32", func(t *event.Tables, n int, emit func(*event.Event)) { crowd(t, n, 2000, single, emit) }},
	{"crowd-decimal", func(t *event.Tables, n int, emit func(*event.Event)) { crowd(t, n, 2000, hundred, emit) }},
	{"crowd-float64", func(t *event.Tables, n int, emit func(*event.Event)) { crowd(t, n, 2000, double, emit) }},
	{"crowd-10000-float32", func(t *event.Tables, n int, emit func(*event.Event)) { crowd(t, n, 10000, single, emit) }},
}

const benchEvents = 1 << 19

func BenchmarkWrite(b *testing.B) {
	for _, l := range workloads {
		b.Run(l.name, func(b *testing.B) {
			t := event.NewTables()
			var events []event.Event
			l.make(t, benchEvents, func(e *event.Event) { events = append(events, *e) })
			b.ReportAllocs()
			bytes := int64(0)
			for b.Loop() {
				w := NewWriter(io.Discard)
				for i := range t.Streams.Len() {
					w.Tables().Stream(t.Streams.Name(uint32(i)))
				}
				for i := range t.Strings.Len() {
					w.Tables().Str(t.Strings.Name(uint32(i)))
				}
				for i := range events {
					if err := w.Append(&events[i]); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
				bytes = w.Offset()
			}
			b.ReportMetric(float64(bytes)/benchEvents, "bytes/event")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchEvents, "ns/event")
		})
	}
}

// readEvents are more: what a reader needs once, its blocks above all, takes
// long beside a short file.
const readEvents = 1 << 21

func BenchmarkRead(b *testing.B) {
	for _, l := range workloads {
		b.Run(l.name, func(b *testing.B) {
			file := workloadFile(b, l.make)
			b.ReportAllocs()
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(file))
				if err != nil {
					b.Fatal(err)
				}
				if n := count(b, r); n != readEvents {
					b.Fatalf("got %d events, want %d", n, readEvents)
				}
			}
			b.ReportMetric(float64(b.N)*readEvents/1e6/b.Elapsed().Seconds(), "Mevents/s")
		})
	}
}

// BenchmarkReadTwo reads the two halves of a file at the same time, found by
// its index: what two cores read.
func BenchmarkReadTwo(b *testing.B) {
	for _, l := range workloads {
		b.Run(l.name, func(b *testing.B) {
			file := workloadFile(b, l.make)
			blocks, err := ReadIndex(bytes.NewReader(file), int64(len(file)))
			if err != nil {
				b.Fatal(err)
			}
			middle := blocks[len(blocks)/2].Offset
			var total atomic.Int64
			for b.Loop() {
				var both sync.WaitGroup
				for _, part := range [][2]int64{{blocks[0].Offset, middle}, {middle, int64(len(file))}} {
					both.Go(func() {
						total.Add(int64(count(b, NewSectionReader(bytes.NewReader(file), part[0], part[1]))))
					})
				}
				both.Wait()
			}
			if total.Load() != int64(b.N)*readEvents {
				b.Fatalf("got %d events, want %d", total.Load(), int64(b.N)*readEvents)
			}
			b.ReportMetric(float64(total.Load())/1e6/b.Elapsed().Seconds(), "Mevents/s")
		})
	}
}

// workloadFile returns the file of a workload.
func workloadFile(b *testing.B, make func(t *event.Tables, n int, emit func(*event.Event))) []byte {
	var file bytes.Buffer
	w := NewWriter(&file)
	make(w.Tables(), readEvents, func(e *event.Event) {
		if err := w.Append(e); err != nil {
			b.Fatal(err)
		}
	})
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return file.Bytes()
}

// count reads r to its end.
func count(b *testing.B, r *Reader) (n int) {
	for {
		block, err := r.Next()
		if err == io.EOF {
			return n
		}
		if err != nil {
			b.Error(err)
			return n
		}
		n += block.N
	}
}
