package collect

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// A disk takes so many bytes and no more.
type disk struct {
	bytes.Buffer
	room int
}

var errFull = errors.New("the disk is full")

func (d *disk) Write(b []byte) (int, error) {
	if len(b) > d.room {
		d.Buffer.Write(b[:d.room])
		n := d.room
		d.room = 0
		return n, errFull
	}
	d.room -= len(b)
	return d.Buffer.Write(b)
}

func (d *disk) Close() error { return nil }

// A disk that fills up half-way leaves a readable file, and what is missing
// is known to the event.
func TestOutputFull(t *testing.T) {
	t.Run("at once", func(t *testing.T) { outputFull(t, newOutput) })
	t.Run("in the background", func(t *testing.T) {
		outputFull(t, func(to io.WriteCloser, opts ...trace.WriterOption) *output {
			o := newOutput(to, append(opts, trace.WithBackground())...)
			o.behind = true
			return o
		})
	})
}

func outputFull(t *testing.T, newOutput func(io.WriteCloser, ...trace.WriterOption) *output) {
	const n = 200_000
	d := &disk{room: 1_200_000} // one block and a part of the next
	o := newOutput(d)
	s := o.w.Tables().Stream("s")
	x := uint64(1)
	for i := range n {
		x = x*6364136223846793005 + 1442695040888963407 // nothing to compress
		e := event.Event{Kind: event.Update, Stream: s, Time: time.Duration(i), Entity: x, Target: 2, Int: [3]uint64{x}, Set: event.Update.Bit("v")}
		if err := o.append(&e); err != nil {
			t.Fatal(err)
		}
	}
	err := o.close()
	if !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	r, rerr := trace.NewReader(&d.Buffer)
	if rerr != nil {
		t.Fatal(rerr)
	}
	in := uint64(0)
	event.Each(r, func(*event.Tables, event.Event) bool { in++; return true })
	if in == 0 || in != o.flushed || o.events+o.failed != n {
		t.Errorf("%d events are in the file; %d said to be; %d and %d of %d counted", in, o.flushed, o.events, o.failed, n)
	}
	if want := "events are not in it"; !strings.Contains(err.Error(), want) {
		t.Errorf("got %q, want %q in it", err, want)
	}
}

// An event that no reader would take leaves a gap of one.
func TestOutputRefused(t *testing.T) {
	d := &disk{room: 1 << 20}
	o := newOutput(d)
	tab := o.w.Tables()
	s := tab.Stream("s")
	ok := event.Event{Kind: event.Tick, Stream: s}
	bad := event.Event{Kind: event.Zone, Stream: s, Str: [3]event.Str{9999}, Set: event.Zone.Bit("from")}
	for _, e := range []event.Event{ok, bad, ok} {
		err := o.append(&e)
		if (err != nil) != (e.Kind == event.Zone) {
			t.Errorf("%v: %v", e.Kind, err)
		}
	}
	if err := o.close(); err != nil {
		t.Fatal(err)
	}
	r, err := trace.NewReader(&d.Buffer)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	event.Each(r, func(tab *event.Tables, e event.Event) bool {
		got = append(got, string(event.AppendText(nil, tab, &e)))
		return true
	})
	if want := "0 s tick n=0\n0 s gap lost=1 why=damage\n0 s tick n=0"; strings.Join(got, "\n") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if o.lost != 1 || o.used() != 1 {
		t.Errorf("%d lost in %d streams", o.lost, o.used())
	}
}

func TestLead(t *testing.T) {
	tests := []struct{ a, b, want string }{
		{"start=empty clock=tsc", "start=empty clock=tsc", "start=empty clock=tsc"},
		{"start=empty clock=tsc", "start=unknown clock=monotonic", ""},
		{"start=empty sync=all", "start=empty", "start=empty"},
		{"sample=0.5", "", "sample=0.5"},
		{"", "sample=0.25", "sample=0.25"},
		{"sample=0.5", "sample=0.25", "sample=0.25"},
		{`start=empty clock="a b"`, `start=empty clock="a b"`, `start=empty clock="a b"`},
	}
	for _, tt := range tests {
		tab := event.NewTables()
		trace := func(detail string) *event.Event {
			e, err := event.Parse(tab, strings.TrimSpace("1 main trace version=1 "+detail))
			if err != nil {
				t.Fatal(err)
			}
			return &e
		}
		var l lead
		for _, detail := range []string{tt.a, tt.b} {
			if note := l.meet(tab, trace(detail)); note != "" {
				t.Errorf("%q before the file begins: %s", detail, note)
			}
		}
		e := l.first(tab, &event.Event{Time: 5}, false)
		if got := tab.Text(e.Str[0]); got != tt.want || e.Time != 5 {
			t.Errorf("%q and %q: got %q at %v, want %q", tt.a, tt.b, got, e.Time, tt.want)
		}
		if note := l.meet(tab, trace("start=unknown")); (note != "") != strings.Contains(tt.want, "start=empty") {
			t.Errorf("%q, then unknown: got %q", tt.want, note)
		}
	}
	var l lead
	tab := event.NewTables()
	e := l.first(tab, &event.Event{Time: 5}, true)
	if got := string(event.AppendBody(nil, tab, &e)); got != "trace version=1 start=unknown recovered=true" {
		t.Errorf("got %q", got)
	}
}
