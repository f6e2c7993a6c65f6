package merge

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// BenchmarkFiles merges two files of a crowd each; every hundredth event is a
// message to the other.
func BenchmarkFiles(b *testing.B) {
	const events = 200_000
	crowd := func(there, back string) []byte {
		var out bytes.Buffer
		w := trace.NewWriter(&out)
		t := w.Tables()
		zone, net := t.Stream("zone"), t.Stream("net")
		sends, recvs := t.Str(there), t.Str(back)
		for i := range events {
			e := event.Event{Kind: event.Move, Stream: zone, Entity: uint64(i % 5000), Pos: event.Vec{X: float64(i%977) / 8, Y: float64(i%733) / 8}}
			switch i % 100 {
			case 0:
				e = event.Event{Kind: event.Send, Stream: zone, Str: [3]event.Str{sends}, Set: sendN}
				e.Int[0] = uint64(i / 100)
			case 50:
				e = event.Event{Kind: event.Recv, Stream: net, Str: [3]event.Str{recvs}, Set: recvN}
				e.Int[0] = uint64(i / 100)
			}
			e.Time = time.Duration(1000 * (1 + i))
			if err := w.Append(&e); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		return out.Bytes()
	}
	inputs := []Input{input("east", crowd("//there", "//back")), input("west", crowd("//back", "//there"))}
	b.ReportAllocs()
	for b.Loop() {
		r, err := Files(io.Discard, inputs, Options{})
		if err != nil || r.Late > 0 {
			b.Fatal(r, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(2*events), "ns/event")
}
