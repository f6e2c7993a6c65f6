package ring

import (
	"sync"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// benchmark runs emit on a ring that is always empty enough: what an event
// costs, and how many bytes it takes.
func benchmark(b *testing.B, per int, emit func(w *Writer, i uint64)) {
	b.Run("alone", func(b *testing.B) {
		p := newPool(b, Config{Dir: tmpfs(b)})
		w := start(p, "zone")
		b.ReportAllocs()
		b.ResetTimer()
		for i := range uint64(b.N) {
			if i&1023 == 0 {
				w.ring.h.taken.Store(w.base + uint64(w.off))
			}
			emit(w, i)
		}
		b.StopTimer()
		n := float64(b.N * per)
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/event")
		b.ReportMetric(float64(w.base+uint64(w.off))/n, "B/event")
		if w.loss != nil {
			b.Error("events were lost")
		}
	})
	b.Run("drained", func(b *testing.B) { drained(b, per, emit) })
}

// drained runs emit in bursts of about 16,000 events, while a reader drains
// the ring every millisecond as the collector does; the time between bursts,
// in which the reader catches up, does not count.
func drained(b *testing.B, per int, emit func(w *Writer, i uint64)) {
	dir := tmpfs(b)
	p := newPool(b, Config{Dir: dir})
	w := start(p, "zone")
	stop, wg := make(chan bool), sync.WaitGroup{}
	wg.Add(1)
	var lost uint64
	go func() {
		defer wg.Done()
		r, err := OpenReader(mustList(b, dir)[0], event.NewTables())
		if err != nil {
			b.Error(err)
			return
		}
		count := func(e *event.Event) {
			if e.Kind == event.Gap {
				lost += e.Int[0]
			}
		}
		for {
			select {
			case <-stop:
				r.Finish(count)
				r.Close()
				return
			default:
			}
			if _, err := r.Drain(count); err != nil {
				b.Error(err)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	var spent time.Duration
	h := w.ring.h
	for i := uint64(0); i < uint64(b.N); {
		for h.cursor.Load()-h.read.Load() > 4096 {
			time.Sleep(100 * time.Microsecond)
		}
		begin := time.Now()
		for end := min(i+uint64(16384/per), uint64(b.N)); i < end; i++ {
			emit(w, i)
		}
		spent += time.Since(begin)
	}
	p.Close()
	close(stop)
	wg.Wait()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N*per), "ns/event")
	if lost != 0 {
		b.Errorf("%d events were lost", lost)
	}
}

func mustList(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := List(dir)
	if err != nil || len(paths) == 0 {
		t.Fatalf("rings of %s: %v, %v", dir, paths, err)
	}
	return paths
}

func BenchmarkEmitEnter(b *testing.B) {
	benchmark(b, 1, func(w *Writer, i uint64) { w.Enter(i>>6&1023, i*7&1023) })
}

func BenchmarkEmitMove(b *testing.B) {
	b.Run("int", func(b *testing.B) {
		benchmark(b, 1, func(w *Writer, i uint64) { w.Move(i&1023, float64(i&511), float64(i>>3&511), 0) })
	})
	b.Run("float32", func(b *testing.B) {
		benchmark(b, 1, func(w *Writer, i uint64) {
			w.Move(i&1023, float64(float32(i&4095)*0.1), float64(float32(i>>3&4095)*0.3), 0)
		})
	})
	b.Run("float64", func(b *testing.B) {
		benchmark(b, 1, func(w *Writer, i uint64) { w.Move(i&1023, float64(i&4095)*0.1, float64(i>>3&4095)*0.3, 0) })
	})
}

func BenchmarkEmitBatch(b *testing.B) {
	benchmark(b, 64, func(w *Writer, i uint64) {
		w.Batch()
		for j := range uint64(64) {
			w.Enter(i&1023, j*7)
		}
		w.PublishBatch()
	})
}

func BenchmarkEmitMoves(b *testing.B) {
	es, pos := make([]uint64, 64), make([]Vec, 64)
	for i := range es {
		es[i], pos[i] = uint64(i*3), Vec{X: float64(float32(i) * 0.1), Y: float64(float32(i) * 0.3)}
	}
	benchmark(b, 64, func(w *Writer, i uint64) { w.Moves(es, pos) })
}

func BenchmarkEmitEnters(b *testing.B) {
	ts := make([]uint64, 64)
	for i := range ts {
		ts[i] = uint64(i * 7)
	}
	benchmark(b, 64, func(w *Writer, i uint64) { w.Enters(i&1023, ts) })
}

func BenchmarkEmitBegin(b *testing.B) {
	benchmark(b, 2, func(w *Writer, i uint64) { w.Begin(0, i&1023); w.End() })
}

func BenchmarkClock(b *testing.B) {
	c := processClock()
	var sum uint64
	for range b.N {
		sum += c.stamp()
	}
	if sum == 0 {
		b.Error("the clock stands still")
	}
}

// BenchmarkDrain is what the reader takes for an event.
func BenchmarkDrain(b *testing.B) {
	for name, emit := range map[string]func(w *Writer, i uint64){
		"enter": func(w *Writer, i uint64) { w.Enter(i>>6&1023, i*7&1023) },
		"move":  func(w *Writer, i uint64) { w.Move(i&1023, float64(float32(i&4095)*0.1), 0.5, 0) },
		"begin": func(w *Writer, i uint64) { w.Begin(0, i&1023) },
	} {
		b.Run(name, func(b *testing.B) {
			p := newPool(b, Config{})
			w := start(p, "zone")
			r, err := OpenReader(mustList(b, p.cfg.Dir)[0], event.NewTables())
			if err != nil {
				b.Fatal(err)
			}
			defer r.Close()
			events, spent := 0, time.Duration(0)
			for events < b.N {
				for i := range uint64(10_000) {
					emit(w, i)
				}
				begin := time.Now()
				n, err := r.Drain(func(*event.Event) {})
				spent += time.Since(begin)
				if err != nil || n < 10_000 {
					b.Fatal(n, err)
				}
				events += n
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(spent.Nanoseconds())/float64(events), "ns/event")
		})
	}
}
