package trace

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// generate appends n random events of all kinds to emit.
func generate(rng *rand.Rand, t *event.Tables, n int, emit func(*event.Event)) {
	words := []string{"", "a", "cell/0:1", "two words", "\"quoted\"", "tab\tnew\nline", "ünï", "\xff\xfe", "#", "x=y"}
	floats := []float64{0, 1, -1, 0.5, 12.25, 100.1, math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.MaxFloat64, 5e-324, float64(float32(0.1)), 1 << 53, 1e15 + 0.5}
	float := func() float64 {
		if rng.IntN(3) == 0 {
			return floats[rng.IntN(len(floats))]
		}
		return float64(rng.IntN(100000)) / 100
	}
	ints := []uint64{0, 1, 7, 255, 65536, 1 << 32, 1 << 63, math.MaxUint64}
	number := func() uint64 {
		if rng.IntN(3) == 0 {
			return ints[rng.IntN(len(ints))]
		}
		return rng.Uint64N(5000)
	}
	text := func() event.Str {
		if rng.IntN(4) == 0 {
			return t.Str("id-" + strconv.Itoa(rng.IntN(1000)))
		}
		return t.Str(words[rng.IntN(len(words))])
	}
	now := time.Duration(0)
	for range n {
		kind := event.Kind(1 + rng.IntN(int(event.NumKinds)-1))
		if rng.IntN(2) == 0 {
			kind = []event.Kind{event.Move, event.Enter, event.Leave}[rng.IntN(3)]
		}
		now += time.Duration(rng.IntN(200))
		if rng.IntN(50) == 0 {
			now += time.Duration(rng.IntN(1e9))
		}
		e := event.Event{Kind: kind, Time: now - time.Duration(rng.IntN(int(now/2+1)))*time.Duration(rng.IntN(2)), Stream: t.Stream("s" + strconv.Itoa(rng.IntN(6)))}
		for i, k := range kind.Spec().Keys {
			if k.Field == event.FieldDetail {
				if kind == event.Trace {
					e.Str[0] = t.Str([]string{"", "start=empty sync=all", "sample=0.5"}[rng.IntN(3)])
				} else {
					e.Str[0] = t.Str([]string{"", "metric=circle enter=50 leave=55 eval=tick:1", "bounds=0,0,0,1,1,1 filters=none"}[rng.IntN(3)])
				}
				continue
			}
			if !k.Required {
				if rng.IntN(2) == 0 {
					continue
				}
				e.Set |= 1 << i
			}
			vec := func() event.Vec { return event.Vec{X: float(), Y: float(), Z: float()} }
			var n uint64
			switch k.Type {
			case event.UintType, event.Hex64Type, event.Hex128Type:
				n = number()
				if k.Type == event.Hex128Type {
					e.Int[1] = rng.Uint64()
				}
			case event.TimeType:
				n = rng.Uint64N(uint64(event.MaxTime))
			case event.EnumType:
				n = rng.Uint64N(uint64(len(k.Enum)))
			case event.BoolType:
				n = rng.Uint64N(2)
			case event.VecType:
				e.Pos = vec()
			case event.RegionType:
				e.Pos, e.Max = vec(), vec()
			case event.FloatType:
				e.Num[k.Field-event.FieldNum0] = float()
			case event.StringType, event.StreamType:
				e.Str[k.Field-event.FieldStr0] = text()
			case event.IDsType:
				e.Str[k.Field-event.FieldStr0] = t.Str([]string{"", "7", "7,8,18446744073709551615"}[rng.IntN(3)])
			case event.CountsType:
				e.Str[k.Field-event.FieldStr0] = t.Str([]string{"", "move:309,enter:3"}[rng.IntN(2)])
			}
			if kind == event.Gap && k.Name == "lost" {
				n = rng.Uint64N(1000)
			}
			switch k.Field {
			case event.FieldSpace:
				e.Space = n
			case event.FieldEntity:
				e.Entity = n
			case event.FieldTarget:
				e.Target = n
			case event.FieldMode:
				e.Mode = uint8(n)
			case event.FieldPhase:
				e.Phase = uint8(n)
			case event.FieldInt0, event.FieldInt1, event.FieldInt2:
				e.Int[k.Field-event.FieldInt0] = n
			}
		}
		emit(&e)
	}
}

