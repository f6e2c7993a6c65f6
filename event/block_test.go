package event

import (
	"errors"
	"io"
	"testing"
)

// An event with a value of its own in each field that its kind uses.
func full(k Kind, n uint64) Event {
	e := Event{Kind: k, Time: 1, Seq: n, Stream: 2, Set: k.Optional()}
	for f := FieldSpace; f < FieldDetail; f++ {
		if k.Fields()>>f&1 == 0 {
			continue
		}
		v := n + uint64(f)
		switch f {
		case FieldSpace:
			e.Space = v
		case FieldEntity:
			e.Entity = v
		case FieldTarget:
			e.Target = v
		case FieldPos:
			e.Pos = Vec{float64(v), 1, 2}
		case FieldMax:
			e.Max = Vec{float64(v), 3, 4}
		case FieldMode:
			e.Mode = uint8(v)
		case FieldPhase:
			e.Phase = uint8(v)
		case FieldInt0, FieldInt1, FieldInt2:
			e.Int[f-FieldInt0] = v
		case FieldNum0, FieldNum1:
			e.Num[f-FieldNum0] = float64(v)
		case FieldStr0, FieldStr1, FieldStr2:
			e.Str[f-FieldStr0] = Str(v)
		}
	}
	return e
}

func TestBlock(t *testing.T) {
	b := NewBlock(NewTables(), 1)
	var want []Event
	for round := range uint64(3) {
		for k := Invalid + 1; k < NumKinds; k++ {
			e := full(k, round*100+uint64(k))
			want = append(want, e)
			if b.Full() {
				b.Grow(2*b.Cap() + 1)
			}
			b.Append(&e)
		}
	}
	if b.N != len(want) {
		t.Fatalf("got %d events, want %d", b.N, len(want))
	}
	for i := range want {
		if got := b.Event(i); got != want[i] {
			t.Errorf("event %d: got %+v, want %+v", i, got, want[i])
		}
	}
	b.Reset()
	e := full(Move, 5)
	b.Append(&e)
	if got := b.Event(0); b.N != 1 || got != e {
		t.Errorf("after Reset: got %+v, want %+v", got, e)
	}
}

type blocks struct {
	b   *Block
	n   int
	err error
}

func (s *blocks) Next() (*Block, error) {
	if s.n--; s.n < 0 {
		return nil, s.err
	}
	return s.b, nil
}

func TestEach(t *testing.T) {
	b := NewBlock(NewTables(), 2)
	for range 2 {
		b.Append(&Event{Kind: End})
	}
	failed := errors.New("failed")
	for _, c := range []struct {
		err, want error
		stop      int
		events    int
	}{{io.EOF, nil, 100, 6}, {failed, failed, 100, 6}, {failed, nil, 3, 3}} {
		n := 0
		err := Each(&blocks{b, 3, c.err}, func(*Tables, Event) bool { n++; return n < c.stop })
		if n != c.events || err != c.want {
			t.Errorf("got %d events and %v, want %d and %v", n, err, c.events, c.want)
		}
	}
}

func TestTables(t *testing.T) {
	a, b := NewTables(), NewTables()
	b.Str("other")
	b.Stream("main")
	e := Event{Kind: Enter, Stream: a.Stream("zone"), Str: [3]Str{a.Str("cause")}}
	got := b.Copy(e, a)
	if b.StreamName(got.Stream) != "zone" || b.Text(got.Str[0]) != "cause" || got.Str[1] != 0 {
		t.Errorf("copied: stream %q, cause %q", b.StreamName(got.Stream), b.Text(got.Str[0]))
	}
	if b.Copy(got, b) != got {
		t.Error("a copy within the same tables differs")
	}
	if b.Text(99) != "" || b.StreamName(99) != "" {
		t.Error("a number that is none has a name")
	}
	if n := b.Strings.AddBytes([]byte("cause")); n != uint32(got.Str[0]) || b.Strings.AddBytes([]byte("new")) != uint32(b.Strings.Len()-1) {
		t.Errorf("AddBytes: got %d, want %d", n, got.Str[0])
	}
}

func TestSequencer(t *testing.T) {
	var s Sequencer
	for i, c := range []struct {
		e    Event
		want uint64
	}{
		{Event{Kind: End, Stream: 3}, 0},
		{Event{Kind: End, Stream: 0}, 0},
		{Event{Kind: Gap, Stream: 3, Int: [3]uint64{10}}, 1},
		{Event{Kind: End, Stream: 3}, 12},
		{Event{Kind: End, Stream: 0}, 1},
	} {
		if s.Assign(&c.e); c.e.Seq != c.want {
			t.Errorf("event %d: got %d, want %d", i, c.e.Seq, c.want)
		}
	}
}
