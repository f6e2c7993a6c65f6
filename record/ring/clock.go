package ring

import (
	"sync"
	"time"
)

// A clock stamps records. Reading a clock is what an event costs, so the
// processor's own counter is used where it is a clock: it must tick at one
// rate on all cores, and the kernel must trust it too. Elsewhere time.Since
// gives nanoseconds, at more than twice the cost.
type clock struct {
	tsc   bool
	shift uint8 // ticks of the counter are shifted right by this: about 1 ns a stamp
	base  time.Time
	mono  int64 // CLOCK_MONOTONIC at base, ns
}

// stamp returns the time in the unit of the ring.
func (c *clock) stamp() uint64 {
	if c.tsc {
		return ticks() >> (c.shift & 63)
	}
	return uint64(c.mono + int64(time.Since(c.base)))
}

// now returns CLOCK_MONOTONIC in nanoseconds, read from the system: inside a
// bubble of testing/synctest the runtime's clock is another.
func (c *clock) now() int64 { return monotonic(c.base) }

func (c *clock) kind() uint32 {
	if c.tsc {
		return clockTSC
	}
	return clockMonotonic
}

func (c *clock) name() string {
	if c.tsc {
		return "tsc"
	}
	return "monotonic"
}

// triple reads all clocks at one instant, as near as the best of some tries
// comes to it.
func (c *clock) triple() triple {
	var best triple
	width := ^uint64(0)
	for range 9 {
		if !c.tsc {
			t := int64(c.stamp())
			return triple{uint64(t), t, wall()}
		}
		before := ticks()
		t := c.now()
		after := ticks()
		if after-before < width {
			width = after - before
			best = triple{before + width/2, t, 0}
		}
	}
	best.wall = wall() - (c.now() - best.mono)
	return best
}

// processClock is the clock of this process: all rings and all readers must
// agree on it.
var processClock = sync.OnceValue(func() *clock {
	c := &clock{base: time.Now()}
	width := time.Duration(1 << 62)
	for range 9 {
		before := time.Since(c.base)
		t := monotonic(c.base)
		after := time.Since(c.base)
		if after-before < width {
			width = after - before
			c.mono = t - int64(before+width/2)
		}
	}
	if !invariantTSC() {
		return c
	}
	c.tsc = true
	// One part in a hundred is exact enough to choose a unit below 1 ns.
	t0, m0 := ticks(), c.now()
	for c.now()-m0 < 50_000 {
	}
	perNS := float64(ticks()-t0) / float64(c.now()-m0)
	for ; perNS >= 2 && c.shift < 8; perNS /= 2 {
		c.shift++
	}
	return c
})

// A machine converts ticks to CLOCK_MONOTONIC. The readers of a process share
// one, so that rings agree to the nanosecond: between two instants that were
// read on both clocks time passes evenly.
type machine struct {
	mu  sync.Mutex
	all []triple
}

var thisMachine machine

// maxInstants bounds what a machine remembers: at one a second, four minutes.
const maxInstants = 256

// instants returns what is known, and looks at the clocks again if that is
// due: after some milliseconds at first, each second in the end.
func (m *machine) instants() []triple {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := processClock()
	if len(m.all) == 0 {
		// The first rate comes from two instants that are well apart.
		m.all = []triple{c.triple()}
		pause(2 * time.Millisecond)
		m.all = append(m.all, c.triple())
	}
	n := len(m.all)
	if c.now()-m.all[n-1].mono >= min(m.all[n-1].mono-m.all[0].mono, 1e9) {
		if n == maxInstants {
			m.all = m.all[n/2:]
		}
		m.all = append(m.all[:len(m.all):len(m.all)], c.triple())
	}
	return m.all
}

// A line converts the ticks of one stretch.
type line struct {
	from, to uint64 // ticks
	mono     int64
	slope    float64 // ns a tick
}

func (l *line) at(t uint64) int64 { return l.mono + int64(float64(int64(t-l.from))*l.slope) }

// lineAt returns the stretch of ts that t is in. Before the first instant and
// after the last, time passes as between the two nearest that are well apart.
func lineAt(ts []triple, t uint64) line {
	n := len(ts)
	switch n {
	case 0:
		return line{0, ^uint64(0), 0, 0}
	case 1: // nothing tells the rate
		return line{ts[0].ticks, ^uint64(0), ts[0].mono, 1}
	}
	between := func(a, b triple) float64 { return float64(b.mono-a.mono) / float64(b.ticks-a.ticks) }
	switch {
	case t >= ts[n-1].ticks:
		return line{ts[n-1].ticks, ^uint64(0), ts[n-1].mono, between(ts[max(0, n-9)], ts[n-1])}
	case t < ts[0].ticks:
		return line{ts[0].ticks, ts[0].ticks, ts[0].mono, between(ts[0], ts[min(n-1, 8)])}
	}
	i := n - 1
	for ts[i].ticks > t {
		i--
	}
	return line{ts[i].ticks, ts[i+1].ticks, ts[i].mono, between(ts[i], ts[i+1])}
}
