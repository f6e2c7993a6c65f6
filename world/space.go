package world

import (
	"math"
	"sort"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Space is one world instance: its contract, its entities and who sees whom.
type Space struct {
	ID       uint64
	Process  string // of the streams that tell of it; "" where there is one process
	Contract event.Contract
	Declared event.Event // the space event, of Kind Invalid if there was none
	Tick     uint64      // the last tick that ended, if Ticks > 0
	Ticks    uint64      // how many ticks ended
	Metrics  Metrics

	index     int
	empty     bool // it was empty when its record began
	born      Mark // when that was
	byID      map[uint64]*Entity
	direct    []*Entity // by ID, for small IDs
	entities  []*Entity // by slot
	pairs     pairTable
	ins       int                 // pairs In whose ends are alive
	pruned    []uint64            // by stream: one more than the newest change of a pair that was forgotten
	hidden    map[uint64]struct{} // pairs that a rule hides
	rules     map[uint64]Mark     // the last filter event of each pair that has one
	dirty     []*Entity           // changed since the last evaluation
	changes   []change            // of views, since the last evaluation
	spare     []change            // room for the next list of changes
	waiting   []*Pair             // beyond leave, within the delay
	evaluated Mark                // the tick of the last evaluation
	dead      []deadEntity        // despawned and not yet judged
	redo      []*Pair             // not settled at the last evaluation
	grid      grid
	missing   int // pairs whose disc is Missing
	extra     int // pairs whose disc is Extra
	largest   float64
	elapsed   time.Duration   // up to where Metrics.ViewSeconds counts
	fresh     []*Pair         // whose disc began at the present evaluation
	delayed   map[*Pair]since // since when a waiting pair has been beyond leave
	ownRadii  bool            // an entity has radii of its own
	periods   bool            // a watcher has a period of its own
	pruneAt   int             // how many pairs there are when some are forgotten
	bySlot
}

// bySlot holds, for each entity's slot, what a sweep over many looks at.
type bySlot struct {
	stamp  uint32
	planes []event.Vec
	flags  []uint8
	inView []uint32 // the stamp of the sweep whose entity sees it
	sees   []uint32 // the stamp of the sweep whose entity it sees

	travelled []float64 // Entity.Travelled
	dueAt     []float64 // how far it has travelled when it is due for a sweep
}

const (
	flagDirty   = 1 << iota // changed since its last evaluation
	flagHere                // alive, and at a known place
	flagWatcher             // known to watch
)

type since struct {
	time time.Duration
	tick uint64
}

// change is a view event that waits for its evaluation.
type change struct {
	pair    *Pair
	e       ViewEvent
	regular bool     // the pair was not already so
	rel     Relation // how surely it falls into the span that it is judged by
}

type deadEntity struct {
	e     *Entity
	inc   uint32
	event event.Event
	tick  uint64 // that it belongs to, once that ended
	known bool   // tick is set
}

const directIDs = 1 << 16

func (s *Space) find(id uint64) *Entity {
	if id < uint64(len(s.direct)) {
		return s.direct[id]
	}
	if id < directIDs {
		return nil
	}
	return s.byID[id]
}

func (s *Space) entity(id uint64) *Entity {
	if e := s.find(id); e != nil {
		return e
	}
	e := &Entity{Space: s, ID: id, slot: int32(len(s.entities)), own: noReach, ownT: noReach}
	s.entities = append(s.entities, e)
	s.planes, s.flags = append(s.planes, event.Vec{}), append(s.flags, 0)
	s.inView, s.sees = append(s.inView, 0), append(s.sees, 0)
	s.travelled, s.dueAt = append(s.travelled, 0), append(s.dueAt, -1)
	if id < directIDs {
		for uint64(len(s.direct)) <= id {
			s.direct = append(s.direct, make([]*Entity, max(64, len(s.direct)))...)
		}
		s.direct[id] = e
	} else {
		if s.byID == nil {
			s.byID = map[uint64]*Entity{}
		}
		s.byID[id] = e
	}
	return e
}

// Entity returns the entity with that identifier, or nil if the trace has
// not spoken of it.
func (s *Space) Entity(id uint64) *Entity { return s.find(id) }

// Entities returns how many identifiers the trace has spoken of.
func (s *Space) Entities() int { return len(s.entities) }

// Pair returns the directed pair, or nil if nothing is recorded of it.
func (s *Space) Pair(w, t uint64) *Pair {
	we, te := s.find(w), s.find(t)
	if we == nil || te == nil {
		return nil
	}
	return s.pairs.find(pairKey(we, te))
}

func (s *Space) pair(w, t *Entity) *Pair {
	key := pairKey(w, t)
	if p := s.pairs.find(key); p != nil {
		return p
	}
	p := s.pairs.add(key)
	p.W, p.T, p.inView, p.inSeen, p.tInc, p.wInc = w, t, -1, -1, t.Inc, w.Inc
	if s.empty {
		p.State = Out
	}
	return p
}

// moveTo puts e where the event says. gaps is how many gaps that may have lost
// positions were surely before the event.
func (s *Space) moveTo(e *Entity, ev PlaceEvent, gaps uint32) {
	if !e.moved {
		// Where it was before is in the span too: all of it must be known.
		switch {
		case ev.Kind == event.Spawn:
			e.spanGaps = gaps
		case e.pos.Set:
			e.spanGaps = e.pos.gaps
		case s.empty:
			e.spanGaps = 0
		default:
			e.spanGaps = someGapUnordered
		}
		if e.Placed && ev.Kind != event.Spawn {
			e.span = append(e.span[:0], e.plane)
		}
	}
	e.moved = true
	if len(e.span) >= maxSpan {
		// Nothing evaluates it: what follows is not judged by where it was.
		e.span, e.excused = e.span[:0], true
	}
	old, was := e.Pos, e.Placed
	e.Pos, e.Moved = ev.Pos, ev
	e.Placed = finite(ev.Pos)
	if !e.Placed {
		e.force()
	}
	e.plane = s.Contract.Plane(ev.Pos)
	if e.Placed {
		e.span = append(e.span, e.plane)
		if !was || ev.Kind == event.Spawn {
			e.force()
		}
		if was {
			dx, dy, dz := ev.Pos.X-old.X, ev.Pos.Y-old.Y, ev.Pos.Z-old.Z
			e.Travelled += math.Sqrt(dx*dx + dy*dy + dz*dz)
		}
	}
}

// maxSpan is how many places an entity can be at between two evaluations for
// its views to be held against them.
const maxSpan = 64

func finite(v event.Vec) bool {
	return !math.IsNaN(v.X-v.X) && !math.IsNaN(v.Y-v.Y) && !math.IsNaN(v.Z-v.Z)
}

// pruneAge is how long a pair that is out is remembered at least: those who
// look for pairs that flap want to know of its last leave.
const pruneAge = 2 * time.Second

// prune forgets pairs that are out when there are many more of them than of
// those that are in. For a world whose beginning is known that costs nothing:
// what is not recorded is out.
func (s *Space) prune(now time.Duration) {
	if s.pairs.n < max(s.pruneAt, 2*s.ins+1<<13) {
		return
	}
	s.pairs.sweep(func(p *Pair) bool {
		if p.State == In || p.disc != 0 || p.listed || p.queued || p.redo || p.claimed || p.inView >= 0 ||
			p.Mark.loose || now-p.Mark.Time < pruneAge {
			return false
		}
		if p.State == Unknown {
			// What is not recorded is out, and this is not: whoever lives keeps it.
			if p.W.Alive != Out && p.T.Alive != Out {
				return false
			}
			p.W.forgot, p.T.forgot = true, true
		}
		if p.Mark.Set {
			st := int(p.Mark.Ref.Stream)
			for len(s.pruned) <= st {
				s.pruned = append(s.pruned, 0)
			}
			s.pruned[st] = max(s.pruned[st], p.Mark.Ref.Seq+1)
		}
		return true
	})
	s.pruneAt = 2 * s.pairs.n
}

// Metrics are counts of a space's evaluations.
type Metrics struct {
	Evaluations uint64 // how often views were held against positions
	True        uint64 // pairs in view and rightly so, over all evaluations
	Extra       uint64 // pairs in view that were beyond the leave radius
	Missing     uint64 // pairs within the enter radius that were not in view
	Enters      uint64
	Leaves      uint64
	Moves       uint64
	ViewSeconds float64 // the sum over pairs of the time they were in view
}

// elapse counts the time that pairs spent in view, up to t.
func (s *Space) elapse(t time.Duration) {
	if t > s.elapsed {
		s.Metrics.ViewSeconds += float64(s.ins) * (t - s.elapsed).Seconds()
		s.elapsed = t
	}
}

func sortedIDs(ids map[uint64]bool) []uint64 {
	out := make([]uint64, 0, len(ids))
	for id := range ids {
		out = append(out, id)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// Add adds o to m.
func (m *Metrics) Add(o *Metrics) {
	m.Evaluations += o.Evaluations
	m.True += o.True
	m.Extra += o.Extra
	m.Missing += o.Missing
	m.Enters += o.Enters
	m.Leaves += o.Leaves
	m.Moves += o.Moves
	m.ViewSeconds += o.ViewSeconds
}

// Periods reports whether a watcher of the space has a period of its own: it
// is not known in which ticks that falls due, so what such a watcher misses
// is not judged.
func (s *Space) Periods() bool { return s.periods }
