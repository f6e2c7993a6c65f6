package bench

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	const text = `goos: linux
BenchmarkEmit/aoi-trace/stream/move-2         	 100	        11.0 ns/op	         0 lost/event	       0 B/op	       0 allocs/op
BenchmarkEmit/aoi-trace/stream/move-2         	 100	        13.0 ns/op	         0 lost/event	       0 B/op	       0 allocs/op
BenchmarkEmit/aoi-trace/handle-less/move
BenchmarkEmit/aoi-trace/handle-less/move         	 100	        9.5 ns/op
BenchmarkOther-2 5 1 ns/op
PASS
`
	results, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 {
		t.Fatalf("got %d results, want 2", len(results))
	}
	r := Find(results, "aoi-trace/stream/move")
	if r == nil || r.Median("ns/op") != 12 || r.Text("allocs/op", "%.0f") != "0" || r.Text("B/event", "%.1f") != "-" {
		t.Errorf("got %+v, want a median of 12 ns/op, 0 allocs/op and no B/event", r)
	}
	if r := Find(results, "aoi-trace/handle-less/move"); r == nil || r.Median("ns/op") != 9.5 {
		t.Errorf("got %+v, want 9.5 ns/op", r)
	}
	if _, err := Parse(strings.NewReader("BenchmarkEmit/short-2 1 1 ns/op\n")); err == nil {
		t.Error("got no error for a name of one part")
	}
}
