package bench

import (
	"io"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/realworld/goaoi"
	"github.com/aoi-trace/aoi-trace/realworld/motion"
	"github.com/aoi-trace/aoi-trace/trace"
)

// BenchmarkBytes runs a workload once through go-aoi's cross list, recorded,
// and reports what an event takes in the ring and in a trace file. Its time
// says nothing.
func BenchmarkBytes(b *testing.B) {
	for _, c := range []struct {
		name, workload string
		float, double  bool
	}{
		{"walk/int", "walk", false, false},
		{"walk/float32", "walk", true, false},
		{"crowd/float32", "crowd", false, false},
		{"crowd/float64", "crowd", false, true},
		{"game/int", "game", false, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			script, err := motion.Named(c.workload, motion.Options{Float: c.float, Seed: 1})
			if err != nil {
				b.Skip(err)
			}
			config := goaoi.Config{Manager: "xz", Contract: "square", Radius: script.Radius, Double: c.double}
			for range b.N {
				measure(b, script, config)
			}
		})
	}
}

func measure(b *testing.B, script *motion.Script, config goaoi.Config) {
	var file Counter
	s := play(b, &file, script, config)
	events := float64(s.Events.Load())
	b.ReportMetric(events, "events")
	b.ReportMetric(float64(s.Lost.Load()), "lost")
	b.ReportMetric(float64(s.Bytes)/events, "ring-B/event")
	b.ReportMetric(float64(file.N)/events, "disk-B/event")
}

// play runs a recorded script to its end and writes the trace file to out.
func play(b *testing.B, out io.Writer, script *motion.Script, config goaoi.Config) *Sink {
	w := trace.NewWriter(out)
	var first time.Duration
	s, err := NewSink(func(e *event.Event) {
		if first == 0 {
			first = e.Time
		}
		e.Time -= first
		if err := w.Append(e); err != nil {
			b.Error(err)
		}
	}, w.Tables())
	if err != nil {
		b.Fatal(err)
	}
	contract, _, err := config.Declared()
	if err != nil {
		b.Fatal(err)
	}
	stream := s.Stream("world")
	stream.Space(1, contract)
	world, err := goaoi.New(config, stream, nil)
	if err != nil {
		b.Fatal(err)
	}
	done := 0
	for t := range script.Ticks {
		for _, a := range t.Actions {
			if err := world.Do(a); err != nil {
				b.Fatal(err)
			}
		}
		world.Tick()
		if done += len(t.Actions); done >= 1000 {
			time.Sleep(2 * pollEvery) // the drain catches up: nothing is lost
			done = 0
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return s
}
