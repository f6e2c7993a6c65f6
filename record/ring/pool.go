package ring

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// A Config says where and how a pool records.
type Config struct {
	Dir     string       // the rings' directory: on tmpfs, or what Memory returned
	Process string       // the program's name; its own if empty
	Limit   int64        // the most bytes that all rings have together; 64 MiB if 0
	Wait    bool         // for room in a full ring, while somebody reads it, instead of dropping events
	Warn    func(string) // is told, once, when there is no room for more rings
}

// Sizes of rings, in bytes, and shares of the pool.
const (
	defaultLimit = 64 << 20
	largest      = 4 << 20
	smallest     = 64 << 10
	smallSize    = 128 << 10
	sharedRings  = 4
)

// A Pool is the recording side of one process: its names, and the rings that
// its streams get. Its methods may be called by any goroutine.
type Pool struct {
	cfg     Config
	clock   *clock
	started int64
	boot    string
	stop    chan struct{}

	mu      sync.Mutex
	closed  bool
	warned  bool
	used    int64 // bytes of all rings
	smalls  int64 // of these, of small streams
	made    uint64
	streams uint32
	taken   map[string]uint64 // stream names, and how often
	rings   []*region
	free    []idle
	shared  []*sharedRing
	turn    int // the shared ring that the next stream gets

	nameMu sync.RWMutex
	names  []string
	index  map[string]Name

	attached atomic.Uint64 // attachments that were made
}

// An idle ring is one that its stream has closed.
type idle struct {
	ring  *region
	names []uint64
	base  uint64
	off   uintptr
	stamp uint64
	seen  uint64
}

// NewPool prepares recording into cfg.Dir.
func NewPool(cfg Config) (*Pool, error) {
	if cfg.Warn == nil {
		cfg.Warn = func(string) {}
	}
	if cfg.Limit <= 0 {
		cfg.Limit = defaultLimit
	}
	if cfg.Process == "" {
		cfg.Process = filepath.Base(os.Args[0])
	}
	p := &Pool{
		cfg: cfg, clock: processClock(), started: wall(), boot: bootID(),
		stop:  make(chan struct{}),
		taken: map[string]uint64{}, names: []string{""}, index: map[string]Name{"": 0},
	}
	if !isMemory(cfg.Dir) {
		if !SharedMemory {
			return nil, fmt.Errorf("recording into %s: no shared memory on this system", cfg.Dir)
		}
		if st, err := os.Stat(cfg.Dir); err != nil {
			return nil, fmt.Errorf("recording into a directory: %w", err)
		} else if !st.IsDir() {
			return nil, fmt.Errorf("recording into %s: not a directory", cfg.Dir)
		}
		free, err := freeSpace(cfg.Dir)
		if err != nil {
			return nil, err
		}
		p.cfg.Limit = min(p.cfg.Limit, free/2)
	}
	if p.clock.tsc {
		go p.keepTime()
	}
	return p, nil
}

// keepTime stores an instant in each ring every second, for readers that come
// when this machine's clocks can no longer be compared.
func (p *Pool) keepTime() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			p.noteTime()
		}
	}
}

func (p *Pool) noteTime() {
	t := p.clock.triple()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.rings {
		r.h.note(t)
	}
}

// Clock returns the name of the clock that stamps events: tsc or monotonic.
func (p *Pool) Clock() string { return p.clock.name() }

// Name interns s. What is longer than 64 KiB is cut, and says so at its end.
func (p *Pool) Name(s string) Name {
	p.nameMu.RLock()
	n, ok := p.index[s]
	p.nameMu.RUnlock()
	if ok {
		return n
	}
	if len(s) > maxName {
		mark := "[cut, had " + decimal(uint64(len(s))) + " bytes]"
		return p.Name(s[:maxName-len(mark)] + mark)
	}
	p.nameMu.Lock()
	defer p.nameMu.Unlock()
	if n, ok := p.index[s]; ok {
		return n
	}
	n = Name(len(p.names))
	p.names = append(p.names, s)
	p.index[s] = n
	return n
}

// text returns what n names.
func (p *Pool) text(n Name) string {
	p.nameMu.RLock()
	defer p.nameMu.RUnlock()
	if int(n) < len(p.names) {
		return p.names[n]
	}
	return ""
}

// Start makes w a new stream. Small streams are the many: they get small
// rings, and together no more than a quarter of the pool.
func (p *Pool) Start(w *Writer, name string, small bool) {
	if name == "" {
		name = "stream"
	}
	name = name[:min(len(name), maxStream)]
	p.mu.Lock()
	defer p.mu.Unlock()
	*w = Writer{pool: p, small: small, clock: p.clock, tsc: p.clock.tsc, shift: p.clock.shift, space: w.space, inSpace: w.inSpace, spaced: w.inSpace}
	p.streams++
	w.stream, w.title, w.name = p.streams, name, p.unique(name)
	if p.closed {
		return
	}
	if !small && p.reuse(w) {
		return
	}
	size := p.sizeFor(small)
	if size == 0 {
		if !p.share(w) {
			p.warn(fmt.Errorf("%d bytes are left for rings in %s", p.cfg.Limit-p.used, p.cfg.Dir))
		}
		return
	}
	r, err := p.create(size, 1)
	if err != nil {
		if !p.share(w) {
			p.warn(err)
		}
		return
	}
	if small {
		p.smalls += int64(len(r.mem))
	}
	w.take(idle{ring: r})
}

// unique returns name, with a number if it is taken.
func (p *Pool) unique(name string) string {
	p.taken[name]++
	n := p.taken[name]
	if n == 1 {
		return name
	}
	numbered := name + "(" + decimal(n) + ")"
	if p.taken[numbered] > 0 {
		return p.unique(name)
	}
	p.taken[numbered] = 1
	return numbered
}