// written returns a trace file of n random events and their text.
func written(tb testing.TB, seed uint64, n int, opts ...WriterOption) (file []byte, text []string) {
	tb.Helper()
	var buf bytes.Buffer
	w := NewWriter(&buf, opts...)
	generate(rand.New(rand.NewPCG(seed, 1)), w.Tables(), n, func(e *event.Event) {
		if err := w.Append(e); err != nil {
			tb.Fatalf("%v: %s", err, event.AppendText(nil, w.Tables(), e))
		}
		text = append(text, refText(w.Tables(), e))
	})
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes(), text
}

// refText is the event's line and its sequence number.
func refText(t *event.Tables, e *event.Event) string {
	return string(event.AppendText(nil, t, e)) + " @" + strconv.FormatUint(e.Seq, 10)
}

// readAll returns the text of all events of a file and what ended it.
func readAll(file []byte) (text []string, st Stats, err error) {
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, Stats{}, err
	}
	for {
		b, err := r.Next()
		if err != nil {
			return text, r.Stats(), err
		}
		for i := range b.N {
			e := b.Event(i)
			text = append(text, refText(b.Tables, &e))
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(20) {
		for _, size := range []int{1, 7, 500, 1 << 14} {
			file, want := written(t, seed, 3000, WithBlockEvents(size))
			got, st, err := readAll(file)
			if err != io.EOF {
				t.Fatalf("seed %d, blocks of %d: got error %v, want EOF", seed, size, err)
			}
			if i := firstDifference(got, want); i >= 0 {
				t.Fatalf("seed %d, blocks of %d, event %d: got %q, want %q", seed, size, i, at(got, i), at(want, i))
			}
			if !st.Complete || st.Events != 3000 || st.Damage != nil || st.Damaged != 0 {
				t.Fatalf("seed %d: got stats %+v", seed, st)
			}
		}
	}
}

func firstDifference(a, b []string) int {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			return i
		}
	}
	return -1
}

func at(s []string, i int) string {
	if i < len(s) {
		return s[i]
	}
	return "nothing"
}

func TestTruncated(t *testing.T) {
	file, want := written(t, 3, 120, WithBlockEvents(10))
	for n := range file {
		got, st, err := readAll(file[:n])
		if i := firstDifference(got, want); i >= 0 && i < len(got) {
			t.Fatalf("cut at %d, event %d: got %q, want %q", n, i, at(got, i), at(want, i))
		}
		if n == 0 {
			if !errors.Is(err, ErrNotTrace) {
				t.Fatalf("an empty file: got %v, want ErrNotTrace", err)
			}
			continue
		}
		if err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF && st.Complete {
			t.Fatalf("cut at %d of %d: got %v, complete %v", n, len(file), err, st.Complete)
		}
	}
}

func TestNotTrace(t *testing.T) {
	for _, text := range []string{"", "hello", "{}", strings.Repeat("x", 1000), "\x00\x00\x00\x00"} {
		if _, err := NewReader(strings.NewReader(text)); !errors.Is(err, ErrNotTrace) {
			t.Errorf("%.20q: got %v, want ErrNotTrace", text, err)
		}
	}
	_, err := NewReader(strings.NewReader("# a comment\n0 main trace version=1\n"))
	if !errors.Is(err, ErrNotTrace) || !strings.Contains(err.Error(), "aoi-trace import") {
		t.Errorf("text twin: got %v, want a hint at import", err)
	}
}

// The workloads of the benchmarks use the codecs that random events do not.
func TestRoundTripWorkloads(t *testing.T) {
	for _, l := range workloads {
		for _, size := range []int{100, 1 << 14, 1 << 16} {
			var file bytes.Buffer
			w := NewWriter(&file, WithBlockEvents(size))
			var want []event.Event
			l.make(w.Tables(), 70000, func(e *event.Event) {
				if err := w.Append(e); err != nil {
					t.Fatal(err)
				}
				want = append(want, *e)
			})
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			r, err := NewReader(&file)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			err = event.Each(r, func(tables *event.Tables, e event.Event) bool {
				w := w.Tables().Copy(e, tables)
				if n >= len(want) || w != want[n] {
					t.Fatalf("%s, blocks of %d, event %d: got %+v, want %+v", l.name, size, n, w, want[n])
				}
				n++
				return true
			})
			if err != nil || n != len(want) {
				t.Fatalf("%s, blocks of %d: got %d events and %v, want %d", l.name, size, n, err, len(want))
			}
		}
	}
}
