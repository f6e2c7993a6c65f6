package world

import (
	"github.com/aoi-trace/aoi-trace/event"
)

// A State says whether a target is in a watcher's view.
type State uint8

const (
	Unknown State = iota // the trace does not say
	Out
	In
)

func (s State) String() string { return [...]string{"unknown", "out", "in"}[s] }

// A Pair is a watcher and a target, and what is known of the one in the
// other's view. It is directed.
type Pair struct {
	W, T *Entity
	Mark Mark // the view event that made the state; not set if none did
	Spot Spot // where the two were at that event

	key        uint64
	v          uint64 // of the view event
	cause      event.Str
	tInc, wInc uint32    // the incarnations that it was about
	lives      Relation  // how surely it was about them, if it is In
	gone       bool      // State is Unknown because one of them despawned: a next life begins Out
	inView     int32     // where it is in W's View, or -1
	inSeen     int32     // where it is in T's SeenBy, or -1
	set        event.Set // of the view event
	kind       event.Kind
	mode       uint8
	State      State
	disc       JudgeKind // Missing or Extra while the view and the positions disagree; 0 otherwise
	discRel    Relation  // how surely disc holds
	waiting    bool      // beyond leave, but not yet for as long as the contract's delay
	listed     bool      // in the space's list of waiting pairs
	spurious   bool      // its last change was judged spurious
	told       bool      // reported as a ghost
	queued     bool      // in the space's list of changes
	counted    bool      // among the space's pairs in view
	claimed    bool
	redo       bool // in the space's list of those not settled
}

// A Spot is where a pair was at a view event.
type Spot struct {
	Distance  float64 // in the space's metric; NaN if a position was not known
	Travelled float64 // the paths of both so far
	Tick      uint64  // the last tick that had ended
}

// Key is the same for the same pair as long as its space lives.
func (p *Pair) Key() uint64 { return p.key }

// Last returns what is kept of the view event that made the pair's state.
func (p *Pair) Last() ViewEvent {
	return ViewEvent{Ref: p.Mark.Ref, Time: p.Mark.Time, V: p.v, Cause: p.cause, Set: p.set, Kind: p.kind, Mode: p.mode}
}

func (p *Pair) record(b *event.Block, i int) {
	p.kind, p.set = b.Kind[i], b.Set[i]
	p.mode, p.v, p.cause = b.Mode[i], b.Int[0][i], b.Str[0][i]
}

// Event returns the view event that made the pair's state.
func (p *Pair) Event() event.Event { return p.Last().Event(p.W, p.T) }

func pairKey(w, t *Entity) uint64 { return uint64(w.slot)<<32 | uint64(t.slot) }

// pairTable maps pair keys to pairs: open addressing, linear probing.
type pairTable struct {
	slots []pairSlot
	n     int
	slab  []Pair  // room for new pairs
	free  []*Pair // pairs that were dropped
}

type pairSlot struct {
	key uint64
	p   *Pair
}

func hashKey(k uint64) uint64 {
	k *= 0x9e3779b97f4a7c15
	return k ^ k>>29
}

func (t *pairTable) find(key uint64) *Pair {
	if t.n == 0 {
		return nil
	}
	mask := uint64(len(t.slots) - 1)
	for i := hashKey(key) & mask; ; i = (i + 1) & mask {
		if s := &t.slots[i]; s.p == nil || s.key == key {
			return s.p
		}
	}
}

// add returns a new, empty pair under key, which must not be there.
func (t *pairTable) add(key uint64) *Pair {
	if 4*(t.n+1) > 3*len(t.slots) {
		t.resize(max(64, 2*len(t.slots)))
	}
	var p *Pair
	switch n := len(t.free); {
	case n > 0:
		p = t.free[n-1]
		t.free = t.free[:n-1]
		*p = Pair{}
	default:
		if len(t.slab) == 0 {
			t.slab = make([]Pair, 128)
		}
		p = &t.slab[0]
		t.slab = t.slab[1:]
	}
	p.key = key
	t.place(pairSlot{key, p})
	t.n++
	return p
}

func (t *pairTable) place(s pairSlot) {
	mask := uint64(len(t.slots) - 1)
	i := hashKey(s.key) & mask
	for t.slots[i].p != nil {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

func (t *pairTable) resize(size int) {
	old := t.slots
	t.slots = make([]pairSlot, size)
	for _, s := range old {
		if s.p != nil {
			t.place(s)
		}
	}
}

// sweep drops the pairs that drop says to, and makes the table fit the rest.
func (t *pairTable) sweep(drop func(*Pair) bool) {
	size := 64
	kept := 0
	for i := range t.slots {
		s := &t.slots[i]
		switch {
		case s.p == nil:
		case drop(s.p):
			t.free = append(t.free, s.p)
			s.p = nil
		default:
			kept++
		}
	}
	for kept*2 > size {
		size *= 2
	}
	t.n = kept
	t.resize(size)
}

// A Link is a pair in a list of its watcher's or its target's.
type Link struct {
	Pair *Pair
	slot int32 // of the other end
}

// link puts the pair into its watcher's view and its target's list of those
// who see it.
func (p *Pair) link() {
	if p.inView >= 0 {
		return
	}
	p.inView = int32(len(p.W.View))
	p.W.View = append(p.W.View, Link{p, p.T.slot})
	p.inSeen = int32(len(p.T.SeenBy))
	p.T.SeenBy = append(p.T.SeenBy, Link{p, p.W.slot})
}

// unlink takes it out of both.
func (p *Pair) unlink() {
	if p.inView < 0 {
		return
	}
	v := p.W.View
	last := v[len(v)-1]
	v[p.inView], last.Pair.inView = last, p.inView
	p.W.View = v[:len(v)-1]
	s := p.T.SeenBy
	last = s[len(s)-1]
	s[p.inSeen], last.Pair.inSeen = last, p.inSeen
	p.T.SeenBy = s[:len(s)-1]
	p.inView, p.inSeen = -1, -1
}
