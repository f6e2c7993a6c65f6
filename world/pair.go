package world

import (
	"time"

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
	W, T  *Entity
	State State
	Mark  Mark // the view event that made the state; not set if none did

	Last ViewEvent // that made the state; of Kind Invalid if none did

	tInc, wInc uint32 // the incarnations that it was about
	inView     int32  // where it is in W's View, or -1
	inSeen     int32  // where it is in T's SeenBy, or -1
	key        uint64

	disc      JudgeKind // Missing or Extra while the view and the positions disagree; 0 otherwise
	waiting   bool      // beyond the leave radius, but not yet for as long as the contract's delay
	discRel   Relation  // how surely disc holds
	since     time.Duration
	sinceTick uint64
	spurious  bool // its last change was judged spurious
	told      bool // reported as a ghost
	queued    bool // in the space's list of changes
	counted   bool // among the space's pairs in view
	claimed   bool
}

// Key is the same for the same pair as long as its space lives.
func (p *Pair) Key() uint64 { return p.key }

// Event returns the view event that made the pair's state.
func (p *Pair) Event() event.Event { return p.Last.Event(p.W, p.T) }

func pairKey(w, t *Entity) uint64 { return uint64(w.slot)<<32 | uint64(t.slot) }

// pairTable maps pair keys to pairs: open addressing, linear probing.
type pairTable struct {
	slots []*Pair
	n     int
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
		p := t.slots[i]
		if p == nil || p.key == key {
			return p
		}
	}
}

func (t *pairTable) insert(p *Pair) {
	if 4*(t.n+1) > 3*len(t.slots) {
		old := t.slots
		t.slots = make([]*Pair, max(64, 2*len(old)))
		for _, q := range old {
			if q != nil {
				t.place(q)
			}
		}
	}
	t.place(p)
	t.n++
}

func (t *pairTable) place(p *Pair) {
	mask := uint64(len(t.slots) - 1)
	i := hashKey(p.key) & mask
	for t.slots[i] != nil {
		i = (i + 1) & mask
	}
	t.slots[i] = p
}

// sweep drops the pairs that drop says to, and makes the table fit the rest.
func (t *pairTable) sweep(drop func(*Pair) bool) {
	old := t.slots
	kept := old[:0]
	for _, p := range old {
		if p != nil && !drop(p) {
			kept = append(kept, p)
		}
	}
	size := 64
	for 4*len(kept) > 2*size {
		size *= 2
	}
	t.slots = make([]*Pair, size)
	t.n = len(kept)
	for _, p := range kept {
		t.place(p)
	}
}

// link puts the pair into its watcher's view and its target's list of those
// who see it.
func (p *Pair) link() {
	if p.inView >= 0 {
		return
	}
	p.inView = int32(len(p.W.View))
	p.W.View = append(p.W.View, p)
	p.inSeen = int32(len(p.T.SeenBy))
	p.T.SeenBy = append(p.T.SeenBy, p)
}

// unlink takes it out of both.
func (p *Pair) unlink() {
	if p.inView < 0 {
		return
	}
	v := p.W.View
	last := v[len(v)-1]
	v[p.inView], last.inView = last, p.inView
	v[len(v)-1] = nil
	p.W.View = v[:len(v)-1]
	s := p.T.SeenBy
	last = s[len(s)-1]
	s[p.inSeen], last.inSeen = last, p.inSeen
	s[len(s)-1] = nil
	p.T.SeenBy = s[:len(s)-1]
	p.inView, p.inSeen = -1, -1
}
