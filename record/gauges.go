package record

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// Gauges records the health of the process each period, on a stream of its
// own called "gauges": goroutines, heap (bytes of live objects and of those not
// swept yet), gc (collections so far) and gc-pause (seconds, the longest pause
// since the last sample). A period of 0 is a second. The function that it
// returns stops it, after one last sample.
func (r *Recorder) Gauges(period time.Duration) (stop func()) {
	if r == nil {
		return nothing
	}
	return r.gauges(period)
}

func nothing() {}

func (r *Recorder) gauges(period time.Duration) func() {
	if period <= 0 {
		period = time.Second
	}
	g := &gauges{
		samples:    []metrics.Sample{{Name: "/sched/goroutines:goroutines"}, {Name: "/memory/classes/heap/objects:bytes"}},
		goroutines: r.Name("goroutines"), heap: r.Name("heap"), gc: r.Name("gc"), pause: r.Name("gc-pause"),
	}
	debug.ReadGCStats(&g.stats)
	g.collections = g.stats.NumGC
	stop, done := make(chan struct{}), make(chan struct{})
	s := r.Stream("gauges")
	g.sample(s)
	go func() {
		defer close(done)
		defer s.Close()
		tick := time.NewTicker(period)
		defer tick.Stop()
		for more := true; more; {
			select {
			case <-tick.C:
			case <-stop:
				more = false
			}
			g.sample(s)
		}
	}()
	return sync.OnceFunc(func() {
		close(stop)
		<-done
	})
}

type gauges struct {
	samples                     []metrics.Sample
	stats                       debug.GCStats
	collections                 int64 // when the last sample was taken
	goroutines, heap, gc, pause Name
}

func (g *gauges) sample(s *Stream) {
	metrics.Read(g.samples)
	for i, name := range []Name{g.goroutines, g.heap} {
		if v := g.samples[i].Value; v.Kind() == metrics.KindUint64 {
			s.Gauge(name, float64(v.Uint64()))
		}
	}
	debug.ReadGCStats(&g.stats)
	var longest time.Duration
	for i := range min(int(g.stats.NumGC-g.collections), len(g.stats.Pause)) {
		longest = max(longest, g.stats.Pause[i]) // the most recent comes first
	}
	g.collections = g.stats.NumGC
	s.Gauge(g.gc, float64(g.stats.NumGC))
	s.Gauge(g.pause, longest.Seconds())
}
