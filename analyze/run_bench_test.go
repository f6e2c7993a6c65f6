package analyze_test

import (
	"os"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/trace"
)

func BenchmarkFile(b *testing.B) {
	for range b.N {
		f, err := os.Open(os.Getenv("AOI_FILE"))
		if err != nil {
			b.Skip(err)
		}
		r, err := trace.NewReader(f)
		if err != nil {
			b.Fatal(err)
		}
		rep, err := analyze.Run(r, detectors.All)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(rep.Trace.Events)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
		f.Close()
	}
}
