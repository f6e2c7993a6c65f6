package profile

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"sync/atomic"
	"time"

	"github.com/aoi-trace/aoi-trace/record"
)

// MaxHeaps is how many heap profiles HeapAfterGC makes at most, so that a
// server that runs for months does not fill a disk with them.
const MaxHeaps = 100

// HeapAfterGC has a heap profile of the process put into the trace after a
// collection: after the first, and then whenever period has passed since the
// last one (0 stands for a minute). They are called heap-1.pprof and so on, and
// a note says when each was made.
func HeapAfterGC(period time.Duration) record.Option {
	if period <= 0 {
		period = time.Minute
	}
	return record.During(func(r *record.Recorder) (stop func()) { return heaps(r, period) })
}

func heaps(r *record.Recorder, period time.Duration) (stop func()) {
	collected, end, done := make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	watch := watchGC(collected)
	go func() {
		defer close(done)
		defer watch.ended.Store(true)
		var last time.Time
		for n := 0; n < MaxHeaps; {
			select {
			case <-end:
				return
			case <-collected:
			}
			if n > 0 && time.Since(last) < period {
				continue
			}
			n, last = n+1, time.Now()
			heap(r, fmt.Sprintf("heap-%d.pprof", n))
		}
	}()
	return func() {
		close(end)
		<-done
	}
}

// heap writes one profile.
func heap(r *record.Recorder, name string) {
	var b bytes.Buffer
	err := pprof.Lookup("heap").WriteTo(&b, 0)
	if err == nil {
		err = r.Attach(name, Type, b.Bytes())
	}
	if err != nil {
		warn(name, err)
		return
	}
	r.Note("heap profile after a collection: " + name)
}

// A gcWatch is found unreachable by each collection, which runs its finalizer;
// that tells of the collection and watches for the next.
type gcWatch struct {
	collected chan<- struct{}
	ended     *atomic.Bool
}

// watchGC has each collection send to collected, if it takes it at once, until
// ended is set.
func watchGC(collected chan<- struct{}) gcWatch {
	w := gcWatch{collected, new(atomic.Bool)}
	runtime.SetFinalizer(&gcWatch{w.collected, w.ended}, (*gcWatch).again)
	return w
}

func (w *gcWatch) again() {
	if w.ended.Load() {
		return
	}
	select {
	case w.collected <- struct{}{}:
	default:
	}
	runtime.SetFinalizer(w, (*gcWatch).again)
}