// take makes a ring the stream's own.
func (w *Writer) take(i idle) {
	w.ring, w.data, w.cursor = i.ring, i.ring.data, &i.ring.h.cursor
	w.names, w.base, w.off, w.stamp, w.seen = i.names, i.base, i.off, i.stamp, i.seen
	w.syncAt = w.base + uint64(w.off)
	if w.start(0) {
		publish(w.cursor, w.base+uint64(w.off))
	}
}

// reuse gives w a ring that another stream has closed.
func (p *Pool) reuse(w *Writer) bool {
	for n := len(p.free) - 1; n >= 0; n-- {
		i := p.free[n]
		i.seen = i.ring.h.taken.Load()
		if i.base+uint64(i.off)-i.seen > i.ring.h.stride/2 {
			continue // the reader is behind: the stream deserves a fresh one
		}
		p.free = append(p.free[:n], p.free[n+1:]...)
		w.take(i)
		return true
	}
	return false
}

// sizeFor returns the size of the next ring, or 0 if it would be none: an
// eighth of what is left, so that rings shrink before they are shared.
func (p *Pool) sizeFor(small bool) int {
	left := p.cfg.Limit - p.used - p.reserve()
	size := largest
	if small {
		size = smallSize
		left = min(left, p.cfg.Limit/4-p.smalls)
	}
	for int64(size) > left/8 && size > smallest {
		size /= 2
	}
	if int64(regionSize(size, 1)) > left {
		return 0
	}
	return size
}

// reserve returns how many bytes are kept for shared rings: an eighth of the
// pool, and at least one ring.
func (p *Pool) reserve() int64 {
	n := max(p.cfg.Limit/8, int64(regionSize(smallest, maxSlots)))
	for _, s := range p.shared {
		n -= int64(len(s.w.ring.mem))
	}
	return max(n, 0)
}

// share gives w a place in a ring that others use too, if there is one.
func (p *Pool) share(w *Writer) bool {
	if len(p.shared) < sharedRings {
		size := largest
		for int64(regionSize(size, maxSlots)) > p.cfg.Limit/8/sharedRings && size > smallest {
			size /= 2
		}
		if int64(regionSize(size, maxSlots)) <= p.cfg.Limit-p.used {
			if r, err := p.create(size, maxSlots); err == nil {
				s := &sharedRing{known: map[uint32]bool{}}
				s.w = Writer{
					pool: p, clock: p.clock, tsc: p.clock.tsc, shift: p.clock.shift, ring: r, data: r.data, cursor: &r.h.cursor,
					mode: modeShared, shared: s,
				}
				p.shared = append(p.shared, s)
			}
		}
	}
	if len(p.shared) == 0 {
		return false
	}
	p.turn++
	w.shared = p.shared[p.turn%len(p.shared)]
	return true
}

func (p *Pool) warn(err error) {
	if !p.warned {
		p.warned = true
		p.cfg.Warn("not all streams are recorded: " + err.Error())
	}
}

// create makes a ring and shows it to readers. If the system has no room for
// the size, it makes a smaller one.
func (p *Pool) create(size, slots int) (r *region, err error) {
	for ; size >= smallest; size /= 2 {
		if r, err = p.createSize(size, slots); err == nil {
			return r, nil
		}
	}
	return nil, err
}

func (p *Pool) createSize(size, slots int) (*region, error) {
	p.made++
	path := fmt.Sprintf("%s/%07d-%x-%06d%s", p.cfg.Dir, os.Getpid(), p.started, p.made, Suffix)
	n := regionSize(size, slots)
	var r *region
	if isMemory(p.cfg.Dir) {
		r = createMemory(path, n)
	} else {
		var err error
		if r, err = create(path, n); err != nil {
			return nil, err
		}
	}
	r.lay(size, slots)
	r.h.pid = uint32(os.Getpid())
	r.h.clock, r.h.shift = p.clock.kind(), uint32(p.clock.shift)
	r.h.started = p.started
	if slots > 1 {
		r.h.shared = 1
	}
	copy(r.h.boot[:len(r.h.boot)-1], p.boot)
	copy(r.h.process[:len(r.h.process)-1], p.cfg.Process)
	r.h.note(p.clock.triple())
	r.h.magic.Store(magicWord)
	if isMemory(p.cfg.Dir) {
		publishMemory(path, r)
	}
	p.used += int64(n)
	p.rings = append(p.rings, r)
	return r, nil
}

// Close ends the stream. Its ring goes to a later stream, unless it has
// losses to tell and no room for that.
func (w *Writer) Close() {
	if w.pool == nil || w.ended {
		return
	}
	w.PublishBatch()
	if s := w.shared; s != nil {
		if e := s.enter(w, 0); e != nil {
			e.leaveShared() // with its losses told
		}
	} else if w.ring != nil {
		if w.room(0) {
			publish(w.cursor, w.base+uint64(w.off))
			w.release()
		}
	}
	*w = Writer{pool: w.pool, clock: w.clock, title: w.title, name: w.name, small: w.small, ended: true, space: w.space, inSpace: w.inSpace}
}

// release gives the ring back.
func (w *Writer) release() {
	if l := w.loss; l != nil && l.own {
		l.slot.stream.Store(0)
	}
	p := w.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, idle{w.ring, w.names, w.base, w.off, w.stamp, w.seen})
}

// Close marks all rings as closed. It returns false if that was done before.
// The memory stays: other goroutines may still be about to write into it.
func (p *Pool) Close() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.closed = true
	close(p.stop)
	t := p.clock.triple()
	for _, r := range p.rings {
		r.h.note(t)
		r.h.closed.Store(1)
	}
	return true
}
