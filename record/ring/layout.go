package ring

import (
	"sync/atomic"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
)

// The beginning of a ring file. Numbers are in the byte order of the machine;
// the field endian tells which.
type header struct {
	magic   atomic.Uint64 // stored last: until then the ring is not ready
	version uint32
	endian  uint32
	dataAt  uint32 // where the records begin, in bytes from the start
	slots   uint32 // how many loss slots follow the header
	size    uint64 // a record begins below this offset in its lap
	stride  uint64 // bytes of a lap: size and slack
	pid     uint32
	clock   uint32 // clockMonotonic or clockTSC
	shift   uint32 // stamps are ticks shifted right by this
	shared  uint32 // 1 if several streams write into the ring
	started int64  // when the recorder was opened, wall clock, ns
	boot    [40]byte
	process [184]byte // the program's name, zero-terminated

	triples atomic.Uint64 // how many were ever stored
	triple  [16]triple    // the first stays in place, later ones rotate

	_      [1024 - 680]byte
	cursor atomic.Uint64 // bytes published since the ring was made; written by the producer
	closed atomic.Uint32 // 1 when the producer is done
	_      [1024 - 12]byte
	// The consumer's two positions: before taken, which is the last place to
	// begin at that it passed, the producer may write; up to read it has
	// handed events on. One that comes later begins at taken and hands on
	// what comes after read.
	taken atomic.Uint64
	read  atomic.Uint64
	_     [2048 - 16]byte
}

const (
	headerSize  = 4096
	magicWord   = 0x676e69722d696f61 // "aoi-ring" in little-endian order
	ringVersion = 1
	endianMark  = 0x01020304

	clockMonotonic = 0
	clockTSC       = 1
)

// A triple is one instant on three clocks.
type triple struct {
	ticks uint64 // of the ring's clock, not shifted
	mono  int64  // CLOCK_MONOTONIC, ns
	wall  int64  // since 1970, ns
}

// A slot counts what one stream lost since it took the slot and never goes
// back: what gap records told is subtracted by whoever reads.
type slot struct {
	stream atomic.Uint32 // its number; 0 for a free slot
	_      uint32
	to     atomic.Uint64 // stamp of the latest loss
	counts [64]atomic.Uint64
}

const slotSize = 16 + 64*8

// Sizes of a ring, in bytes.
const (
	slack    = 4096 // behind a lap, for the record that begins in it last
	fixedMax = 1024 // a gap and an event without text
	margin   = 64   // behind the slack: whole words are stored and loaded

	// maxSlots is how many streams of a shared ring may have losses to tell
	// at one time; what others lose is counted under the stream "others".
	maxSlots = 128
)

// A region is a mapped ring.
type region struct {
	mem  []byte
	h    *header
	data unsafe.Pointer
	let  func() // unmaps and closes; nil if there is nothing to let go
}

func (r *region) header() *header { return (*header)(unsafe.Pointer(&r.mem[0])) }

func (r *region) slot(i uint32) *slot {
	return (*slot)(unsafe.Pointer(&r.mem[headerSize+int(i)*slotSize]))
}

// regionSize returns the size of the file of a ring.
func regionSize(size int, slots int) int {
	n := dataOffset(slots) + size + slack + margin
	return (n + 4095) &^ 4095
}

func dataOffset(slots int) int { return (headerSize + slots*slotSize + 4095) &^ 4095 }

// lay writes the header of a fresh ring, all but the magic.
func (r *region) lay(size, slots int) {
	r.h = r.header()
	r.h.version = ringVersion
	r.h.endian = endianMark
	r.h.dataAt = uint32(dataOffset(slots))
	r.h.slots = uint32(slots)
	r.h.size = uint64(size)
	r.h.stride = uint64(size + slack)
	r.data = unsafe.Pointer(&r.mem[r.h.dataAt])
}

// note stores an instant, for whoever converts the ring's stamps.
func (h *header) note(t triple) {
	n := h.triples.Load()
	i := n
	if n >= uint64(len(h.triple)) {
		i = 1 + (n-1)%uint64(len(h.triple)-1)
	}
	h.triple[i] = t
	h.triples.Store(n + 1)
}

