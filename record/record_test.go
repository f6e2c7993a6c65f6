package record_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/trace"
)

// read returns the lines of the trace at path, without times, by stream.
func read(t *testing.T, path string) map[string][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := trace.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{}
	for {
		b, err := r.Next()
		if err == io.EOF {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.N {
			e := b.Event(i)
			name := b.StreamName(e.Stream)
			lines[name] = append(lines[name], string(event.AppendBody(nil, b.Tables, &e)))
		}
	}
}

func TestTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path, record.SyncAll())
	if err != nil {
		t.Fatal(err)
	}
	rec.Space(1, record.Contract{Enter: 50, Leave: 55, Eval: 1})
	zone := rec.Stream("zone/3").In(1)
	move := rec.Name("move")
	zone.Begin(move, 7)
	zone.Move(7, 1, 2, 3)
	batch := zone.Batch()
	zone.Enter(7, 8)
	zone.Enter(8, 7)
	batch.Publish()
	zone.End()
	zone.Tick(1)
	zone.Close()
	again := rec.Stream("zone/3")
	again.Note("another stream")
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		rec.Note("from a goroutine")
		rec.In(1).Enter(1, 2)
	}()
	wg.Wait()
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	if err := rec.Close(); err != record.ErrClosed {
		t.Errorf("closing again: got %v, want %v", err, record.ErrClosed)
	}
	got := read(t, path)
	clock := ""
	if len(got["main"]) > 0 {
		_, clock, _ = strings.Cut(got["main"][0], "clock=")
	}
	want := map[string][]string{
		"main": {"trace version=1 start=empty sync=all clock=" + clock, "space id=1 metric=circle enter=50 leave=55 eval=tick:1"},
		"zone:3": {"begin op=move space=1 e=7", "move space=1 e=7 pos=1,2,3", "enter space=1 w=7 t=8", "enter space=1 w=8 t=7",
			"end", "tick space=1 n=1"},
		"zone:3(2)": {`note text="another stream"`},
		"g1":        {`note text="from a goroutine"`, "enter space=1 w=1 t=2"},
	}
	for name := range got {
		if want[name] == nil {
			t.Errorf("unexpected stream %s: %q", name, got[name])
		}
	}
	for name, lines := range want {
		if g, w := strings.Join(got[name], "\n"), strings.Join(lines, "\n"); g != w {
			t.Errorf("stream %s: got\n%s\nwant\n%s", name, g, w)
		}
	}
}

func TestToCannotWrite(t *testing.T) {
	rec, err := record.To(filepath.Join(t.TempDir(), "missing", "run.aoi"))
	if err == nil || rec != nil {
		t.Fatalf("got %v, %v; want an error", rec, err)
	}
}

// TestNil calls everything on what is not recorded: nothing may happen, and
// nothing may be allocated.
func TestNil(t *testing.T) {
	t.Setenv(record.DirEnv, "")
	rec := record.Open()
	if rec != nil {
		t.Fatal("Open without the variable: got a recorder, want nil")
	}
	name := rec.Name("x")
	s := rec.Stream("zone")
	if s != nil || s.String() != "" || rec.Here() != nil || s.In(1) != nil || rec.In(1) != nil {
		t.Error("a nil recorder gave a stream")
	}
	ids, pos := []uint64{1}, []record.Vec{{}}
	ev, tables := &event.Event{Kind: event.End}, event.NewTables()
	allocs := testing.AllocsPerRun(100, func() {
		s.Spawn(1, 0, 0, 0)
		s.Move(1, 0, 0, 0)
		s.Teleport(1, 0, 0, 0)
		s.Despawn(1)
		s.Radius(1, 2, 3)
		s.Enter(1, 2)
		s.Leave(1, 2)
		s.EnterFor(1, 2, name)
		s.LeaveFor(1, 2, name)
		s.Update(1, 2, 3)
		s.View(1, 2, ids)
		s.Filter(1, 2, true, name)
		s.Fov(1, 2, record.Vec{}, record.Vec{})
		s.Read(1, 2, 3, true)
		s.Zone(1, name, name)
		s.Tick(1)
		s.Begin(name, 1)
		s.End()
		s.Acquire(name, record.Shared, 1)
		s.Release(name, record.Exclusive, 1)
		s.Send(name, 1)
		s.Recv(name, 1)
		s.CloseChan(name)
		s.Fork("g")
		s.Join("g")
		s.Publish(name, 1)
		s.Observe(name, 1)
		s.Access(name, record.Shared)
		s.Span([16]byte{}, [8]byte{})
		s.Queue(name, 1, 2)
		s.Gauge(name, 1)
		s.Watch(1, name)
		s.Unwatch(1, name)
		s.Label(1, "a", "b")
		s.Note("n")
		s.Attr(1, name, "v")
		s.AttrNum(1, name, 1)
		s.Emit(ev, tables)
		s.Moves(ids, pos)
		s.Enters(1, ids)
		s.Leaves(1, ids)
		s.Space(1, record.Contract{})
		b := s.Batch()
		b.Publish()
		s.Close()
		rec.Enter(1, 2)
		rec.Move(1, 2, 3, 4)
		rec.Space(1, record.Contract{})
		c := rec.Batch()
		c.Publish()
	})
	if allocs != 0 {
		t.Errorf("got %v allocations, want 0", allocs)
	}
	if err := rec.Close(); err != nil {
		t.Errorf("closing nil: %v", err)
	}
}

