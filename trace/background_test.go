package trace

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// mixed returns the file that a writer makes of events, most of which are
// simple and some of which have texts, spaces and gaps; every 700 events it
// calls between.
func mixed(t *testing.T, between func(w *Writer), opts ...WriterOption) []byte {
	t.Helper()
	var file bytes.Buffer
	w := NewWriter(&file, append(opts, WithBlockEvents(1000))...)
	n := 0
	crowd(w.Tables(), 20000, 50, single, func(e *event.Event) {
		switch n++; {
		case n%97 == 0:
			*e = event.Event{Kind: event.Note, Time: e.Time, Stream: e.Stream, Str: [3]event.Str{w.Tables().Str(strings.Repeat("n", n/97))}}
		case n%101 == 0:
			*e = event.Event{Kind: event.Gap, Time: e.Time, Stream: e.Stream, Int: [3]uint64{uint64(n)}}
		case n%5 == 0 && e.Kind == event.Move:
			e.Set, e.Space = event.Move.Bit("space"), uint64(n%3)
		case n%7 == 0:
			e.Stream = w.Tables().Stream(strings.Repeat("s", 1+n%11))
		}
		if err := w.Append(e); err != nil {
			t.Fatal(err)
		}
		if n%700 == 0 {
			between(w)
		}
	})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Written() != 20000 || w.Offset() != int64(file.Len()) {
		t.Errorf("got %d events and %d bytes written, want 20000 and %d", w.Written(), w.Offset(), file.Len())
	}
	return file.Bytes()
}

func TestBackground(t *testing.T) {
	flush := func(w *Writer) {
		if err := w.Flush(); err != nil {
			t.Error(err)
		}
	}
	for name, between := range map[string]func(*Writer){"blocks": func(*Writer) {}, "flush": flush} {
		want := mixed(t, between)
		if got := mixed(t, between, WithBackground()); !bytes.Equal(got, want) {
			t.Errorf("%s: in the background the file has %d bytes and differs from that of %d bytes made in place", name, len(got), len(want))
		}
	}
}

// What is posted is out at last, without another event.
func TestPost(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file, WithBackground())
	e := event.Event{Kind: event.Tick, Stream: w.Tables().Stream("a"), Int: [3]uint64{1}}
	for range 3 {
		if err := w.Append(&e); err != nil {
			t.Fatal(err)
		}
	}
	for begin := time.Now(); w.Written() < 3; time.Sleep(time.Millisecond) {
		if err := cmp.Or(w.Post(), w.Poll()); err != nil {
			t.Fatal(err)
		}
		if time.Since(begin) > 30*time.Second {
			t.Fatal("what was posted is not written after 30 s")
		}
	}
	if w.Written() != 3 || w.Offset() != int64(file.Len()) {
		t.Errorf("got %d events and %d bytes written, want 3 and %d", w.Written(), w.Offset(), file.Len())
	}
	r, err := NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Next()
	if err != nil || b.N != 3 {
		t.Errorf("got %v and %v, want a block of 3 events", b, err)
	}
}

// A sinkhole takes some bytes and then fails.
type sinkhole struct{ room int }

var errFull = errors.New("the disk is full")

func (s *sinkhole) Write(b []byte) (int, error) {
	n := min(len(b), s.room)
	if s.room -= n; n < len(b) {
		return n, errFull
	}
	return n, nil
}

func TestBackgroundFails(t *testing.T) {
	for _, room := range []int{0, 100, 1000, 3000} {
		w := NewWriter(&sinkhole{room}, WithBackground(), WithBlockEvents(100))
		var errs []error
		e := event.Event{Kind: event.Despawn, Stream: w.Tables().Stream("a")}
		for i := range uint64(2000) {
			e.Entity = i * i * i * 7919
			errs = append(errs, w.Append(&e))
		}
		errs = append(errs, w.Flush(), w.Post(), w.Close())
		first := slices.IndexFunc(errs, func(err error) bool { return err != nil })
		for _, err := range errs[first:] {
			if !errors.Is(err, errFull) {
				t.Fatalf("room for %d bytes: after the first error got %v, want %v", room, err, errFull)
			}
		}
		if first > 1000 {
			t.Errorf("room for %d bytes: the first error came with event %d, long after it happened", room, first)
		}
		if w.Offset() != int64(room) || w.Written() > uint64(first) {
			t.Errorf("room for %d bytes: got %d bytes and %d events written before event %d", room, w.Offset(), w.Written(), first)
		}
	}
}
