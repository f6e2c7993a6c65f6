package record

import (
	"math"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/aoi-trace/aoi-trace/event"
)

// A View is the region that one watcher watches, published for any number of
// readers that take no lock: a seqlock. A reader never sees half of a write;
// the versions that it met are in the trace, those of attempts that it threw
// away too. The zero View is an empty region at version 0, and not recorded.
type View struct {
	seq   atomic.Uint64    // twice the version; odd while it is being written
	words [6]atomic.Uint64 // the bits of min and max

	mu     sync.Mutex // writers
	rec    *Recorder
	obj    Name
	w      uint64
	in     bool
	space  uint64
	tables *event.Tables
}

// Record says whose region it is and has rec record it. It must come before
// the view is shared, and after In.
func (v *View) Record(rec *Recorder, watcher uint64) {
	if rec == nil {
		return
	}
	name := "fov/" + strconv.FormatUint(watcher, 10)
	if v.in {
		name = "fov/" + strconv.FormatUint(v.space, 10) + "/" + name[len("fov/"):]
	}
	v.rec, v.w, v.tables = rec, watcher, event.NewTables()
	v.obj, _ = rec.object("object", name)
}

// In says which space the watcher is in, where there are several. It must come
// before the view is shared. It returns v.
func (v *View) In(space uint64) *View {
	v.space, v.in = space, true
	return v
}

// Store publishes a region as the next version, which it returns.
func (v *View) Store(min, max Vec) uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := v.seq.Load()/2 + 1
	if v.rec != nil {
		v.phase(n, 0, min, max)
	}
	v.seq.Store(2*n - 1)
	for i, f := range [6]float64{min.X, min.Y, min.Z, max.X, max.Y, max.Z} {
		v.words[i].Store(math.Float64bits(f))
	}
	if v.rec != nil {
		v.phase(n, 1, min, max)
		v.rec.Publish(v.obj, n)
	}
	v.seq.Store(2 * n)
	return n
}

// Load returns the region and its version. It tries again for as long as a
// write comes in between.
func (v *View) Load() (min, max Vec, version uint64) {
	for {
		before := v.seq.Load()
		var f [6]float64
		for i := range f {
			f[i] = math.Float64frombits(v.words[i].Load())
		}
		after := v.seq.Load()
		used := before == after && before%2 == 0
		if v.rec != nil {
			v.read(before/2, (after+1)/2, used)
		}
		if used {
			return Vec{X: f[0], Y: f[1], Z: f[2]}, Vec{X: f[3], Y: f[4], Z: f[5]}, before / 2
		}
		runtime.Gosched()
	}
}

func (v *View) phase(n uint64, phase uint8, min, max Vec) {
	v.rec.Emit(&event.Event{Kind: event.Fov, Set: fovSet | v.spaceBit(fovSpace), Space: v.space, Entity: v.w,
		Int: [3]uint64{n}, Pos: min, Max: max, Phase: phase}, v.tables)
}

func (v *View) read(v1, v2 uint64, used bool) {
	mode := uint8(0)
	if used {
		mode = 1
		if v1 > 0 {
			v.rec.Observe(v.obj, v1)
		}
	}
	v.rec.Emit(&event.Event{Kind: event.Read, Set: readUsed | v.spaceBit(readSpace), Space: v.space, Entity: v.w,
		Int: [3]uint64{v1, v2}, Mode: mode}, v.tables)
}

func (v *View) spaceBit(bit event.Set) event.Set {
	if v.in {
		return bit
	}
	return 0
}

var (
	fovSet    = event.Fov.Bit("region") | event.Fov.Bit("phase")
	fovSpace  = event.Fov.Bit("space")
	readUsed  = event.Read.Bit("used")
	readSpace = event.Read.Bit("space")
)
