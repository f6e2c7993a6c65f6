package trace_test

import (
	"bytes"
	"fmt"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// A trace is written event by event and read block by block.
func Example() {
	var file bytes.Buffer
	w := trace.NewWriter(&file)
	zone := w.Tables().Stream("zone-3")
	for _, e := range []event.Event{
		{Kind: event.Spawn, Stream: zone, Entity: 7, Pos: event.Vec{X: 10, Y: 20}},
		{Kind: event.Enter, Stream: zone, Entity: 7, Target: 8, Time: 50_000},
	} {
		if err := w.Append(&e); err != nil {
			fmt.Println(err)
		}
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
	}

	r, err := trace.NewReader(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = event.Each(r, func(t *event.Tables, e event.Event) bool {
		fmt.Printf("%s\n", event.AppendText(nil, t, &e))
		return true
	})
	fmt.Println(r.Stats().Events, r.Stats().Complete, err)
	// Output:
	// 0 zone-3 spawn e=7 pos=10,20,0
	// 0.00005 zone-3 enter w=7 t=8
	// 2 true <nil>
}
