package record_test

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/aoi-trace/aoi-trace/record"
)

// BenchmarkHooks is what each hook costs: "bare" is what it stands for in the
// standard library, "disabled" is the hook without a recorder.
func BenchmarkHooks(b *testing.B) {
	rec, err := record.To(filepath.Join(b.TempDir(), "run.aoi"))
	if err != nil {
		b.Fatal(err)
	}
	defer rec.Close()
	held := 0
	b.Run("Mutex/bare", func(b *testing.B) {
		var mu sync.Mutex
		for range b.N {
			mu.Lock()
			held++
			mu.Unlock()
		}
	})
	b.Run("RWMutex/bare", func(b *testing.B) {
		var mu sync.RWMutex
		for range b.N {
			mu.RLock()
			sink = held
			mu.RUnlock()
		}
	})
	b.Run("Chan/bare", func(b *testing.B) {
		ch := make(chan uint64, 1)
		for range b.N {
			ch <- 1
			<-ch
		}
	})
	b.Run("Go/bare", func(b *testing.B) {
		for range b.N {
			done := make(chan bool)
			go func() { close(done) }()
			<-done
		}
	})
	b.Run("Group/bare", func(b *testing.B) {
		var g sync.WaitGroup
		for range b.N {
			g.Go(func() {})
			g.Wait()
		}
	})
	for _, with := range []struct {
		name string
		rec  *record.Recorder
	}{{"disabled", disabled}, {"enabled", rec}} {
		b.Run("Mutex/"+with.name, func(b *testing.B) {
			var mu record.Mutex
			mu.Record(with.rec, "mu")
			b.ReportAllocs()
			for range b.N {
				mu.Lock()
				held++
				mu.Unlock()
			}
		})
		b.Run("RWMutex/"+with.name, func(b *testing.B) {
			var mu record.RWMutex
			mu.Record(with.rec, "rw")
			b.ReportAllocs()
			for range b.N {
				mu.RLock()
				sink = held
				mu.RUnlock()
			}
		})
		b.Run("Chan/"+with.name, func(b *testing.B) {
			ch := record.NewChan[uint64](with.rec, "ch", 1)
			b.ReportAllocs()
			for range b.N {
				ch.Send(1)
				ch.Recv()
			}
		})
		b.Run("Go/"+with.name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				record.Go(with.rec, "go", func(*record.Stream) {}).Wait()
			}
		})
		b.Run("Group/"+with.name, func(b *testing.B) {
			var g record.Group
			g.Record(with.rec, "group")
			b.ReportAllocs()
			for range b.N {
				g.Go(func() {})
				g.Wait()
			}
		})
		b.Run("View.Store/"+with.name, func(b *testing.B) {
			var v record.View
			v.Record(with.rec, 1)
			b.ReportAllocs()
			for range b.N {
				v.Store(record.Vec{X: 1}, record.Vec{X: 2})
			}
		})
		b.Run("View.Load/"+with.name, func(b *testing.B) {
			var v record.View
			v.Record(with.rec, 2)
			v.Store(record.Vec{X: 1}, record.Vec{X: 2})
			b.ReportAllocs()
			for range b.N {
				v.Load()
			}
		})
		b.Run("Op/"+with.name, func(b *testing.B) {
			s, op := with.rec.Stream("op"), with.rec.Name("op")
			b.ReportAllocs()
			for i := range uint64(b.N) {
				operation(s, op, i)
			}
		})
	}
}

var sink int

func operation(s *record.Stream, op record.Name, e uint64) {
	defer s.Op(op, e).End()
}
