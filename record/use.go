package record

import (
	"strconv"
	"sync"
)

// Use makes s the stream of the calling goroutine: what the methods of the
// recorder and the hooks of this package (locks, channels, groups) record on
// this goroutine goes to s from here on, in one order with what is recorded on
// s itself. It returns the stream that the goroutine had, or nil. A goroutine
// that may end before the program gives its stream back:
//
//	defer rec.Use(rec.Use(zone))
//
// Without Use a goroutine that has a stream of its own and calls a hook
// records on two streams, between which no order is known.
func (r *Recorder) Use(s *Stream) *Stream {
	if r == nil {
		return nil
	}
	return r.use(s)
}

func (r *Recorder) use(s *Stream) *Stream {
	key := goroutine()
	before := r.here.find(key)
	r.here.add(key, s)
	return before
}

// objects keeps the names of locks, channels and published objects apart: two
// locks of one name would be one lock to whoever reads the trace, and order
// what nothing has ordered.
type objects struct {
	mu    sync.Mutex
	names map[string]uint64
}

// object interns the name of an object of a class, and returns it too. The
// second object of a name gets a number: "cell(2)".
func (r *Recorder) object(class, name string) (Name, string) {
	o := &r.taken
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.names == nil {
		o.names = map[string]uint64{}
	}
	for unique := name; ; {
		key := class + "\x00" + unique
		if o.names[key]++; o.names[key] == 1 {
			return r.pool.Name(unique), unique
		}
		first := class + "\x00" + name
		if key != first {
			o.names[first]++
		}
		unique = name + "(" + strconv.FormatUint(o.names[first], 10) + ")"
	}
}
