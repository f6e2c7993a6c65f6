package ring

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// ErrNotReady is returned for a ring that its producer is still setting up:
// open it again later.
var ErrNotReady = errors.New("its producer is still setting it up")

// ErrDamaged is wrapped by the errors about a ring whose content cannot be
// what a producer wrote.
var ErrDamaged = errors.New("the ring is damaged")

// An Info is what a ring says about itself.
type Info struct {
	Path    string
	Pid     int
	Process string    // name of the program
	Started time.Time // when its recorder was opened
	Size    int       // bytes of the file
	Clock   string    // "tsc" or "monotonic"
	Shared  bool      // several streams write into it
}

// A Reader is the consuming side of one ring. It is not safe for concurrent
// use, and a ring has one reader.
type Reader struct {
	ring  *region
	alive func() bool
	info  Info
	data  []byte // a lap, its slack and a margin
	size  int
	step  uint64 // bytes of a lap with its slack
	t     *event.Tables
	err   error
	emit  func(*event.Event)
	count int

	begun   uint64 // position of the last place to begin at
	read    uint64 // what is before it was handed on by an earlier reader
	silent  bool   // the record at hand is before it
	base    uint64 // as in Writer
	off     int
	stamp   uint64
	last    [3]uint64
	names   []event.Str // by number; those not defined are noName
	naming  uint64      // the name that pieces are collected for
	name    []byte
	piece   []byte   // a long text of which more may follow
	pieces  [][]byte // the long texts of the next event
	streams map[uint32]*stream
	stream  *stream
	ev      event.Event

	times []triple // what converts stamps; empty if they are nanoseconds
	live  bool     // this machine's clocks are the ring's
	shift uint8
	line  line
}

const noName = ^event.Str(0)

// A stream is what the reader knows of one.
type stream struct {
	id    event.StreamID
	mono  int64 // time of its latest event
	space uint64
	in    bool
	told  *[64]uint64 // nil for none
}

// OpenReader maps the ring at path, which List returned. Names go into t.
func OpenReader(path string, t *event.Tables) (*Reader, error) {
	r := &Reader{t: t, streams: map[uint32]*stream{}, names: []event.Str{0}}
	err := r.open(path)
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("opening ring %s: %w", path, err)
	}
	return r, nil
}

func (r *Reader) open(path string) (err error) {
	if isMemory(path) {
		r.ring, err = attachMemory(path)
		r.alive = func() bool { return true }
	} else {
		r.ring, r.alive, err = attach(path)
	}
	if err != nil {
		return err
	}
	mem := r.ring.mem
	h := r.ring.header()
	switch {
	case h.magic.Load() == 0:
		return ErrNotReady
	case h.magic.Load() != magicWord || h.endian != endianMark:
		return fmt.Errorf("it does not begin as a ring of this machine does: %w", ErrDamaged)
	case h.version != ringVersion:
		return fmt.Errorf("it has version %d, this program reads version %d: record and read with the same release", h.version, ringVersion)
	}
	dataAt, size, slots := uint64(h.dataAt), h.size, uint64(h.slots)
	if size == 0 || size > maxRing || slots > 1<<16 || dataAt < headerSize+slots*slotSize ||
		h.stride != size+slack || dataAt+h.stride+margin > uint64(len(mem)) || h.shift > 63 || h.clock > clockTSC {
		return fmt.Errorf("its sizes do not fit its %d bytes: %w", len(mem), ErrDamaged)
	}
	r.ring.h = h
	r.size, r.step = int(size), h.stride
	r.data = mem[dataAt:][:h.stride+margin]
	r.shift = uint8(h.shift)
	clip := func(b []byte) string { s, _, _ := bytes.Cut(b, []byte{0}); return string(s) }
	r.info = Info{
		Path: path, Pid: int(h.pid), Process: clip(h.process[:]), Started: time.Unix(0, h.started),
		Size: len(mem), Clock: "monotonic", Shared: h.shared != 0,
	}
	if h.clock == clockTSC {
		r.info.Clock = "tsc"
		c := processClock()
		r.live = c.tsc && clip(h.boot[:]) == bootID()
	}
	pos := h.taken.Load()
	r.base, r.off = pos-pos%r.step, int(pos%r.step)
	r.begun, r.read = pos, h.read.Load()
	return nil
}

// Info returns what the ring says about itself.
func (r *Reader) Info() Info { return r.info }

// Closed reports whether the producer closed the ring. Drain once more after
// that, or Finish.
func (r *Reader) Closed() bool { return r.ring.h.closed.Load() != 0 }

// Alive reports whether the process that made the ring still lives. It does
// not depend on process numbers, which containers translate.
func (r *Reader) Alive() bool { return r.alive() }

// Close lets the ring go; its file stays.
func (r *Reader) Close() error {
	if r.ring != nil && r.ring.let != nil {
		r.ring.let()
	}
	r.ring = nil
	return nil
}

