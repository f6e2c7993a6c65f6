package merge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// A machine is a simulated one: at true time t its trace shows
// (t-began)·(1+drift).
type machine struct {
	name  string
	began time.Duration
	drift float64
	lines []line
}

type line struct {
	time time.Duration // on the machine's clock
	text string        // STREAM KIND key=value…
}

func (m *machine) clock(t time.Duration) time.Duration {
	d := t - m.began
	return d + time.Duration(m.drift*float64(d))
}

// do has the machine record something at true time t.
func (m *machine) do(t time.Duration, format string, args ...any) {
	m.lines = append(m.lines, line{m.clock(t), fmt.Sprintf(format, args...)})
}

// file returns the machine's trace file.
func (m *machine) file(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := trace.NewWriter(&out, trace.WithBlockEvents(500))
	slices.SortStableFunc(m.lines, func(a, b line) int { return int(a.time - b.time) })
	for _, l := range m.lines {
		e, err := event.Parse(w.Tables(), event.FormatTime(l.time)+" "+l.text)
		if err != nil {
			t.Fatalf("%s: %v", l.text, err)
		}
		if err := w.Append(&e); err != nil {
			t.Fatalf("%s: %v", l.text, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func input(name string, data []byte) Input {
	return Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// merged merges the machines' files.
func merged(t *testing.T, o Options, machines ...*machine) (*Result, []byte) {
	t.Helper()
	var inputs []Input
	for _, m := range machines {
		inputs = append(inputs, input(m.name, m.file(t)))
	}
	var out bytes.Buffer
	r, err := Files(&out, inputs, o)
	if err != nil {
		t.Fatal(err)
	}
	return r, out.Bytes()
}

// each calls f for the events of a trace file.
func each(t *testing.T, data []byte, f func(tab *event.Tables, e event.Event)) {
	t.Helper()
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := event.Each(r, func(tab *event.Tables, e event.Event) bool { f(tab, e); return true }); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, data []byte) string {
	t.Helper()
	var b strings.Builder
	each(t, data, func(tab *event.Tables, e event.Event) {
		b.Write(event.AppendText(nil, tab, &e))
		b.WriteByte('\n')
	})
	return b.String()
}

// Three servers: each of the first two talks to its neighbour, so that the
// third is related to the first over the second. Every note says which true
// time it was.
func TestSkewedClocks(t *testing.T) {
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 7))
		ms := []*machine{
			{name: "east", began: 3 * time.Second, drift: 30e-6},
			{name: "west", began: 0, drift: -80e-6},
			{name: "north", began: time.Minute, drift: 200e-6},
		}
		const length = 10 * time.Minute
		for _, m := range ms {
			m.do(m.began, "main trace version=1 start=empty")
		}
		took := func() time.Duration { return 200*time.Microsecond + time.Duration(rng.ExpFloat64()*1e6) }
		at := func(m *machine) time.Duration {
			return m.began + time.Duration(rng.Int64N(int64(length-m.began)))
		}
		for n := range 2000 {
			for i := range 2 {
				a, b := ms[i], ms[i+1]
				sent := max(at(a), b.began)
				a.do(sent, "zone send ch=//%d n=%d", i, n)
				b.do(sent+took(), "net recv ch=//%d n=%d", i, n)
				sent = max(at(b), a.began)
				b.do(sent, "zone publish obj=//%d v=%d", i, n+1)
				a.do(sent+took(), "net observe obj=//%d v=%d", i, n+1)
			}
			for _, m := range ms {
				when := at(m)
				m.do(when, "zone note text=%d", when)
			}
		}
		r, data := merged(t, Options{}, ms...)
		if len(r.Files) != 3 || r.Late > 0 || r.Lost > 0 {
			t.Fatalf("got %+v", r)
		}
		shift := ms[0].clock(ms[1].began).Abs() // west began first: it is near time 0
		sends := map[string]time.Duration{}
		position, worst := 0, map[string]time.Duration{}
		each(t, data, func(tab *event.Tables, e event.Event) {
			position++
			file, _, _ := strings.Cut(tab.StreamName(e.Stream), "/")
			switch e.Kind {
			case event.Send, event.Publish:
				sends[fmt.Sprint(e.Kind, tab.Text(e.Str[0]), e.Int[0])] = e.Time
			case event.Recv, event.Observe:
				kind := event.Send
				if e.Kind == event.Observe {
					kind = event.Publish
				}
				sent, ok := sends[fmt.Sprint(kind, tab.Text(e.Str[0]), e.Int[0])]
				if !ok || e.Time < sent || e.Phase != 0 {
					t.Fatalf("seed %d, event %d: received at %v, sent at %v (%v)", seed, position, e.Time, sent, ok)
				}
			case event.Note:
				var when time.Duration
				if n, _ := fmt.Sscan(tab.Text(e.Str[0]), &when); n == 1 {
					err := (e.Time - shift - ms[0].clock(when)).Abs()
					worst[file] = max(worst[file], err)
				}
			}
		})
		// The shift is known no better than west's clock is.
		own := r.Files[1].Bound
		for _, f := range r.Files {
			if !f.Known || f.Slack > 0 || worst[f.Name] > f.Bound+own {
				t.Errorf("seed %d: %s is wrong by %v, its bound is %v + %v (%+v)", seed, f.Name, worst[f.Name], f.Bound, own, f)
			}
		}
		if r.Files[1].Bound > 400*time.Microsecond || r.Files[2].Bound > time.Millisecond {
			t.Errorf("seed %d: the bounds are %v and %v", seed, r.Files[1].Bound, r.Files[2].Bound)
		}
		if r.Files[2].Via != "west" || r.Files[2].From != 2000 {
			t.Errorf("north is related by %+v, want west and 2000 messages to it", r.Files[2])
		}
	}
}

func TestNames(t *testing.T) {
	a := &machine{name: "a"}
	a.do(0, "main trace version=1 start=empty sync=all clock=tsc wall=1000")
	a.do(1e9, "main fork g=zone")
	a.do(2e9, "zone send ch=local n=1")
	a.do(3e9, "p-7/main fork g=zone")
	a.do(4e9, "p-7/zone gap lost=3 from=3.5 to=3.75")
	b := &machine{name: "b"}
	b.do(0, "main trace version=1 start=empty clock=monotonic wall=1000.5")
	b.do(1e9, "main recv ch=local n=1")
	r, data := merged(t, Options{}, a, b)
	want := `0 merge trace version=1 start=empty wall=1000
0 a/main note text="the trace of a begins: start=empty sync=all clock=tsc wall=1000"
0.5 b/main note text="the trace of b begins: start=empty clock=monotonic wall=1000.5"
1 a/main fork g=a/zone
1.5 b/main recv ch=local n=1 late=true
2 a/zone send ch=local n=1
3 a:p-7/main fork g=a:p-7/zone
4 a:p-7/zone gap lost=3 from=3.5 to=3.75
`
	// The two channels called local are two: nothing is received in b.
	if got := text(t, data); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if f := r.Files[1]; f.Known || !f.Wall || f.Offset != 500*time.Millisecond || r.Lost != 3 {
		t.Errorf("b is related by %+v, want the wall clocks and 0.5 s", f)
	}

	// Told that local is shared, the message says that b began later.
	r, data = merged(t, Options{Shared: []string{"local"}}, a, b)
	if got := text(t, data); !strings.Contains(got, "2 a/zone send ch=//local n=1\n2 b/main recv ch=//local n=1\n") {
		t.Errorf("with a shared channel got\n%s", got)
	}
	if f := r.Files[1]; f.Known || f.To != 1 || f.From != 0 || f.Offset != time.Second {
		t.Errorf("b is related by %+v, want one message one way, and 1 s", f)
	}
}

// Two runs of one server send the same numbers, but not to each other.
func TestApart(t *testing.T) {
	run := func(name string) *machine {
		m := &machine{name: name}
		m.do(0, "main trace version=1 start=empty")
		m.do(2e9, "p/zone send ch=//bus n=1")
		m.do(3e9, "q/zone recv ch=//bus n=1")
		return m
	}
	a, b := run("a"), run("b")
	r, data := merged(t, Options{Apart: true}, a, b)
	got := text(t, data)
	for _, want := range []string{"2 a:p/zone send ch=//a/bus n=1\n", "3 a:q/zone recv ch=//a/bus n=1\n", "3 b:q/zone recv ch=//b/bus n=1\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %s in\n%s", want, got)
		}
	}
	if f := r.Files[1]; f.To+f.From > 0 || f.Offset != 0 || r.Late > 0 {
		t.Errorf("the runs are related: %+v", f)
	}
}

