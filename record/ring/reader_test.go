package ring

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// TestNextReader lets readers come and go, as when a collector was killed:
// each event must be handed on once, whoever reads.
func TestNextReader(t *testing.T) {
	for _, limit := range []int64{0, 200 << 10} { // rings of their own, and a shared one
		p := newPool(t, Config{Limit: limit})
		ws := []*Writer{start(p, "s0"), start(p, "s1")}
		var want, got [2][]string
		c := newCollected()
		for n := range 20_000 {
			i := n % 2
			w, space := ws[i], n/1000
			name := fmt.Sprint("name", n%70)
			w.In(uint64(space))
			switch n % 5 {
			case 0, 1:
				w.Begin(p.Name(name), uint64(n))
				want[i] = append(want[i], fmt.Sprintf("s%d begin op=%s space=%d e=%d", i, name, space, n))
			case 2, 3:
				w.Enter(uint64(n), uint64(n)<<32)
				want[i] = append(want[i], fmt.Sprintf("s%d enter space=%d w=%d t=%d", i, space, n, uint64(n)<<32))
			default:
				text := strings.Repeat("long", n%200+1)
				w.Note(text)
				want[i] = append(want[i], fmt.Sprintf("s%d note space=%d text=%s", i, space, text))
			}
			if n%100 != 0 {
				continue
			}
			for _, path := range mustList(t, p.cfg.Dir) {
				r, err := OpenReader(path, c.t)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.Drain(c.add); err != nil {
					t.Fatalf("at event %d: %v", n, err)
				}
				r.Close()
			}
		}
		c.finish(t, p)
		for _, line := range c.lines {
			i := line[1] - '0'
			got[i] = append(got[i], line)
		}
		for i := range want {
			c.lines = got[i]
			c.want(t, want[i])
		}
	}
}

// TestLongTexts sends names and texts around every bound.
func TestLongTexts(t *testing.T) {
	p := newPool(t, Config{})
	w := start(p, strings.Repeat("s", 2*maxStream))
	var want []string
	long := func(n int) string { return strings.Repeat("abcdefghi ", n/10+1)[:n] }
	for _, n := range []int{1, maxInline - 1, maxInline, maxInline + 1, maxPiece - 1, maxPiece, maxPiece + 1, 2 * maxPiece, 20_000, maxName} {
		w.CloseChan(p.Name(long(n)))
		want = append(want, fmt.Sprintf("close ch=%q", long(n)))
		w.Label(1, long(n), long(n))
		want = append(want, fmt.Sprintf("name e=1 label=%q tags=%q", long(n), long(n)))
	}
	ids := make([]uint64, 20_000)
	var list []string
	for i := range ids {
		ids[i] = uint64(i * i)
		list = append(list, fmt.Sprint(i*i))
	}
	for _, n := range []int{1, 27, 28, 113, 114, 20_000} {
		w.View(1, 2, ids[:n])
		want = append(want, "view w=1 v=2 set="+strings.Join(list[:n], ","))
	}
	mark := fmt.Sprintf("[cut, had %d bytes]", maxName+1)
	w.CloseChan(p.Name(long(maxName + 1)))
	want = append(want, fmt.Sprintf("close ch=%q", long(maxName + 1)[:maxName-len(mark)]+mark))
	c := newCollected()
	c.finish(t, p)
	for i := range want {
		want[i] = strings.Replace(strings.Repeat("s", maxStream)+" "+want[i], `="a"`, `=a`, 3)
		want[i] = strings.NewReplacer(`="a"`, `=a`).Replace(want[i])
	}
	c.want(t, want)
}