// Drain decodes what was published since the last call, calls emit for each
// event and frees the room. It returns how many events there were. The event
// is emit's only until it returns. Time and, of gaps, from and to are
// CLOCK_MONOTONIC in nanoseconds; within a stream it never goes back. Seq is
// not set.
func (r *Reader) Drain(emit func(*event.Event)) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	h := r.ring.h
	end := h.cursor.Load()
	pos := r.base + uint64(r.off)
	if end == pos {
		return 0, nil
	}
	r.lookAtClocks()
	r.emit, r.count = emit, 0
	for pos != end {
		if end-pos > r.step {
			return r.count, r.fail("the cursor is at %d", end)
		}
		if r.off >= r.size {
			r.base += r.step
			r.off = 0
			pos = r.base
			continue
		}
		r.silent = pos < r.read
		next, err := r.record(r.off)
		if err != nil {
			r.err = err
			return r.count, err
		}
		r.off = next
		pos = r.base + uint64(r.off)
		if r.begun != h.taken.Load() {
			h.read.Store(max(pos, r.read))
			h.taken.Store(r.begun)
		}
	}
	h.read.Store(max(pos, r.read))
	return r.count, nil
}

func (r *Reader) fail(format string, args ...any) error {
	r.err = fmt.Errorf("reading ring %s at %d: %s: %w", r.info.Path, r.base+uint64(r.off), fmt.Sprintf(format, args...), ErrDamaged)
	return r.err
}

// Finish drains what a dead or closed producer left, and tells as gaps the
// losses that it had no occasion to tell.
func (r *Reader) Finish(emit func(*event.Event)) (int, error) {
	n, err := r.Drain(emit)
	if err != nil {
		return n, err
	}
	r.emit, r.count, r.silent = emit, 0, false
	for i := range r.ring.h.slots {
		s := r.ring.slot(i)
		st := r.streams[s.stream.Load()]
		if st == nil {
			if i+1 < r.ring.h.slots || !r.info.Shared {
				continue
			}
			st = r.known(^uint32(0), "others")
		}
		var lost [64]uint64
		if st.told == nil {
			st.told = &[64]uint64{}
		}
		for k := range lost {
			lost[k] = s.counts[k].Load() - st.told[k]
			st.told[k] += lost[k]
		}
		r.gap(st, &lost, r.at(s.to.Load()))
	}
	return n + r.count, nil
}

// gap emits what stream s lost up to a time, if it lost anything.
func (r *Reader) gap(s *stream, lost *[64]uint64, to int64) {
	var kinds []byte
	e := &r.ev
	*e = event.Event{Kind: event.Gap, Stream: s.id, Set: gapSet}
	for k, n := range lost {
		if n == 0 || event.Kind(k).Spec() == nil {
			continue
		}
		if kinds != nil {
			kinds = append(kinds, ',')
		}
		kinds = append(append(kinds, event.Kind(k).String()...), ':')
		kinds = append(kinds, decimal(n)...)
		e.Int[0] += n
	}
	if kinds == nil {
		return
	}
	to = max(to, s.mono)
	e.Int[1], e.Int[2] = uint64(s.mono), uint64(to)
	e.Time, s.mono = time.Duration(to), to
	e.Str[0] = r.t.Str(string(kinds))
	r.out(e)
}

// out hands an event on.
func (r *Reader) out(e *event.Event) {
	if !r.silent {
		r.count++
		r.emit(e)
	}
}

var gapSet = event.Gap.Bit("from") | event.Gap.Bit("to") | event.Gap.Bit("kinds") | event.Gap.Bit("why")

// known returns stream number n and gives it a name if it has none yet.
func (r *Reader) known(n uint32, name string) *stream {
	s := r.streams[n]
	if s == nil {
		s = &stream{id: r.t.Stream(name)}
		r.streams[n] = s
	}
	return s
}

// at converts a stamp to CLOCK_MONOTONIC.
func (r *Reader) at(stamp uint64) int64 {
	if r.ring.h.clock != clockTSC {
		return int64(stamp)
	}
	t := stamp << r.shift
	if t < r.line.from || t >= r.line.to {
		r.line = lineAt(r.times, t)
	}
	return r.line.at(t)
}

// lookAtClocks brings what converts stamps up to date. The clocks of this
// machine are compared here; the instants in the header serve rings of a
// machine that is gone, and what is much older than this process.
func (r *Reader) lookAtClocks() {
	if r.ring.h.clock != clockTSC {
		return
	}
	old := r.times
	if r.live {
		r.times = thisMachine.instants()
		if len(old) == len(r.times) && old[0] == r.times[0] || len(old) > 0 && old[len(old)-1] == r.times[len(r.times)-1] {
			r.times = old
			return
		}
	}
	if h := r.ring.h; !r.live || h.triple[0].mono+1e9 < r.times[0].mono {
		var ts []triple
		for _, t := range h.triple[:min(h.triples.Load(), uint64(len(h.triple)))] {
			if !r.live || t.mono+1e9 < r.times[0].mono {
				ts = append(ts, t)
			}
		}
		sort.Slice(ts, func(i, j int) bool { return ts[i].ticks < ts[j].ticks })
		r.times = append(ts, r.times...)
		for i := 1; i < len(r.times); i++ {
			if r.times[i].ticks <= r.times[i-1].ticks || r.times[i].mono <= r.times[i-1].mono {
				r.times = append(r.times[:i:i], r.times[i+1:]...)
				i--
			}
		}
	}
	r.line = line{}
}
