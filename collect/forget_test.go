package collect

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record/ring"
	"github.com/aoi-trace/aoi-trace/trace"
)

type buffer struct{ bytes.Buffer }

func (*buffer) Close() error { return nil }

// Texts that come once do not stay in memory, and events keep the right ones
// while the rest is forgotten: those that wait in the merger too.
func TestForget(t *testing.T) {
	dir := ring.Memory()
	defer ring.Remove(dir)
	pool, err := ring.NewPool(ring.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var out buffer
	c := newCollector(dir, newOutput(&out), nil)
	c.room = 10_000
	var w, waits ring.Writer
	pool.Start(&w, "w", false)
	pool.Start(&waits, "waits", false)
	op, ch := pool.Name("op"), pool.Name("ch")
	waits.Recv(ch, 5) // held until its send comes, many texts later
	waits.Note("held")
	const n = 2000
	most := 0
	for i := range uint64(n) {
		w.Begin(op, i)
		w.View(i, i, []uint64{i, i + 1})
		w.Note(fmt.Sprint("remark ", i))
		w.Fork(fmt.Sprint("g", i))
		w.End()
		if i == n-1 {
			w.Send(ch, 5)
		}
		if i%10 == 0 {
			c.scan()
			c.poll(false)
			most = max(most, c.out.w.Tables().Strings.Len(), c.sources[0].from.Strings.Len())
		}
	}
	c.scan()
	c.poll(false)
	c.poll(false)
	if r, err := c.end(); err != nil || r.Events != 5*n+1+2+1 || r.Late != 0 {
		t.Fatalf("got %+v and %v", r, err)
	}
	if most > 2000 { // of 6,000
		t.Errorf("there were %d strings at one time", most)
	}
	r, err := trace.NewReader(&out.Buffer)
	if err != nil {
		t.Fatal(err)
	}
	i, held := 0, ""
	if err := event.Each(r, func(tab *event.Tables, e event.Event) bool {
		got := string(event.AppendBody(nil, tab, &e))
		want := got
		switch e.Kind {
		case event.Begin:
			want = fmt.Sprintf("begin op=op e=%d", i)
		case event.View:
			want = fmt.Sprintf("view w=%d v=%d set=%d,%d", i, i, i, i+1)
		case event.Note:
			if tab.StreamName(e.Stream) == "waits" {
				held += got
				break
			}
			want = fmt.Sprintf("note text=\"remark %d\"", i)
		case event.Fork:
			want = fmt.Sprintf("fork g=g%d", i)
		case event.End:
			i++
		case event.Recv:
			held += got + "; "
		case event.Send:
			held += got + "; "
		}
		if got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if want := "send ch=ch n=5; recv ch=ch n=5; note text=held"; held != want {
		t.Errorf("got %s, want %s", held, want)
	}
}