// TestReuse closes streams and starts others; their rings go round.
func TestReuse(t *testing.T) {
	p := newPool(t, Config{})
	c := newCollected()
	var want []string
	var readers []*Reader
	drain := func() {
		for i, path := range mustList(t, p.cfg.Dir) {
			if i == len(readers) {
				r, err := OpenReader(path, c.t)
				if err != nil {
					t.Fatal(err)
				}
				readers = append(readers, r)
			}
			if _, err := readers[i].Drain(c.add); err != nil {
				t.Fatal(err)
			}
		}
	}
	w := &Writer{}
	for i := range 300 {
		p.Start(w, fmt.Sprint("request-", i), false)
		if i%2 == 0 {
			w.In(uint64(i))
		}
		for j := range uint64(300) {
			w.Begin(p.Name(fmt.Sprint("op", j)), j)
			space := ""
			if i > 0 || i%2 == 0 { // a stream that starts in its predecessor's place keeps its space
				space = fmt.Sprintf(" space=%d", i/2*2)
			}
			want = append(want, fmt.Sprintf("request-%d begin op=op%d%s e=%d", i, j, space, j))
		}
		w.Close()
		drain()
	}
	w.Note("after its end")
	want = append(want, `request-299(2) note space=298 text="after its end"`)
	w.Close()
	w.Note("again")
	want = append(want, `request-299(3) note space=298 text=again`)
	drain()
	c.want(t, want)
	if len(readers) > 2 {
		t.Errorf("%d rings for streams that never ran together, want at most 2", len(readers))
	}
}

// TestBatch gives all of a batch one time and shows none of it too early.
func TestBatch(t *testing.T) {
	for _, limit := range []int64{0, 200 << 10} {
		p := newPool(t, Config{Limit: limit})
		w := start(p, "zone")
		w.Tick(0)
		c := newCollected()
		r, err := OpenReader(mustList(t, p.cfg.Dir)[0], c.t)
		if err != nil {
			t.Fatal(err)
		}
		for range 1000 {
			w.Batch()
			w.Enter(1, 2)
			w.Move(7, 1, 2, 3)
			w.Begin(p.Name("op"), 8)
			w.Note("x")
			if _, err := r.Drain(c.add); err != nil {
				t.Fatal(err)
			}
			w.PublishBatch()
			w.Tick(1)
		}
		if _, err := r.Drain(c.add); err != nil {
			t.Fatal(err)
		}
		if len(c.events) != 5001 {
			t.Fatalf("got %d events, want 5001", len(c.events))
		}
		for i := 1; i < len(c.events); i++ {
			same := c.times[i] == c.times[i-1]
			if inBatch := (i-1)%5 != 0 && (i-1)%5 != 4; inBatch && !same {
				t.Fatalf("event %d: %d ns after the one before it in its batch", i, c.times[i]-c.times[i-1])
			}
			if c.times[i] < c.times[i-1] {
				t.Fatalf("event %d: time goes back", i)
			}
		}
	}
}

// TestDamage changes bytes of rings. The reader may give an error or other
// events, but must end, and must not panic.
func TestDamage(t *testing.T) {
	p := newPool(t, Config{Limit: 600 << 10})
	w := start(p, "zone")
	every(p, w)
	for i := range uint64(1000) {
		w.Enter(i, i*i)
		w.Move(i, float64(i), 0.1, 0)
	}
	p.Close()
	path := mustList(t, p.cfg.Dir)[0]
	memories.Lock()
	whole := bytes.Clone(memories.rings[path].mem)
	memories.Unlock()
	rnd := rand.New(rand.NewPCG(1, 2))
	n := 3000
	if racing || testing.Short() {
		n = 300
	}
	failed := 0
	for i := range n {
		mem := bytes.Clone(whole)
		used := headerSize + 8192 + 20_000
		for range 1 + rnd.IntN(4) {
			at := rnd.IntN(used)
			switch rnd.IntN(3) {
			case 0:
				at = rnd.IntN(headerSize)
			case 1:
				at = headerSize + 4096 + rnd.IntN(8192)
			}
			mem[at%len(mem)] = byte(rnd.Uint32()) >> rnd.IntN(8)
		}
		bad := fmt.Sprint("memory:damage/", i, Suffix)
		region := createMemory(bad, len(mem))
		copy(region.mem, mem)
		publishMemory(bad, region)
		r, err := OpenReader(bad, event.NewTables())
		if err == nil {
			events := 0
			count := func(*event.Event) { events++ }
			if _, err = r.Drain(count); err == nil {
				_, err = r.Finish(count)
			}
			if events > len(mem) {
				t.Errorf("%d events came out of %d bytes", events, len(mem))
			}
			if err != nil && !errors.Is(err, ErrDamaged) {
				t.Errorf("reading: got %v, want it to wrap ErrDamaged", err)
			}
			r.Close()
		}
		if err != nil {
			failed++
		}
		memories.Lock()
		delete(memories.rings, bad)
		memories.Unlock()
	}
	if failed == 0 {
		t.Error("no damage was noticed")
	}
}

