package trace

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
)

// continued writes a recording into two files of n events each, of two
// streams, in blocks of ten.
func continued(t *testing.T, n int) (first, second []byte) {
	t.Helper()
	var files [2]bytes.Buffer
	w := NewWriter(&files[0], WithBlockEvents(10))
	a, b := w.Tables().Stream("a"), w.Tables().Stream("b")
	for i := range files {
		if i > 0 {
			w = w.Continue(&files[i])
		}
		for j := range n {
			s := a
			if i > 0 && j%2 == 0 || j >= n/2 {
				s = b
			}
			if err := w.Append(&event.Event{Kind: event.End, Stream: s}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return files[0].Bytes(), files[1].Bytes()
}

// A file in which a recording goes on counts on, and nothing of it is lost;
// what damage loses of it counts as in any other.
func TestContinue(t *testing.T) {
	first, second := continued(t, 40)
	for i, data := range [][]byte{first, second} {
		r, err := NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		next := map[string]uint64{"a": 0, "b": 0}
		if i > 0 {
			next = map[string]uint64{"a": 20, "b": 20}
		}
		if err := event.Each(r, func(tt *event.Tables, e event.Event) bool {
			name := tt.StreamName(e.Stream)
			if e.Kind != event.End || e.Seq != next[name] {
				t.Errorf("file %d: got %v %s#%d, want number %d", i, e.Kind, name, e.Seq, next[name])
			}
			next[name]++
			return true
		}); err != nil {
			t.Fatal(err)
		}
		st, err := ReadStats(bytes.NewReader(data), int64(len(data)))
		if err != nil || st.Events != 40 || st.Lost+st.Damaged != 0 || st.Streams != 2 || !st.Complete {
			t.Errorf("file %d: got %+v and %v", i, st, err)
		}
	}

	// The first block of the second file is damaged: ten events are lost.
	blocks, err := ReadIndex(bytes.NewReader(second), int64(len(second)))
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(second)
	bad[blocks[0].Offset+frameSize+5] ^= 0xff
	r, err := NewReader(bytes.NewReader(bad))
	if err != nil {
		t.Fatal(err)
	}
	lost := uint64(0)
	err = event.Each(r, func(_ *event.Tables, e event.Event) bool {
		if e.Kind == event.Gap {
			lost += e.Int[0]
		}
		return true
	})
	var damage *FormatError
	if !errors.As(err, &damage) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got error %v", err)
	}
	if st := r.Stats(); lost != 10 || st.Damaged != 10 || st.Events != 30 {
		t.Errorf("damage lost 10 events; the gaps tell %d, the statistics %+v", lost, st)
	}
}

// A stream begins where Begin says, unless it has begun.
func TestBegin(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file)
	s := w.Tables().Stream("s")
	w.Begin(s, 7)
	for want := uint64(7); want < 9; want++ {
		e := event.Event{Kind: event.End, Stream: s}
		if err := w.Append(&e); err != nil || e.Seq != want {
			t.Errorf("got number %d and %v, want %d", e.Seq, err, want)
		}
		w.Begin(s, 100)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
