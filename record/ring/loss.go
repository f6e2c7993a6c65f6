package ring

import (
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
)

// A loss is what a stream lost, now and ever.
type loss struct {
	slot   *slot
	own    bool // the slot is no other stream's
	untold bool
	told   [64]uint64
}

// lose counts an event that found no room.
func (w *Writer) lose(k event.Kind) {
	o := w.at()
	if k == event.Invalid {
		return
	}
	if o.loss == nil {
		o.loss = &loss{}
	}
	if o.loss.slot == nil {
		w.takeSlot(o)
	}
	t := o.batch
	if o.mode&modeSame == 0 {
		t = max(w.clock.stamp(), w.stamp)
	}
	s := o.loss.slot
	s.to.Store(t)
	s.counts[k&63].Store(s.counts[k&63].Load() + 1)
	o.loss.untold = o.loss.own
	if !o.loss.own {
		o.loss.slot = nil // next time there may be a free one
	}
	w.lim, w.mlim = 0, 0
}

// takeSlot gives the stream o a place for its losses in w's ring. One that
// has nothing left to tell makes way for it.
func (w *Writer) takeSlot(o *Writer) {
	n := w.ring.h.slots
	for i := range n {
		s := w.ring.slot(i)
		if s.stream.Load() != 0 {
			if w.owner == nil || i == n-1 || w.shared.losers[i] == nil || w.shared.losers[i].untold {
				continue
			}
			// Its gap must be there before its count may go.
			publish(w.cursor, w.base+uint64(w.off))
			s.stream.Store(0)
			w.shared.losers[i].slot = nil
		} else if i == n-1 && w.owner != nil {
			break // the last slot is for those that find none
		}
		for k := range s.counts {
			s.counts[k].Store(o.loss.told[k])
		}
		s.stream.Store(o.stream)
		o.loss.slot, o.loss.own = s, true
		if w.owner != nil {
			w.shared.losers[i] = o.loss
		}
		return
	}
	o.loss.slot, o.loss.own = w.ring.slot(n-1), false
}

// tell stores what the stream lost since it last told, as a gap.
func (w *Writer) tell(l *loss) {
	p := unsafe.Add(w.data, w.off)
	*(*byte)(p) = opGap
	t := l.slot.to.Load()
	p = put(unsafe.Add(p, 1), zigzag(t-w.stamp))
	w.stamp = t
	var lost [64]uint64
	for k := range lost {
		n := l.slot.counts[k].Load()
		lost[k], l.told[k] = n-l.told[k], n
	}
	p = putLosses(p, &lost)
	l.untold = false
	w.off = uintptr(p) - uintptr(w.data)
}

// drop counts an event that slow had taken on already.
func (w *Writer) drop(k event.Kind) {
	w.lose(k)
	if w.mode&modeShared != 0 {
		w.leaveShared()
	}
}

// putLosses stores how many events of which kinds.
func putLosses(p unsafe.Pointer, lost *[64]uint64) unsafe.Pointer {
	var kinds uint64
	for _, n := range lost {
		if n != 0 {
			kinds++
		}
	}
	p = put(p, kinds)
	for k, n := range lost {
		if n != 0 {
			p = put(put(p, uint64(k)), n)
		}
	}
	return p
}
