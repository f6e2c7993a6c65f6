package record_test

import (
	"path/filepath"
	"testing"

	"github.com/aoi-trace/aoi-trace/record"
)

var disabled *record.Recorder // a variable, so that the compiler does not know that it is nil

// BenchmarkDisabled is what the calls cost in a program that is not recorded.
func BenchmarkDisabled(b *testing.B) {
	s := disabled.Stream("zone")
	b.Run("Enter", func(b *testing.B) {
		for i := range uint64(b.N) {
			s.Enter(i, 2)
		}
	})
	b.Run("Move", func(b *testing.B) {
		for i := range uint64(b.N) {
			s.Move(i, 1, 2, 3)
		}
	})
	b.Run("handle-less", func(b *testing.B) {
		for i := range uint64(b.N) {
			disabled.Enter(i, 2)
		}
	})
	b.Run("loop", func(b *testing.B) { // what an empty loop costs
		for i := range uint64(b.N) {
			if i == 1<<63 {
				b.Fail()
			}
		}
	})
}

// BenchmarkHere is what it costs to find the goroutine's own stream: what an
// event without a handle costs more than one with it.
func BenchmarkHere(b *testing.B) {
	rec, err := record.To(filepath.Join(b.TempDir(), "run.aoi"))
	if err != nil {
		b.Fatal(err)
	}
	defer rec.Close()
	b.ReportAllocs()
	for range b.N {
		if rec.Here() == nil {
			b.Fatal("no stream")
		}
	}
}
