package order

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A causal is a made-up run of a concurrent program: its events in an order in
// which they may really have happened, and what each must follow.
type causal struct {
	tables *event.Tables
	events []event.Event
	after  [][]int // by index in events
	poll   []int   // where the collector looked, as indices in events
}

// A worker is one goroutine of the made-up program.
type worker struct {
	stream  event.StreamID
	name    string
	skew    time.Duration
	last    int // its last event, -1 if none
	parent  int // the fork, -1 for the first
	holds   string
	mode    uint8
	section uint64
	ended   bool
	maker   *worker
}

// run makes up a run of n events whose streams' clocks are wrong by up to
// skew. Names of streams are used again if again.
func run(r *rand.Rand, n int, skew time.Duration, again bool) *causal {
	c := &causal{tables: event.NewTables()}
	type message struct {
		n    uint64
		sent int
	}
	queues := map[string][]message{}
	counts := map[string]uint64{}
	type lock struct {
		section  uint64
		released int   // of the last writer
		readers  []int // their releases since then
		open     int
		writing  bool
	}
	locks := map[string]*lock{"l1": {released: -1}, "l2": {released: -1}}
	versions := map[string]message{}
	names := 0
	free := []string{}
	workers := []*worker{}
	start := func(maker *worker, forked int) *worker {
		w := &worker{last: -1, parent: forked, maker: maker}
		if again && len(free) > 0 {
			w.name, free = free[0], free[1:]
		} else {
			w.name = fmt.Sprintf("w%03d", names)
			names++
		}
		w.stream = c.tables.Stream(w.name)
		if skew > 0 {
			w.skew = time.Duration(r.Int64N(int64(2*skew))) - skew
		}
		workers = append(workers, w)
		return w
	}
	start(nil, -1)
	now := 10 * time.Millisecond
	emit := func(w *worker, e event.Event, after ...int) int {
		e.Time, e.Stream = (now+w.skew)/10*10, w.stream
		if w.last >= 0 {
			after = append(after, w.last)
		} else if w.parent >= 0 {
			after = append(after, w.parent)
		}
		c.events = append(c.events, e)
		c.after = append(c.after, slices.DeleteFunc(after, func(i int) bool { return i < 0 }))
		w.last = len(c.events) - 1
		return w.last
	}
	str := func(s string) [3]event.Str { return [3]event.Str{c.tables.Str(s)} }
	for len(c.events) < n {
		now += time.Duration(r.Int64N(2000)) * 10 * time.Nanosecond
		if r.IntN(60) == 0 {
			c.poll = append(c.poll, len(c.events))
		}
		w := workers[r.IntN(len(workers))]
		if w.ended {
			continue
		}
		name := fmt.Sprint("l", 1+r.IntN(2))
		switch l := locks[name]; r.IntN(12) {
		case 0, 1:
			ch := fmt.Sprint("c", r.IntN(3))
			i := emit(w, event.Event{Kind: event.Send, Str: str(ch), Int: [3]uint64{counts[ch]}, Set: sendN})
			queues[ch] = append(queues[ch], message{counts[ch], i})
			counts[ch]++
		case 2, 3:
			ch := fmt.Sprint("c", r.IntN(3))
			if q := queues[ch]; len(q) > 0 {
				emit(w, event.Event{Kind: event.Recv, Str: str(ch), Int: [3]uint64{q[0].n}, Set: recvN}, q[0].sent)
				queues[ch] = q[1:]
			}
		case 4, 5:
			write := r.IntN(2) == 0
			if w.holds != "" || l.writing || write && l.open > 0 {
				break
			}
			w.holds = name
			if write {
				l.writing = true
				l.section++
				w.mode, w.section = mergeWriter, l.section
				emit(w, event.Event{Kind: event.Acquire, Str: str(name), Mode: mergeWriter, Int: [3]uint64{l.section}, Set: acquireN}, append(l.readers, l.released)...)
				l.readers = nil
			} else {
				l.open++
				w.mode, w.section = 0, l.section
				emit(w, event.Event{Kind: event.Acquire, Str: str(name), Int: [3]uint64{l.section}, Set: acquireN}, l.released)
			}
		case 6, 7, 8:
			if w.holds == "" {
				break
			}
			l = locks[w.holds]
			i := emit(w, event.Event{Kind: event.Release, Str: str(w.holds), Mode: w.mode, Int: [3]uint64{w.section}, Set: releaseN})
			if w.mode == mergeWriter {
				l.writing, l.released = false, i
			} else {
				l.open--
				l.readers = append(l.readers, i)
			}
			w.holds = ""
		case 9:
			obj := fmt.Sprint("o", r.IntN(2))
			if v, ok := versions[obj]; ok && r.IntN(2) == 0 {
				emit(w, event.Event{Kind: event.Observe, Str: str(obj), Int: [3]uint64{v.n}, Set: observeV}, v.sent)
				break
			}
			v := versions[obj].n + 1
			versions[obj] = message{v, emit(w, event.Event{Kind: event.Publish, Str: str(obj), Int: [3]uint64{v}, Set: publishV})}
		case 10:
			if len(workers) < 12 {
				i := emit(w, event.Event{Kind: event.Fork})
				child := start(w, i)
				c.events[i].Str = str(child.name)
			} else if w.maker != nil && w.holds == "" && w.last >= 0 && !w.maker.ended && !slices.ContainsFunc(workers, func(o *worker) bool { return o.maker == w }) {
				w.ended = true
				emit(w.maker, event.Event{Kind: event.Join, Str: str(w.name)}, w.last)
				workers = slices.DeleteFunc(workers, func(o *worker) bool { return o == w })
				free = append(free, w.name)
			}
		case 11:
			emit(w, event.Event{Kind: event.Move})
		}
	}
	c.poll = append(c.poll, len(c.events))
	for i := range c.events {
		c.events[i].Num[0] = float64(i) // its identity
	}
	return c
}

