package order_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order"
)

// steps replays a trace in the text twin; the streams of its note events, in
// order, are what the cases below ask about.
func steps(t *testing.T, trace string) (c *order.Clocks, notes []event.Ref, last event.StreamID) {
	t.Helper()
	c = &order.Clocks{}
	src := event.NewTextReader(strings.NewReader(trace))
	for {
		b, err := src.Next()
		if err != nil {
			if err.Error() != "EOF" {
				t.Fatal(err)
			}
			return c, notes, last
		}
		for i := range b.N {
			c.Step(b, i)
			last = b.Stream[i]
			if b.Kind[i] == event.Note {
				notes = append(notes, event.Ref{Stream: b.Stream[i], Seq: b.Seq[i]})
			}
		}
	}
}

// TestClocks: whether the first note happened before the last event.
func TestClocks(t *testing.T) {
	for _, c := range []struct {
		name  string
		trace string
		want  bool
	}{
		{"one stream", "a note text=x\na end", true},
		{"two streams", "a note text=x\nb end", false},
		{"fork", "a note text=x\na fork g=b\nb end", true},
		{"after the fork", "a fork g=b\na note text=x\nb end", false},
		{"join", "a fork g=b\nb note text=x\na join g=b\na end", true},
		{"join of a stream that recorded nothing carries its fork", "a note text=x\na fork g=b\nc join g=b\nc end", true},
		{"join of a stream that goes on", "b end\na join g=b\nb note text=x\na end", false},
		{"late join", "b note text=x\na join g=b late=true\na end", false},
		{"writer after writer", "a note text=x\na release lock=l mode=w n=1\nb acquire lock=l mode=w n=2\nb end", true},
		{"writer after writers", "a note text=x\na release lock=l mode=w n=1\nc acquire lock=l mode=w n=2\nc release lock=l mode=w n=2\nb acquire lock=l mode=w n=3\nb end", true},
		{"writer after reader", "a acquire lock=l mode=r n=0\na note text=x\na release lock=l mode=r n=0\nb acquire lock=l mode=w n=1\nb end", true},
		{"reader after writer", "a note text=x\na release lock=l mode=w n=1\nb acquire lock=l mode=r n=1\nb end", true},
		{"reader after reader", "a acquire lock=l mode=r n=1\na note text=x\na release lock=l mode=r n=1\nb acquire lock=l mode=r n=1\nb end", false},
		{"reader after reader, no writer yet", "a note text=x\na release lock=l mode=r n=0\nb acquire lock=l mode=r n=0\nb end", false},
		{"an earlier reader's section", "a note text=x\na release lock=l mode=w n=2\nb acquire lock=l mode=r n=1\nb end", false},
		{"an earlier writer's section", "a note text=x\na release lock=l mode=w n=3\nb acquire lock=l mode=w n=2\nb end", false},
		{"no section number", "a note text=x\na release lock=l mode=w\nb acquire lock=l mode=w\nb end", false},
		{"no number on one side", "a note text=x\na release lock=l mode=w n=1\nb acquire lock=l mode=w\nb end", false},
		{"another lock", "a note text=x\na release lock=k mode=w n=1\nb acquire lock=l mode=w n=2\nb end", false},
		{"late acquire", "a note text=x\na release lock=l mode=w n=1\nb acquire lock=l mode=w n=2 late=true\nb end", false},
		{"message", "a note text=x\na send ch=c n=1\nb recv ch=c n=1\nb end", true},
		{"another message", "a note text=x\na send ch=c n=1\nb recv ch=c n=2\nb end", false},
		{"message without number", "a note text=x\na send ch=c\nb recv ch=c\nb end", false},
		{"the beginning of a send carries it, the end does not", "a send ch=c n=1 phase=begin\na note text=x\na send ch=c n=1 phase=end\nb recv ch=c n=1\nb end", false},
		{"late message", "a note text=x\na send ch=c n=1\nb recv ch=c n=1 late=true\nb end", false},
		{"close", "a note text=x\na close ch=c\nb recv ch=c closed=true\nb end", true},
		{"close is not a message", "a note text=x\na close ch=c\nb recv ch=c n=1\nb end", false},
		{"version", "a note text=x\na publish obj=o v=1\nb observe obj=o v=1\nb end", true},
		{"another version", "a note text=x\na publish obj=o v=2\nb observe obj=o v=1\nb end", false},
		{"late version", "a note text=x\na publish obj=o v=1\nb observe obj=o v=1 late=true\nb end", false},
		{"two processes with a lock of one name", "p/a note text=x\np/a release lock=l mode=w n=1\nq/a acquire lock=l mode=w n=2\nq/a end", false},
		{"two processes with a channel of one name", "p/a note text=x\np/a send ch=c n=1\nq/a recv ch=c n=1\nq/a end", false},
		{"a fork names a stream of its own process", "p/a note text=x\np/a fork g=b\np/b end", true},
		{"and not that of another", "p/a note text=x\np/a fork g=b\nq/b end", false},
		{"a chain", "a note text=x\na send ch=c n=1\nb recv ch=c n=1\nb publish obj=o v=1\nd observe obj=o v=1\nd fork g=e\ne end", true},
	} {
		var text strings.Builder
		for i, line := range strings.Split(c.trace, "\n") {
			fmt.Fprintf(&text, "%d %s\n", i, line)
		}
		clocks, notes, last := steps(t, text.String())
		if got := clocks.Before(notes[0], last); got != c.want {
			t.Errorf("%s: got %v, want %v:\n%s", c.name, got, c.want, c.trace)
		}
	}
}