// Records. The first byte is an operation:
//
//	1…52       an event of that kind with its usual keys
//	53…63      the operations below
//	+0x40      the event has the time of the record before it
//	0x80+form  a move; two bits an axis say how its coordinate is stored
//
// then, except for the operations that say otherwise, the time since the
// record before it as a number, then the event's keys in the order of the
// event table. Numbers are 1 to 9 bytes: as many zero bits as bytes follow
// the first, a one bit, and the value, least significant byte first.
const (
	opSync   = 53 // time since the clock's zero: a place to begin at
	opTime   = 54 // signed difference of time
	opPiece  = 55 // flags, length, bytes: of a text of the next event
	opGap    = 56 // signed difference of time, number of kinds, (kind, how many)…
	opSpace  = 57 // 0, or 1 and the space of this stream's events from here
	opSwitch = 58 // stream number: of the events from here
	opEvent  = 59 // time, kind, set of keys, keys
	opStream = 60 // time, stream number, space as in opSpace, losses told as in opGap, length, name; and so opSwitch
	opString = 61 // number, flags, length, bytes: what name that is

	sameTime = 0x40
	opMove   = 0x80

	pieceMore  = 1 // flags: the text goes on in another record
	pieceFirst = 2 // it begins here
	pieceClear = 4 // it is the first text of its event
	pieceRest  = 8 // it does not begin here

	maxPiece  = 1024 // bytes of text in one record
	maxInline = 250  // bytes of text inside an event
	maxName   = 64 << 10
	maxNames  = 1 << 24 // how many names a ring can define
	maxText   = 64 << 20
	maxStream = 500 // bytes of a stream's name
)

// After a place to begin at, nothing refers to what was before it: identifiers
// are differences to 0, names are defined and streams introduced again before
// their first use. There are syncs of them a lap.
const syncs = 16

// Forms of a coordinate.
const (
	formZero  = 0 // +0, no bytes
	formInt   = 1 // signed number
	formFloat = 2 // 4 bytes
	formFull  = 3 // 8 bytes
)

// Tags of a text key, in the low two bits of its number.
const (
	tagName   = 0 // an interned string, by number; 0 is ""
	tagText   = 1 // length; the bytes follow
	tagIDs    = 2 // length; differences of identifiers follow
	tagPieces = 3 // the pieces before this record: 0 text, 1 identifiers
)

// usual says which optional keys an event has that is stored without a set.
var usual = func() (u [event.NumKinds]event.Set) {
	set := func(k event.Kind, keys ...string) {
		for _, key := range keys {
			u[k] |= k.Bit(key)
		}
	}
	set(event.Radius, "leave")
	set(event.Update, "v")
	set(event.Filter, "rule")
	set(event.Fov, "region")
	set(event.Read, "used")
	set(event.Zone, "from", "to")
	set(event.Begin, "e")
	set(event.Acquire, "n")
	set(event.Release, "n")
	set(event.Send, "n")
	set(event.Recv, "n")
	set(event.Publish, "v")
	set(event.Observe, "v")
	set(event.Queue, "cap")
	set(event.Unwatch, "e")
	return u
}()

// Which of the three identifiers that a ring remembers a key is stored as a
// difference to.
const (
	lastEntity = iota
	lastWatcher
	lastTarget
)

// watches holds the kinds whose entity is a watcher.
const watches event.KindSet = 1<<event.Enter | 1<<event.Leave | 1<<event.Update | 1<<event.View |
	1<<event.Filter | 1<<event.Fov | 1<<event.Read

// The layout is fixed: these do not compile when it moves.
var (
	_ [headerSize]byte = [unsafe.Sizeof(header{})]byte{}
	_ [1024]byte       = [unsafe.Offsetof(header{}.cursor)]byte{}
	_ [2048]byte       = [unsafe.Offsetof(header{}.taken)]byte{}
	_ [slotSize]byte   = [unsafe.Sizeof(slot{})]byte{}
)