// merge pushes the run poll by poll, the streams of a poll in the order that
// r likes, and returns the order that comes out.
func (c *causal) merge(r *rand.Rand) (out []event.Event, late uint64) {
	m := NewMerger(c.tables, func(e *event.Event) { out = append(out, *e) })
	from := 0
	for _, to := range c.poll {
		horizon := time.Duration(1 << 62)
		for _, e := range c.events[to:] {
			horizon = min(horizon, e.Time)
		}
		for _, s := range r.Perm(c.tables.Streams.Len()) {
			for i := from; i < to; i++ {
				if int(c.events[i].Stream) == s {
					m.Push(0, &c.events[i])
				}
			}
		}
		m.Advance(horizon)
		from = to
	}
	m.Flush()
	return out, m.Late()
}

func TestMergeRandom(t *testing.T) {
	for seed := range uint64(20) {
		for _, tt := range []struct {
			skew  time.Duration
			again bool
		}{{0, false}, {0, true}, {50 * time.Microsecond, false}, {3 * time.Millisecond, false}} {
			r := rand.New(rand.NewPCG(seed, 7))
			c := run(r, 3000, tt.skew, tt.again)
			out, late := c.merge(r)
			if len(out) != len(c.events) || late != 0 {
				t.Fatalf("seed %d, %v: %d of %d events came out, %d late", seed, tt, len(out), len(c.events), late)
			}
			place := make([]int, len(out))
			for i, e := range out {
				place[int(e.Num[0])] = i
			}
			for i, after := range c.after {
				for _, j := range after {
					if place[j] >= place[i] {
						t.Fatalf("seed %d, %v: event %d came before event %d:\n%s\n%s", seed, tt, i, j,
							event.AppendText(nil, c.tables, &c.events[i]), event.AppendText(nil, c.tables, &c.events[j]))
					}
				}
			}
			if again, _ := c.merge(r); !slices.Equal(again, out) {
				t.Fatalf("seed %d, %v: the order depends on which stream was pushed first", seed, tt)
			}
		}
	}
}

// What comes out is by time except where an edge forbids it.
func TestMergeByTime(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	c := run(r, 3000, 0, true)
	for i := range c.events {
		c.events[i].Kind = event.Move
	}
	out, _ := c.merge(r)
	for i := 1; i < len(out); i++ {
		if out[i].Time < out[i-1].Time {
			t.Fatalf("event %d at %v comes after one at %v", i, out[i].Time, out[i-1].Time)
		}
	}
}

func BenchmarkMerge(b *testing.B) {
	for _, bb := range []struct {
		name    string
		streams int
		edges   bool
	}{{"1 stream", 1, false}, {"16 streams", 16, false}, {"256 streams", 256, false}, {"causal", 0, true}} {
		b.Run(bb.name, func(b *testing.B) {
			c := &causal{tables: event.NewTables()}
			if bb.edges {
				c = run(rand.New(rand.NewPCG(1, 1)), 1<<16, 0, true)
			} else {
				r := rand.New(rand.NewPCG(1, 1))
				for i := range 1 << 16 {
					s := c.tables.Stream(fmt.Sprint("s", r.IntN(bb.streams)))
					c.events = append(c.events, event.Event{Kind: event.Enter, Stream: s, Time: time.Duration(i * 100)})
				}
			}
			n := 0
			m := NewMerger(c.tables, func(*event.Event) { n++ })
			span := c.events[len(c.events)-1].Time + 1
			b.ResetTimer()
			for i := range b.N {
				if i&(1<<16-1) == 0 && i > 0 {
					b.StopTimer()
					m.Flush()
					if bb.edges {
						m = NewMerger(c.tables, func(*event.Event) { n++ })
					}
					b.StartTimer()
				}
				e := c.events[i&(1<<16-1)]
				e.Time += span * time.Duration(i>>16)
				m.Push(0, &e)
				if i&1023 == 1023 {
					m.Advance(e.Time - 50_000)
				}
			}
			m.Flush()
			if n != b.N {
				b.Fatalf("%d of %d events came out", n, b.N)
			}
		})
	}
}