// TestNoAllocations holds the events of a running recorder to no allocation.
func TestNoAllocations(t *testing.T) {
	rec, err := record.To(filepath.Join(t.TempDir(), "run.aoi"))
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	s := rec.Stream("zone")
	op, lock := rec.Name("op"), rec.Name("lock")
	ids, pos := []uint64{1, 2, 3}, make([]record.Vec, 3)
	cheap := (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64") && !racing // see Recorder.Here
	emit := func() {
		s.Begin(op, 1)
		s.Move(1, 0.1, 2, 3.5)
		s.Enter(1, 2)
		s.Leave(1, 2)
		s.Update(1, 2, 3)
		s.View(1, 2, ids)
		s.Acquire(lock, record.Exclusive, 1)
		s.Release(lock, record.Exclusive, 1)
		s.Note("a remark")
		s.Moves(ids, pos)
		s.Enters(1, ids)
		s.End()
		if cheap {
			rec.Enter(1, 2)
			rec.Move(1, 2, 3, 4)
		}
	}
	emit()
	var m0, m1 float64
	m0 = testing.AllocsPerRun(10, func() {})
	m1 = testing.AllocsPerRun(10, emit)
	// The collector's goroutine allocates too, at most a little in this time.
	if m1-m0 > 1 {
		t.Errorf("got %v allocations a round, want 0", m1-m0)
	}
}

// TestImports holds the package to the standard library and our own module.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "github.com/aoi-trace/aoi-trace/record").Output()
	if err != nil {
		t.Skipf("listing imports needs the go command: %v", err)
	}
	for _, path := range strings.Fields(string(out)) {
		if !strings.HasPrefix(path, "github.com/aoi-trace/aoi-trace/") {
			t.Errorf("record needs %s: only the standard library and this module are allowed", path)
		}
	}
}

// TestInlined holds every event method to being compiled into its caller:
// that is what makes the calls free in a program that is not recorded.
func TestInlined(t *testing.T) {
	out, err := exec.Command("go", "build", "-gcflags=-m=2", "github.com/aoi-trace/aoi-trace/record").CombinedOutput()
	if err != nil {
		t.Skipf("asking the compiler: %v", err)
	}
	can := 0
	for _, line := range strings.Split(string(out), "\n") {
		for _, of := range []string{"inline (*Stream).", "inline (*Recorder).", "inline Batch."} {
			_, method, found := strings.Cut(line, of)
			if !found || method[0] < 'A' || method[0] > 'Z' {
				continue
			}
			if strings.Contains(line, "cannot "+of) && !strings.HasPrefix(method, "Close") {
				t.Errorf("not compiled into its caller: %s", line)
			}
			can++
		}
	}
	if can < 80 {
		t.Errorf("the compiler told of %d methods, want more than 80", can)
	}
}
