package collect_test

import (
	"os"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// A recording is a trace file, read.
type recording struct {
	tables *event.Tables
	events []event.Event
	stats  trace.Stats
}

// read reads the trace file path, which must be whole.
func read(t *testing.T, path string) *recording {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := trace.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	out := &recording{tables: r.Tables()}
	if err := event.Each(r, func(_ *event.Tables, e event.Event) bool {
		out.events = append(out.events, e)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	out.stats = r.Stats()
	if !out.stats.Complete {
		t.Errorf("%s is not complete", path)
	}
	if len(out.events) == 0 || out.events[0].Kind != event.Trace {
		t.Errorf("%s does not begin with a trace event", path)
	}
	for i, e := range out.events {
		if i > 0 && e.Kind == event.Trace {
			t.Errorf("event %d is another trace event", i)
		}
		if e.Time < 0 {
			t.Errorf("event %d is at %v", i, e.Time)
		}
	}
	return out
}

// lines returns the events of a kind in the text twin, without the time.
func (r *recording) lines(kind event.Kind) []string {
	var out []string
	for _, e := range r.events {
		if e.Kind == kind {
			_, rest, _ := strings.Cut(string(event.AppendText(nil, r.tables, &e)), " ")
			out = append(out, rest)
		}
	}
	return out
}

// updates returns the v of the updates of each stream, in order.
func (r *recording) updates() map[string][]uint64 {
	out := map[string][]uint64{}
	for _, e := range r.events {
		if e.Kind == event.Update {
			name := r.tables.StreamName(e.Stream)
			out[name] = append(out[name], e.Int[0])
		}
	}
	return out
}
