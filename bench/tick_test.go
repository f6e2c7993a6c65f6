package bench

import (
	"slices"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/realworld/goaoi"
	"github.com/aoi-trace/aoi-trace/realworld/motion"
	"github.com/aoi-trace/aoi-trace/record"
)

// BenchmarkTick plays one workload in two go-aoi worlds at once, tick by tick in
// turn, so that both meet the same noise: one records, one has the same calls
// on a nil stream. One operation is one tick of both. off-ns and on-ns are
// medians of a tick, share-% is what recording adds, by medians, and ns/event
// is that spread over the events of a tick. In a walk everybody runs, and each
// move changes nine views; in a stroll it changes few.
func BenchmarkTick(b *testing.B) {
	for _, workload := range []string{"walk", "stroll"} {
		for _, manager := range []string{"tower", "xz"} {
			b.Run(workload+"/"+manager, func(b *testing.B) { tick(b, workload, manager) })
		}
	}
}

func tick(b *testing.B, workload, manager string) {
	s, err := NewSink(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	script, err := motion.Named(workload, motion.Options{Entities: 1000, Ticks: 1 << 30, Float: true, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	config := goaoi.Config{Manager: manager, Radius: script.Radius, Tower: 50, Max: script.Max}
	streams := [2]*record.Stream{nil, s.Stream("world")}
	var worlds [2]*goaoi.World
	for i := range worlds {
		if worlds[i], err = goaoi.New(config, streams[i], nil); err != nil {
			b.Fatal(err)
		}
	}
	var times [2][]time.Duration
	var first int64 // events of the tick that spawns everybody
	n := 0
	for t := range script.Ticks {
		if n > b.N {
			break
		}
		for k := range worlds {
			i := (k + n) % 2 // neither is always first, with a cold cache
			start := time.Now()
			for _, a := range t.Actions {
				if err := worlds[i].Do(a); err != nil {
					b.Fatal(err)
				}
			}
			worlds[i].Tick()
			if n > 0 { // the first tick spawns everybody
				times[i] = append(times[i], time.Since(start))
			}
		}
		if n == 0 {
			time.Sleep(20 * pollEvery)
			first = s.Events.Load() + s.Lost.Load()
			b.ResetTimer()
		}
		n++
	}
	b.StopTimer()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	off, on := median(times[0]), median(times[1])
	events := float64(s.Events.Load()+s.Lost.Load()-first) / float64(n-1)
	b.ReportMetric(off, "off-ns")
	b.ReportMetric(on, "on-ns")
	b.ReportMetric(100*(on-off)/off, "share-%")
	b.ReportMetric((on-off)/events, "ns/event")
	b.ReportMetric(events, "events/tick")
	b.ReportMetric(float64(s.Lost.Load())/float64(n-1)/events, "lost/event")
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2].Nanoseconds())
}
