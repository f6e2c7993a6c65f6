package order

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// merged pushes the lines of the text twin in the order in which they stand,
// advancing where a line says so, and returns what comes out.
func merged(t *testing.T, text string) string {
	t.Helper()
	tab := event.NewTables()
	var out []string
	m := NewMerger(tab, func(e *event.Event) { out = append(out, string(event.AppendText(nil, tab, e))) })
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		var seconds float64
		if n, _ := fmt.Sscanf(line, "advance %g", &seconds); n == 1 {
			m.Advance(time.Duration(seconds * 1e9))
			out = append(out, "--")
			continue
		}
		e, err := event.Parse(tab, line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if e.Kind != event.Invalid {
			m.Push(0, &e)
		}
	}
	m.Flush()
	if m.Buffered() != 0 {
		t.Errorf("%d events are left after Flush", m.Buffered())
	}
	return strings.Join(out, "\n")
}

func TestMergeOrder(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"by time, ties by name, then by sequence", `
			2 b tick n=1
			2 b tick n=2
			2 a tick n=3
			1 c tick n=4`, `
			1 c tick n=4
			2 a tick n=3
			2 b tick n=1
			2 b tick n=2`},
		{"a stream keeps its order though its clock goes back", `
			2 a tick n=1
			1 a tick n=2
			1.5 b tick n=3`, `
			1.5 b tick n=3
			2 a tick n=1
			1 a tick n=2`},
		{"a recv waits for its send", `
			1 a recv ch=c n=7
			1 a tick n=1
			1.05 b send ch=c n=7`, `
			1.05 b send ch=c n=7
			1 a recv ch=c n=7
			1 a tick n=1`},
		{"a recv from a closed channel waits for the close", `
			1 a recv ch=c closed=true
			1.05 b close ch=c`, `
			1.05 b close ch=c
			1 a recv ch=c closed=true`},
		{"message 0 is waited for", `
			1 a recv ch=c n=0
			1 b send ch=c n=0`, `
			1 b send ch=c n=0
			1 a recv ch=c n=0`},
		{"equal channels of two processes are two", `
			1 p/a send ch=c n=1
			1 q/a recv ch=c n=1
			1.01 q/b send ch=c n=1`, `
			1 p/a send ch=c n=1
			1.01 q/b send ch=c n=1
			1 q/a recv ch=c n=1`},
		{"a channel whose name begins with // is one in all processes", `
			1 p/a recv ch=//c n=1
			1.01 q/b send ch=//c n=1
			1.02 q/b observe obj=//o v=3
			1.03 p/a publish obj=//o v=3`, `
			1.01 q/b send ch=//c n=1
			1 p/a recv ch=//c n=1
			1.03 p/a publish obj=//o v=3
			1.02 q/b observe obj=//o v=3`},
		{"a writer waits for the writer before", `
			1 a acquire lock=l mode=w n=2
			1 b acquire lock=l mode=w n=1
			1.01 b release lock=l mode=w n=1`, `
			1 b acquire lock=l mode=w n=1
			1.01 b release lock=l mode=w n=1
			1 a acquire lock=l mode=w n=2`},
		{"a writer waits for the readers before", `
			1 a acquire lock=l mode=w n=1
			1.01 b acquire lock=l mode=r n=0
			1.02 c acquire lock=l mode=r n=0
			1.03 b release lock=l mode=r n=0
			1.04 c release lock=l mode=r n=0`, `
			1.01 b acquire lock=l mode=r n=0
			1.02 c acquire lock=l mode=r n=0
			1.03 b release lock=l mode=r n=0
			1.04 c release lock=l mode=r n=0
			1 a acquire lock=l mode=w n=1`},
		{"a reader waits for its writer", `
			1 a acquire lock=l mode=r n=1
			1 b acquire lock=l mode=w n=1
			1.01 b release lock=l mode=w n=1`, `
			1 b acquire lock=l mode=w n=1
			1.01 b release lock=l mode=w n=1
			1 a acquire lock=l mode=r n=1`},
		{"an observe waits for its publish, not for version 0", `
			1 a observe obj=o v=0
			1 a observe obj=o v=1
			1.01 b publish obj=o v=1`, `
			1 a observe obj=o v=0
			1.01 b publish obj=o v=1
			1 a observe obj=o v=1`},
		{"version 0 is waited for when it is known to come", `
			1 a observe obj=o v=0
			1.01 b publish obj=o v=0`, `
			1.01 b publish obj=o v=0
			1 a observe obj=o v=0`},
		{"a stream begins after its fork", `
			1 a tick n=1
			1.02 b fork g=a`, `
			1.02 b fork g=a
			1 a tick n=1`},
		{"a join waits for the end", `
			1 b join g=a
			1.01 a tick n=1
			1.02 a tick n=2`, `
			1.01 a tick n=1
			1.02 a tick n=2
			1 b join g=a`},
		{"a name used again and again", `
			1 a fork g=w
			1 w tick n=1
			1.1 w tick n=2
			1.1 a join g=w
			1.1 a fork g=w
			1.2 w tick n=3
			1.3 a join g=w`, `
			1 a fork g=w
			1 w tick n=1
			1.1 w tick n=2
			1.1 a join g=w
			1.1 a fork g=w
			1.2 w tick n=3
			1.3 a join g=w`},
		{"a send that does not come", `
			1 a recv ch=c n=7
			1 a tick n=1
			1.05 b tick n=2
			1.2 b tick n=3
			advance 1.09
			advance 1.3
			1.35 b send ch=c n=7`, `
			1.05 b tick n=2
			--
			1.2 b tick n=3
			1 a recv ch=c n=7 late=true
			1 a tick n=1
			--
			1.35 b send ch=c n=7`},
		{"nothing ever comes: only the first waits", `
			1 a recv ch=c n=7
			advance 1.2
			1.2 a recv ch=c n=8
			1.21 b tick n=1
			advance 1.22`, `
			1 a recv ch=c n=7 late=true
			--
			1.2 a recv ch=c n=8
			1.21 b tick n=1
			--`},
		{"a mark of another order goes away", `
			1 a send ch=c n=1
			2 b recv ch=c n=1 late=true`, `
			1 a send ch=c n=1
			2 b recv ch=c n=1`},
		{"what has no number has no edge", `
			1 a recv ch=c
			1 a acquire lock=l mode=w
			1 a observe obj=o
			2 b send ch=c`, `
			1 a recv ch=c
			1 a acquire lock=l mode=w
			1 a observe obj=o
			2 b send ch=c`},
		{"a circle is broken", `
			1 a recv ch=c n=1
			1 a send ch=d n=1
			2 b recv ch=d n=1
			2 b send ch=c n=1`, `
			1 a recv ch=c n=1 late=true
			1 a send ch=d n=1
			2 b recv ch=d n=1
			2 b send ch=c n=1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.ReplaceAll(strings.TrimSpace(tt.want), "\t", "")
			if got := merged(t, tt.in); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A stream that was closed and opened again comes out of two rings; time
// tells which came first, whatever the order in which they were read.
func TestMergeLanes(t *testing.T) {
	tab := event.NewTables()
	var got []uint64
	m := NewMerger(tab, func(e *event.Event) { got = append(got, e.Int[0]) })
	push := func(lane int, at time.Duration, n uint64) {
		m.Push(lane, &event.Event{Kind: event.Tick, Time: at, Stream: tab.Stream("s"), Int: [3]uint64{n}})
	}
	push(1, 30, 3)
	push(1, 40, 4)
	push(0, 10, 1)
	push(0, 20, 2)
	push(1, 50, 5)
	m.Advance(25)
	push(0, 45, 6) // never before an older event of its own lane, and by time
	m.Flush()
	if want := "[1 2 3 4 6 5]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// What waits behind one event is bounded by number too.
func TestMergeLimit(t *testing.T) {
	tab := event.NewTables()
	out := 0
	m := NewMerger(tab, func(*event.Event) { out++ })
	m.Limit = 100
	a, ch := tab.Stream("a"), tab.Str("c")
	m.Push(0, &event.Event{Kind: event.Recv, Stream: a, Set: event.Recv.Bit("n"), Int: [3]uint64{1}, Str: [3]event.Str{ch}})
	for i := range 99 {
		m.Push(0, &event.Event{Kind: event.Tick, Stream: a, Time: time.Duration(i)})
	}
	m.Advance(1000)
	if out != 0 {
		t.Fatalf("%d events came out before the limit", out)
	}
	m.Push(0, &event.Event{Kind: event.Tick, Stream: a, Time: 100})
	m.Advance(1000)
	if out != 101 || m.Late() != 1 {
		t.Errorf("got %d events and %d late, want 101 and 1", out, m.Late())
	}
}

func TestMergeSeen(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var s mergeSeen
	all := map[uint64]bool{}
	for range 2000 {
		n := r.Uint64N(200)
		if r.IntN(4) == 0 {
			n += 1<<64 - 200
		}
		s.add(n)
		all[n] = true
		for _, k := range []uint64{n, n - 1, n + 1, r.Uint64N(200)} {
			if s.has(k) != all[k] {
				t.Fatalf("has(%d) = %v after %d numbers", k, s.has(k), len(all))
			}
		}
	}
	for n := uint64(1000); n < 10000; n += 3 {
		s.add(n)
		if !s.has(n) || s.has(n+1) {
			t.Fatalf("wrong about %d or the number after it", n)
		}
	}
	if len(s.spans) > seenSpans {
		t.Errorf("%d spans, want at most %d", len(s.spans), seenSpans)
	}
}