// Without wall clocks and messages the files begin together.
func TestNothingToGoBy(t *testing.T) {
	a, b := &machine{name: "a"}, &machine{name: "b"}
	a.do(5e9, "main tick n=1")
	b.do(1e9, "main tick n=1")
	r, data := merged(t, Options{}, a, b)
	if f := r.Files[1]; f.Known || f.Wall || f.Offset != 0 {
		t.Errorf("got %+v", f)
	}
	if got, want := text(t, data), "0 merge trace version=1 start=unknown\n1 b/main tick n=1\n5 a/main tick n=1\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestDamage(t *testing.T) {
	a, b := &machine{name: "a"}, &machine{name: "b"}
	for n := range 2000 {
		a.do(time.Duration(n)*1e6, "main tick n=%d", n)
		b.do(time.Duration(n)*1e6, "main tick n=%d", n)
	}
	whole := a.file(t)
	var out bytes.Buffer
	r, err := Files(&out, []Input{input("a", whole[:len(whole)*2/3]), input("b", b.file(t))}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(r.Files[0].Damage, io.ErrUnexpectedEOF) || r.Files[1].Damage != nil {
		t.Errorf("the damage is %v and %v, want a cut file and none", r.Files[0].Damage, r.Files[1].Damage)
	}
	if r.Events < 3000 || r.Files[1].Events != 2000 {
		t.Errorf("%d events are merged, want 2000 of b and more than 1000 of a", r.Events)
	}
	if _, err := Files(io.Discard, []Input{input("a", []byte("no trace"))}, Options{}); !errors.Is(err, trace.ErrNotTrace) {
		t.Errorf("no trace: got %v", err)
	}
}

func TestAttachments(t *testing.T) {
	var file bytes.Buffer
	w := trace.NewWriter(&file)
	e, err := event.Parse(w.Tables(), "0 main tick n=1")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Append(&e), w.Attach("cpu.pprof", "application/octet-stream", []byte("profile")), w.Close()); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := Files(&out, []Input{input("a", file.Bytes()), input("b", file.Bytes())}, Options{}); err != nil {
		t.Fatal(err)
	}
	st, err := trace.ReadStats(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil || len(st.Attachments) != 2 || st.Attachments[1].Name != "b/cpu.pprof" || st.Attachments[1].Size != 7 {
		t.Errorf("the attachments are %+v (%v)", st.Attachments, err)
	}
}

func TestMistakes(t *testing.T) {
	in := input("a", nil)
	for _, inputs := range [][]Input{nil, {in, in}, {input("", nil)}, {input("a/b", nil)}, {input("a:b", nil)}} {
		if _, err := Files(io.Discard, inputs, Options{}); err == nil {
			t.Errorf("%+v: no error", inputs)
		}
	}
}
