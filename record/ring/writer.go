package ring

import (
	"strconv"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Name is an interned string; the zero Name is "".
type Name uint32

// A Mode says how a lock is held or an object is accessed.
type Mode uint8

// The modes of locks and accesses.
const (
	Shared Mode = iota
	Exclusive
)

// A Writer is one stream, and what it needs to encode events into a ring. It
// is started by Pool.Start. It is not safe for concurrent use.
//
// Each event method looks at one limit. Whatever is not the plain case (the
// end of a lap, a full ring, a loss to tell, a ring that is shared, a stream
// that is closed) sets the limit so that the event comes by slow.
type Writer struct {
	data unsafe.Pointer // where the laps of the ring begin
	off  uintptr        // where the next record goes, from data
	lim  uintptr        // below it an event without text is the plain case
	mlim uintptr        // below it a move is
	// base and off make the position: bytes written since the ring was made.
	base   uint64
	cursor *atomic.Uint64
	stamp  uint64 // of the last record
	clock  *clock
	last   [3]uint64
	mode   uint8
	tsc    bool   // as in clock
	shift  uint8  // as in clock
	seen   uint64 // the consumer's position when last looked at

	ring   *region
	full   uintptr  // below it there is room for an event without text
	mfull  uintptr  // below it a move is taken
	syncAt uint64   // position from which the next place to begin at is due
	names  []uint64 // bit i: name i is defined in the ring

	pool     *Pool
	title    string // the name as it was asked for
	name     string
	stream   uint32 // number in the process
	space    uint64 // of the events from here
	inSpace  bool
	small    bool
	told     bool   // the stream is introduced in its own ring
	ended    bool   // closed: the next event begins a new stream
	batch    uint64 // stamp of the batch at work
	timed    bool   // the batch's time must be told before the next event
	spaced   bool   // the space must be told before the next event
	loss     *loss
	gaveUp   bool // waiting for the reader, when it had read gaveUpAt
	gaveUpAt uint64
	shared   *sharedRing // nil if the ring is the stream's own

	// Of the encoder of a shared ring only:
	owner   *Writer // the stream at work
	current uint32  // the stream told last
}

// Bits of Writer.mode.
const (
	modeSame   = 1 // a batch: events have the time of the record before them
	modeShared = 2 // publish and unlock after each event
)

// Name returns the stream's name.
func (w *Writer) Name() string { return w.name }

// begin stores op, and the time since the last record if this one has a time
// of its own, and returns what follows.
func (w *Writer) begin(op byte) unsafe.Pointer {
	p := unsafe.Add(w.data, w.off)
	if w.mode&modeSame != 0 {
		*(*byte)(p) = op | sameTime
		return unsafe.Add(p, 1)
	}
	var t uint64
	if w.tsc {
		t = ticks() >> (w.shift & 63)
	} else {
		t = w.clock.stamp()
	}
	d := t - w.stamp
	if d < short {
		w.stamp = t
		n := size(d)
		store64(p, uint64(op)|pack(d, n)<<8)
		return unsafe.Add(p, 1+n)
	}
	if int64(d) < 0 { // another core's counter is behind this one's
		d, t = 0, w.stamp
	}
	w.stamp = t
	*(*byte)(p) = op
	return put(unsafe.Add(p, 1), d)
}

// done publishes the record that ends at p, or leaves that to who will.
func (w *Writer) done(p unsafe.Pointer) {
	w.off = uintptr(p) - uintptr(w.data)
	if w.mode == 0 {
		publish(w.cursor, w.base+uint64(w.off))
	} else {
		w.finish()
	}
}

// finish ends an event that is not published by itself.
func (w *Writer) finish() {
	if w.mode&modeShared != 0 {
		w.leaveShared()
	}
}

// slow makes room for an event of kind k and returns the writer to encode it
// with. If there is none it counts the loss and returns nil.
func (w *Writer) slow(k event.Kind) *Writer {
	switch {
	case w.shared != nil:
		return w.shared.enter(w, k)
	case w.ended:
		w.ended = false
		w.pool.Start(w, w.title, w.small)
		if w.data != nil || w.shared != nil {
			return w.slow(k)
		}
		return nil
	case w.data == nil:
		return nil
	}
	if !w.start(k) {
		w.lose(k)
		return nil
	}
	return w
}

// start is room for an event of which nothing is stored yet: it may make a
// place to begin at.
func (w *Writer) start(k event.Kind) bool {
	if w.base+uint64(w.off) >= w.syncAt && w.place(k) {
		w.sync()
	}
	return w.room(k)
}

// sync stores a place to begin at.
func (w *Writer) sync() {
	w.syncAt = w.base + uint64(w.off) + w.ring.h.stride/syncs
	p := unsafe.Add(w.data, w.off)
	*(*byte)(p) = opSync
	p = put(unsafe.Add(p, 1), w.stamp)
	w.off = uintptr(p) - uintptr(w.data)
	w.last = [3]uint64{}
	clear(w.names)
	w.told = false
	if w.owner != nil {
		w.current = 0
		clear(w.shared.known)
	}
}

// room makes sure that an event of kind k without text fits, after what has
// to be told before it.
func (w *Writer) room(k event.Kind) bool {
	for w.place(k) {
		switch o := w.at(); {
		case o == w && !w.told:
			w.told, w.spaced = true, false
			w.announce(w)
		case o != w && w.current != o.stream:
			w.turn(o)
		case o.loss != nil && o.loss.untold:
			w.tell(o.loss)
		case o.timed:
			o.timed = false
			w.jump(o.batch)
		case o.spaced:
			o.spaced = false
			w.tellSpace(o)
		default:
			return true
		}
	}
	return false
}

// place goes to the next lap if this one is full, and reports whether an
// event of kind k fits.
func (w *Writer) place(k event.Kind) bool {
	if w.off >= uintptr(w.ring.h.size) {
		w.base += w.ring.h.stride
		w.off = 0
	}
	w.limits()
	if !w.fits(k) {
		// A batch that fills the ring is published in parts.
		publish(w.cursor, w.base+uint64(w.off))
		w.seen = w.ring.h.taken.Load()
		w.limits()
		if !w.fits(k) && w.pool.cfg.Wait {
			w.wait(k)
		}
	}
	return w.fits(k)
}

// patience is how long a full ring is waited for when nobody reads it: long
// enough for a collector that a busy machine or a slow disk holds up.
const patience = 3 * time.Second

// wait waits until an event of kind k fits. When the reader has done nothing
// for a while it is taken for dead, and not waited for until it is seen again.
func (w *Writer) wait(k event.Kind) {
	h := w.ring.h
	clock := w.pool.clock
	read, since := h.read.Load(), clock.now()
	if w.gaveUp && w.gaveUpAt == read {
		return
	}
	for w.gaveUp = false; !w.fits(k) && h.closed.Load() == 0; {
		pause(50 * time.Microsecond)
		if now := h.read.Load(); now != read {
			read, since = now, clock.now()
		} else if clock.now()-since > int64(patience) {
			w.gaveUp, w.gaveUpAt = true, read
			return
		}
		w.seen = h.taken.Load()
		w.limits()
	}
}

// at returns the stream whose events w encodes now.
func (w *Writer) at() *Writer {
	if w.owner != nil {
		return w.owner
	}
	return w
}

func (w *Writer) fits(k event.Kind) bool {
	if k == event.Move {
		return w.off < w.mfull
	}
	return w.off < w.full
}

// limits sets the limits by what the consumer is known to have read.
func (w *Writer) limits() {
	h := w.ring.h
	free := int64(w.seen + h.stride - w.base) // room from the start of this lap
	set := func(keep int64) uintptr {
		return uintptr(min(max(free-keep, 0), int64(h.size)))
	}
	w.full = set(fixedMax + margin)
	w.mfull = set(fixedMax + margin + int64(h.stride/8))
	sync := uintptr(max(int64(w.syncAt-w.base), 0))
	w.lim, w.mlim = min(w.full, sync), min(w.mfull, sync)
}

// jump makes t the time of the last record.
func (w *Writer) jump(t uint64) {
	p := unsafe.Add(w.data, w.off)
	*(*byte)(p) = opTime
	p = put(unsafe.Add(p, 1), zigzag(t-w.stamp))
	w.stamp = t
	w.off = uintptr(p) - uintptr(w.data)
}

// announce stores that stream o begins. It needs room.
func (w *Writer) announce(o *Writer) {
	p := put(w.begin(opStream), uint64(o.stream))
	p = o.putSpace(p)
	var told [64]uint64
	if o.loss != nil {
		told = o.loss.told
	}
	w.bytes(putLosses(p, &told), o.name)
}

// putSpace stores what space the stream's events are about.
func (o *Writer) putSpace(p unsafe.Pointer) unsafe.Pointer {
	if o.inSpace {
		return put(put(p, 1), o.space)
	}
	return put(p, 0)
}

// In says what space the events from here on are about.
func (w *Writer) In(space uint64) { w.setSpace(space, true) }

func (w *Writer) setSpace(space uint64, in bool) {
	if w.space == space && w.inSpace == in {
		return
	}
	w.space, w.inSpace, w.spaced = space, in, true
	w.lim, w.mlim = 0, 0
}

func (w *Writer) tellSpace(o *Writer) {
	p := unsafe.Add(w.data, w.off)
	*(*byte)(p) = opSpace
	p = o.putSpace(unsafe.Add(p, 1))
	w.off = uintptr(p) - uintptr(w.data)
}

// Batch gives the events up to PublishBatch the time of now.
func (w *Writer) Batch() {
	if w.mode&modeSame != 0 || w.clock == nil {
		return
	}
	w.batch = max(w.stamp, w.clock.stamp())
	w.mode |= modeSame
	if w.off < w.lim {
		w.jump(w.batch)
	} else {
		w.timed = true
	}
}

// PublishBatch ends a batch.
func (w *Writer) PublishBatch() {
	w.mode &^= modeSame
	w.timed = false
	if w.shared == nil && w.data != nil {
		publish(w.cursor, w.base+uint64(w.off))
	}
}

// decimal is strconv's, for names.
func decimal(n uint64) string { return strconv.FormatUint(n, 10) }
