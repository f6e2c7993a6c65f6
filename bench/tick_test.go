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
// on a nil stream. One operation is one tick of both. off-ns is the median of a
// tick that does not record, cost-ns the median of what recording added to each
// tick, share-% that in relation, and ns/event that spread over the events of a
// tick. In a walk everybody runs, and each move changes nine views; in a stroll
// it changes few. Between ticks all sleep, as servers do, and the drain catches
// up.
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
	var offs, costs []time.Duration
	var first int64 // events of the tick that spawns everybody
	n := 0
	for t := range script.Ticks {
		if n > b.N {
			break
		}
		var took [2]time.Duration
		for k := range worlds {
			i := (k + n) % 2 // neither is always first, with a cold cache
			start := time.Now()
			for _, a := range t.Actions {
				if err := worlds[i].Do(a); err != nil {
					b.Fatal(err)
				}
			}
			worlds[i].Tick()
			took[i] = time.Since(start)
		}
		time.Sleep(3 * pollEvery)
		if n > 0 {
			offs, costs = append(offs, took[0]), append(costs, took[1]-took[0])
		} else { // the first tick spawns everybody
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
	off, cost := median(offs), median(costs)
	events := float64(s.Events.Load()+s.Lost.Load()-first) / float64(n-1)
	b.ReportMetric(off, "off-ns")
	b.ReportMetric(cost, "cost-ns")
	b.ReportMetric(100*cost/off, "share-%")
	b.ReportMetric(cost/events, "ns/event")
	b.ReportMetric(events, "events/tick")
	b.ReportMetric(float64(s.Lost.Load())/float64(n-1)/events, "lost/event")
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2].Nanoseconds())
}
