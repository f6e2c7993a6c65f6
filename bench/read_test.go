package bench

import (
	"bytes"
	"io"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/realworld/goaoi"
	"github.com/aoi-trace/aoi-trace/realworld/motion"
	"github.com/aoi-trace/aoi-trace/trace"
)

// BenchmarkRead reads trace files of go-aoi's cross list from memory: decode
// looks at every block, analyze runs all detectors on all cores.
func BenchmarkRead(b *testing.B) {
	for _, workload := range []string{"walk", "stroll", "game"} {
		script, err := motion.Named(workload, motion.Options{Float: true, Seed: 1, Ticks: 2000})
		if err != nil {
			b.Logf("leaving %s out: %v", workload, err)
			continue
		}
		if workload != "game" { // as many events as the recording has
			script, _ = motion.Named(workload, motion.Options{Float: true, Seed: 1, Ticks: 200})
		}
		var file bytes.Buffer
		config := goaoi.Config{Manager: "xz", Contract: "square", Radius: script.Radius}
		s := play(b, &file, script, config)
		events := float64(s.Events.Load())
		rate := func(b *testing.B) {
			b.ReportMetric(events*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
			b.ReportMetric(float64(s.Lost.Load()), "lost")
		}
		b.Run("decode/"+workload, func(b *testing.B) {
			for range b.N {
				r, err := trace.NewReader(bytes.NewReader(file.Bytes()))
				for err == nil {
					_, err = r.Next()
				}
				if err != io.EOF {
					b.Fatal(err)
				}
			}
			rate(b)
		})
		b.Run("analyze/"+workload, func(b *testing.B) {
			for range b.N {
				r, err := trace.NewReader(bytes.NewReader(file.Bytes()))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := analyze.Run(r, detectors.All); err != nil {
					b.Fatal(err)
				}
			}
			rate(b)
		})
	}
}