func TestNotRings(t *testing.T) {
	if !SharedMemory {
		t.Skip("rings in files are for Linux")
	}
	dir := t.TempDir()
	for _, content := range [][]byte{nil, []byte("x"), make([]byte, headerSize)} {
		path := filepath.Join(dir, "a"+Suffix)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenReader(path, event.NewTables()); !errors.Is(err, ErrNotReady) {
			t.Errorf("%d bytes of nothing: got %v, want ErrNotReady", len(content), err)
		}
	}
	path := filepath.Join(dir, "a"+Suffix)
	if err := os.WriteFile(path, bytes.Repeat([]byte("no ring "), 10_000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(path, event.NewTables()); !errors.Is(err, ErrDamaged) {
		t.Errorf("another file: got %v, want ErrDamaged", err)
	}
	if _, err := OpenReader(filepath.Join(dir, "missing"), event.NewTables()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: got %v", err)
	}
}

// TestTimes compares what a reader makes of stamps with the clock itself.
func TestTimes(t *testing.T) {
	p := newPool(t, Config{})
	w := start(p, "zone")
	c := newCollected()
	r, err := OpenReader(mustList(t, p.cfg.Dir)[0], c.t)
	if err != nil {
		t.Fatal(err)
	}
	var before, after []int64
	for i := range uint64(300) {
		before = append(before, p.clock.now())
		w.Tick(i)
		after = append(after, p.clock.now())
		if i%10 == 0 {
			time.Sleep(time.Millisecond)
			if _, err := r.Drain(c.add); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := r.Finish(c.add); err != nil {
		t.Fatal(err)
	}
	const slop = 20_000 // ns: the first rate is from two milliseconds, on a busy machine
	for i, at := range c.times {
		if at < before[i]-slop || at > after[i]+slop {
			t.Errorf("tick %d: at %d ns, want between 0 and %d", i, at-before[i], after[i]-before[i])
		}
	}
}

// TestBulk holds the calls that take lists to what single calls say.
func TestBulk(t *testing.T) {
	values := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, float64(float32(0.1)), 0.1, 100, 1 << 20, 1 << 21, 1<<53 + 2,
		-(1 << 40), math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324}
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, limit := range []int64{0, 200 << 10} {
		p := newPool(t, Config{Limit: limit})
		w := start(p, "zone")
		var want []string
		say := func(e event.Event) {
			want = append(want, "zone "+string(event.AppendBody(nil, event.NewTables(), &e)))
		}
		value := func() float64 {
			if rnd.IntN(3) > 0 {
				return float64(rnd.IntN(100))
			}
			return values[rnd.IntN(len(values))]
		}
		for range 300 {
			es, pos := make([]uint64, rnd.IntN(9)), make([]Vec, 8)
			for i := range es {
				es[i] = rnd.Uint64() >> (40 + rnd.IntN(24))
				if i < len(pos) {
					pos[i] = Vec{X: value(), Y: value()}
					if rnd.IntN(4) == 0 {
						pos[i].Z = value()
					}
					say(event.Event{Kind: event.Move, Entity: es[i], Pos: pos[i]})
				}
			}
			w.Moves(es, pos)
			for _, id := range es {
				say(event.Event{Kind: event.Enter, Entity: es[0], Target: id})
			}
			if len(es) > 0 {
				w.Enters(es[0], es)
			}
			for _, id := range es {
				say(event.Event{Kind: event.Leave, Entity: 1 << 60, Target: id})
			}
			w.Leaves(1<<60, es)
		}
		c := newCollected()
		c.finish(t, p)
		c.want(t, want)
	}
}
