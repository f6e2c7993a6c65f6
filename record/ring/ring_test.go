package ring

import (
	"math"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
)

// collected is what a reader made of rings, as bodies of the text twin.
type collected struct {
	t      *event.Tables
	lines  []string // stream, space, kind and keys
	times  []int64
	events []event.Event
}

func newCollected() *collected { return &collected{t: event.NewTables()} }

func (c *collected) add(e *event.Event) {
	line := c.t.StreamName(e.Stream) + " " + string(event.AppendBody(nil, c.t, e))
	c.lines = append(c.lines, line)
	c.times = append(c.times, int64(e.Time))
	c.events = append(c.events, *e)
}

func newPool(t testing.TB, cfg Config) *Pool {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = Memory()
	}
	cfg.Warn = func(msg string) { t.Log(msg) }
	p, err := NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); Remove(cfg.Dir) })
	return p
}

func start(p *Pool, name string) *Writer {
	w := &Writer{}
	p.Start(w, name, false)
	return w
}

// finish reads all rings of the pool to their end.
func (c *collected) finish(t testing.TB, p *Pool) {
	t.Helper()
	p.Close()
	paths, err := List(p.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		r, err := OpenReader(path, c.t)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Closed() {
			t.Errorf("ring %s is not closed", path)
		}
		if _, err := r.Finish(c.add); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
}

// every calls each method of w once, and returns what the text twin says.
func every(p *Pool, w *Writer) string {
	nan, inf := math.NaN(), math.Inf(1)
	const big, top = uint64(1 << 63), ^uint64(0)
	w.Trace(1, "start=empty clock=tsc")
	w.Space(3, "metric=circle enter=50")
	w.Label(7, "orc #7", "npc,orc")
	w.Label(8, "", "npc")
	w.Note("")
	w.Note(strings.Repeat("long ", 1000))
	w.Spawn(7, 10, 20, 0)
	w.Spawn(top, nan, -inf, math.Copysign(0, -1))
	w.Spawn(0, 1e300, 0.1, float64(float32(0.1)))
	w.Move(7, 11.5, -20, 0)
	w.Move(big, 1<<53, -(1 << 53), 1<<53+2)
	w.Move(big-1, 5e-324, math.MaxFloat64, math.SmallestNonzeroFloat32)
	w.Move(big, 0.1, 0.2, 0.3)
	w.Teleport(8, 900, 900, 0)
	w.Despawn(7)
	w.Radius(7, 30, 33.3)
	w.Attr(7, p.Name("state"), "fleeing")
	w.AttrNum(7, p.Name("hp"), 99.5)
	w.Enter(7, 8)
	w.Leave(8, 7)
	w.EnterFor(top, big, p.Name("stealth ended"))
	w.LeaveFor(0, top, p.Name("stealth ended"))
	w.Update(8, 7, 3)
	w.View(8, 4, []uint64{7, 9, top, 0})
	w.View(8, 5, nil)
	w.Filter(8, 7, true, p.Name("team"))
	w.Fov(7, 4, Vec{X: -40, Y: -30}, Vec{X: 60, Y: 70, Z: 0.5})
	w.Read(7, 2, 4, true)
	w.Zone(7, p.Name("0:0"), p.Name("0:1"))
	w.Zone(7, 0, p.Name("0:1"))
	w.Zone(7, p.Name("0:1"), 0)
	w.Tick(top)
	w.Begin(p.Name("move"), 7)
	w.End()
	w.Acquire(p.Name("cell/0:1"), Exclusive, 12)
	w.Release(p.Name("cell/0:1"), Shared, 12)
	w.Send(p.Name("events"), 41)
	w.Recv(p.Name("events"), 41)
	w.CloseChan(p.Name("events"))
	w.Fork("send-2")
	w.Join("send-2")
	w.Publish(p.Name("table"), 9)
	w.Observe(p.Name("table"), 9)
	w.Access(p.Name("cell/0:1"), Exclusive)
	w.Span([16]byte{0x4b, 0xf9, 15: 0x36}, [8]byte{7: 0xb7})
	w.Queue(p.Name("events"), 1000, 1024)
	w.Gauge(p.Name("goroutines"), 812)
	w.Watch(7, p.Name("listener-9"))
	w.Unwatch(7, p.Name("listener-9"))
	tables := event.NewTables()
	line := `0 x update w=1 t=2 v=3 side=client`
	ev, err := event.Parse(tables, line)
	if err != nil {
		panic(err)
	}
	w.Emit(&ev, tables)
	return `trace version=1 start=empty clock=tsc
space id=3 metric=circle enter=50
name e=7 label="orc #7" tags=npc,orc
name e=8 tags=npc
note text=""
note text="` + strings.Repeat("long ", 1000) + `"
spawn e=7 pos=10,20,0
spawn e=18446744073709551615 pos=NaN,-Inf,-0
spawn e=0 pos=1e+300,0.1,0.10000000149011612
move e=7 pos=11.5,-20,0
move e=9223372036854775808 pos=9.007199254740992e+15,-9.007199254740992e+15,9.007199254740994e+15
move e=9223372036854775807 pos=5e-324,1.7976931348623157e+308,1.401298464324817e-45
move e=9223372036854775808 pos=0.1,0.2,0.3
move e=8 pos=900,900,0 teleport=true
despawn e=7
radius e=7 enter=30 leave=33.3
attr e=7 key=state value=fleeing
attr e=7 key=hp num=99.5
enter w=7 t=8
leave w=8 t=7
enter w=18446744073709551615 t=9223372036854775808 cause="stealth ended"
leave w=0 t=18446744073709551615 cause="stealth ended"
update w=8 t=7 v=3
view w=8 v=4 set=7,9,18446744073709551615,0
view w=8 v=5 set=""
filter w=8 t=7 hidden=true rule=team
fov w=7 v=4 region=-40,-30,0,60,70,0.5
read w=7 v1=2 v2=4 used=true
zone e=7 from=0:0 to=0:1
zone e=7 to=0:1
zone e=7 from=0:1
tick n=18446744073709551615
begin op=move e=7
end
acquire lock=cell/0:1 mode=w n=12
release lock=cell/0:1 mode=r n=12
send ch=events n=41
recv ch=events n=41
close ch=events
fork g=send-2
join g=send-2
publish obj=table v=9
observe obj=table v=9
access obj=cell/0:1 mode=w
span trace=4bf90000000000000000000000000036 span=00000000000000b7
queue name=events len=1000 cap=1024
gauge name=goroutines value=812
watch e=7 id=listener-9
unwatch e=7 id=listener-9
update w=1 t=2 v=3 side=client
`
}

func (c *collected) want(t *testing.T, want []string) {
	t.Helper()
	for i := range max(len(want), len(c.lines)) {
		var g, w string
		if i < len(c.lines) {
			g = c.lines[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("event %d: got %.200q, want %.200q", i, g, w)
		}
	}
}

func withStream(name, text string) []string {
	var lines []string
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		lines = append(lines, name+" "+l)
	}
	return lines
}

func TestEveryKind(t *testing.T) {
	for _, dir := range dirs(t) {
		for _, limit := range []int64{0, 1 << 20} { // rings of their own, and shared ones
			p := newPool(t, Config{Dir: dir(), Limit: limit})
			w := start(p, "zone")
			if limit != 0 {
				for w.shared == nil {
					w = start(p, "zone")
				}
			}
			want := withStream(w.Name(), every(p, w))
			c := newCollected()
			c.finish(t, p)
			c.want(t, want)
			seen := event.KindSet(1 << event.Gap)
			for i, e := range c.events {
				seen |= 1 << e.Kind
				if i > 0 && c.times[i] < c.times[i-1] {
					t.Errorf("event %d: time went back by %d ns", i, c.times[i-1]-c.times[i])
				}
			}
			if seen != event.AllKinds {
				t.Errorf("kinds that were not tried: %b", event.AllKinds&^seen)
			}
		}
	}
}

// dirs returns where rings can be: always in memory, on Linux in files.
func dirs(t testing.TB) []func() string {
	all := []func() string{Memory}
	if SharedMemory {
		all = append(all, t.TempDir)
	}
	return all
}
