package record

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// goroutines finds the stream of a goroutine. Its key is the address of the
// runtime's own record of the goroutine, which is never freed and given to a
// later goroutine when this one has ended. The table only grows; it is read
// without a lock, since a goroutine looks for nothing but itself.
type goroutines struct {
	table atomic.Pointer[table]
	mu    sync.Mutex // guards growth
	n     int
	made  atomic.Uint64
}

// A table holds entries at hash(key) and after, the first free one last.
type table struct {
	shift   uint8
	entries []entry
}

type entry struct {
	key    atomic.Uintptr
	stream *Stream // written before key
}

func (t *table) at(key uintptr) uintptr {
	return uintptr(uint64(key) * 0x9e3779b97f4a7c15 >> (t.shift & 63))
}

// find returns the stream of the goroutine with that key, or nil.
func (g *goroutines) find(key uintptr) *Stream {
	t := g.table.Load()
	if t == nil {
		return nil
	}
	for i := t.at(key); ; i++ {
		e := &t.entries[i]
		switch e.key.Load() {
		case key:
			return e.stream
		case 0:
			return nil
		}
	}
}

// add gives the calling goroutine a stream, or with nil takes its stream away.
func (g *goroutines) add(key uintptr, s *Stream) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.table.Load()
	if t == nil || g.n*2 >= 1<<(64-t.shift) {
		shift := uint8(64 - 6)
		if t != nil {
			shift = t.shift - 1
		}
		// A chain may run past the last place; it never comes round.
		bigger := &table{shift: shift, entries: make([]entry, 1<<(64-shift)*2)}
		if t != nil {
			for i := range t.entries {
				if k := t.entries[i].key.Load(); k != 0 {
					bigger.put(k, t.entries[i].stream)
				}
			}
		}
		g.table.Store(bigger)
		t = bigger
	}
	if t.put(key, s) {
		g.n++
	}
}

// put makes s the stream of a goroutine, which may have had another. It
// reports whether the goroutine is new to the table.
func (t *table) put(key uintptr, s *Stream) bool {
	i := t.at(key)
	for t.entries[i].key.Load() != 0 && t.entries[i].key.Load() != key {
		i++
	}
	added := t.entries[i].key.Load() == 0
	t.entries[i].stream = s
	t.entries[i].key.Store(key)
	return added
}

// Here returns the stream of the calling goroutine. The goroutine that called
// Open has the stream "main"; others get "g1", "g2" and so on. A goroutine
// may continue the stream of one that has ended: that is their true order in
// time. On processors other than amd64 and arm64, and under the race detector,
// this takes microseconds.
func (r *Recorder) Here() *Stream {
	if r == nil {
		return nil
	}
	return r.mine()
}

func (r *Recorder) mine() *Stream {
	key := goroutine()
	if s := r.here.find(key); s != nil {
		return s
	}
	return r.settle(key)
}

// settle gives the calling goroutine a stream.
func (r *Recorder) settle(key uintptr) *Stream {
	s := &Stream{}
	r.pool.Start(&s.w, fmt.Sprintf("g%d", r.here.made.Add(1)), true)
	r.here.add(key, s)
	return s
}
