package ring

import (
	"sync"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
)

// A sharedRing is a ring for streams that have none of their own.
type sharedRing struct {
	mu     sync.Mutex
	w      Writer          // its encoder
	known  map[uint32]bool // the streams that it announced
	losers [maxSlots]*loss // whose the slots are
}

// enter makes the shared encoder ready for an event of stream o, locked until
// the event is done.
func (s *sharedRing) enter(o *Writer, k event.Kind) *Writer {
	s.mu.Lock()
	e := &s.w
	e.owner = o
	e.mode = modeShared | o.mode&modeSame
	o.timed = o.mode&modeSame != 0
	if !e.start(k) {
		e.drop(k)
		return nil
	}
	return e
}

// leaveShared publishes the event of a shared ring.
func (w *Writer) leaveShared() {
	publish(w.cursor, w.base+uint64(w.off))
	w.mode = modeShared
	w.shared.mu.Unlock()
}

// turn stores that the records from here on are of stream o.
func (w *Writer) turn(o *Writer) {
	w.current = o.stream
	if !w.shared.known[o.stream] {
		w.shared.known[o.stream] = true
		o.spaced = false
		w.announce(o)
		return
	}
	p := unsafe.Add(w.data, w.off)
	*(*byte)(p) = opSwitch
	p = put(unsafe.Add(p, 1), uint64(o.stream))
	w.off = uintptr(p) - uintptr(w.data)
}