// TestClocksNaive: against the transitive closure of edges between every two
// events, drawn from the meaning of the events alone.
func TestClocksNaive(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		tables := event.NewTables()
		var events []event.Event
		n := 4 + rng.IntN(3)
		streams := make([]event.StreamID, n)
		for i := range streams {
			streams[i] = tables.Stream(fmt.Sprint("s", i))
		}
		type lock struct {
			section uint64
			writer  int // who holds it, or -1
			readers map[int]uint64
		}
		locks := [2]lock{{writer: -1, readers: map[int]uint64{}}, {writer: -1, readers: map[int]uint64{}}}
		held := make([]int, n) // the lock that a stream holds, plus one
		var sent, published uint64
		for range 120 {
			s := rng.IntN(n)
			e := event.Event{Kind: event.Note, Stream: streams[s]}
			name := func(format string, args ...any) { e.Str[0] = tables.Str(fmt.Sprintf(format, args...)) }
			switch rng.IntN(9) {
			case 0, 1:
				if h := held[s]; h > 0 {
					l := &locks[h-1]
					name("l%d", h-1)
					e.Kind, e.Set = event.Release, event.Release.Bit("n")
					if l.writer == s {
						e.Mode, e.Int[0], l.writer = 1, l.section, -1
					} else {
						e.Int[0] = l.readers[s]
						delete(l.readers, s)
					}
					held[s] = 0
					break
				}
				k := rng.IntN(2)
				l := &locks[k]
				write := rng.IntN(2) == 0
				if l.writer >= 0 || write && len(l.readers) > 0 {
					continue
				}
				name("l%d", k)
				e.Kind, e.Set, held[s] = event.Acquire, event.Acquire.Bit("n"), k+1
				if write {
					l.section++
					e.Mode, l.writer = 1, s
				} else {
					l.readers[s] = l.section
				}
				e.Int[0] = l.section
			case 2:
				sent++
				name("c")
				e.Kind, e.Int[0], e.Set = event.Send, sent, event.Send.Bit("n")
			case 3:
				if sent == 0 {
					continue
				}
				name("c")
				e.Kind, e.Int[0], e.Set = event.Recv, 1+rng.Uint64N(sent), event.Recv.Bit("n")
			case 4:
				published++
				name("o")
				e.Kind, e.Int[0], e.Set = event.Publish, published, event.Publish.Bit("v")
			case 5:
				if published == 0 {
					continue
				}
				name("o")
				e.Kind, e.Int[0], e.Set = event.Observe, 1+rng.Uint64N(published), event.Observe.Bit("v")
				if rng.IntN(4) == 0 {
					e.Phase, e.Set = 1, e.Set|event.Observe.Bit("late")
				}
			case 6:
				if other := rng.IntN(n); other != s && rng.IntN(6) == 0 {
					name("s%d", other)
					e.Kind = event.Join
				}
			}
			events = append(events, e)
		}
		before := naive(tables, events)
		b := event.NewBlock(tables, len(events))
		var seq event.Sequencer
		var c order.Clocks
		for j := range events {
			e := events[j]
			seq.Assign(&e)
			b.Append(&e)
			c.Step(b, j)
			for i := range j {
				if got := c.Before(event.Ref{Stream: b.Stream[i], Seq: b.Seq[i]}, b.Stream[j]); got != before[i][j] {
					t.Fatalf("seed %d: event %d before event %d: got %v, want %v", seed, i, j, got, before[i][j])
				}
			}
		}
	}
}

// naive returns, for i < j, whether event i happened before event j.
func naive(tables *event.Tables, es []event.Event) [][]bool {
	edge := func(a, b *event.Event) bool {
		if a.Stream == b.Stream {
			return true
		}
		if b.Kind == event.Join {
			return tables.StreamName(a.Stream) == tables.Text(b.Str[0])
		}
		if a.Str[0] != b.Str[0] || b.Kind == event.Observe && b.Phase == 1 {
			return false
		}
		x, y := a.Int[0], b.Int[0]
		switch {
		case a.Kind == event.Send && b.Kind == event.Recv, a.Kind == event.Publish && b.Kind == event.Observe:
			return x == y
		case a.Kind == event.Release && b.Kind == event.Acquire && a.Mode == 1:
			return x < y || x == y && b.Mode == 0
		case a.Kind == event.Release && b.Kind == event.Acquire:
			return b.Mode == 1 && x < y
		}
		return false
	}
	before := make([][]bool, len(es))
	for i := range es {
		before[i] = make([]bool, len(es))
	}
	for j := range es {
		for i := j - 1; i >= 0; i-- {
			if before[i][j] || !edge(&es[i], &es[j]) {
				continue
			}
			before[i][j] = true
			for k := range i {
				before[k][j] = before[k][j] || before[k][i]
			}
		}
	}
	return before
}
