package world

import (
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order"
)

// A World is the state of all spaces of a trace.
type World struct {
	Clocks  order.Clocks
	Empty   bool // the trace says that its worlds were empty when it began
	Sampled bool // the trace says that it has a share of the entities only
	Lost    uint64
	Gaps    int

	lostKinds event.KindSet // that gaps may have lost

	judge     func(*Judgement)
	spaces    []*Space
	byProc    map[spaceKey]*Space
	first     map[uint32]*Space // the only or first space of a process
	last      *Space
	lastKey   spaceKey
	gaps      gapLedger
	loose     map[object][]Mark
	claims    map[object]*claims
	allClaims []*Claim
	streams   []streamState
	step      Step
	j         Judgement
}

type spaceKey struct {
	proc uint32
	id   uint64
	some bool // the event named a space
}

// streamState is what the world keeps of a stream.
type streamState struct {
	depth   int       // of open operations
	blurred bool      // a gap lost nobody knows how many of their begins and ends
	dirty   []*Entity // that the outermost operation changed
	crashed bool      // it ends because its process died
	last    event.Ref // its newest event that is no view event
}

// New returns an empty world. judge, which may be nil, is called for each
// verdict of an evaluation; what it is given is valid until it returns.
func New(judge func(*Judgement)) *World {
	if judge == nil {
		judge = func(*Judgement) {}
	}
	return &World{
		judge:  judge,
		byProc: map[spaceKey]*Space{},
		first:  map[uint32]*Space{},
		loose:  map[object][]Mark{},
		claims: map[object]*claims{},
	}
}

// Spaces returns the spaces that live, in the order in which the trace spoke
// of them.
func (w *World) Spaces() []*Space { return w.spaces }

// A Step is what an event found and what it did.
type Step struct {
	Block *event.Block
	I     int // the event is number I of Block
	Kind  event.Kind
	Space *Space  // nil for kinds that belong to none
	W     *Entity // the subject; of view events, the watcher
	T     *Entity // the target of a view event
	Pair  *Pair   // after the event
	Was   Was     // before it
}

// Was is what a view event found.
type Was struct {
	State    State     // Unknown if the trace cannot say
	Same     bool      // of the target's present incarnation, and the watcher's
	Relation Relation  // how surely what made the state came before
	Last     ViewEvent // the view event that made it, of Kind Invalid if none is known
	Spot     Spot      // where the two were at that event
	Absent   bool      // nothing was recorded of the pair since its space began empty
}

// Event returns the event.
func (s *Step) Event() event.Event { return s.Block.Event(s.I) }

// Apply applies event i of b. The result is valid until the next call.
func (w *World) Apply(b *event.Block, i int) *Step {
	w.Clocks.Step(b, i)
	kind := b.Kind[i]
	w.step = Step{Block: b, I: i, Kind: kind}
	st := &w.step
	switch kind {
	case event.Spawn, event.Move, event.Despawn, event.Radius, event.Name, event.Attr,
		event.Zone, event.Watch, event.Unwatch:
		st.Space = w.space(b, i)
		st.W = st.Space.entity(b.Entity[i])
		w.entityEvent(st)
	case event.Enter, event.Leave, event.Update, event.Filter:
		st.Space = w.space(b, i)
		st.W, st.T = st.Space.entity(b.Entity[i]), st.Space.entity(b.Target[i])
		w.pairEvent(st)
	case event.View:
		st.Space = w.space(b, i)
		st.W = st.Space.entity(b.Entity[i])
		w.viewSet(st)
	case event.Fov, event.Read:
		st.Space = w.space(b, i)
		st.W = st.Space.entity(b.Entity[i])
		st.W.watch()
	case event.Tick:
		st.Space = w.space(b, i)
		w.tick(st)
	case event.Begin:
		w.stream(b.Stream[i]).depth++
	case event.End:
		w.endOperation(b, i)
	case event.Trace:
		w.traceEvent(b, i)
	case event.Space:
		w.declare(b, i)
		st.Space = w.last
	case event.Gap:
		w.gap(b, i)
	}
	if kind != event.Enter && kind != event.Leave {
		w.stream(b.Stream[i]).last = event.Ref{Stream: b.Stream[i], Seq: b.Seq[i]}
	}
	return st
}

func (w *World) stream(s event.StreamID) *streamState {
	for int(s) >= len(w.streams) {
		w.streams = append(w.streams, streamState{})
	}
	return &w.streams[s]
}

// space returns the space that event i of b belongs to. An event that names
// none belongs to its process's first.
func (w *World) space(b *event.Block, i int) *Space {
	kind := b.Kind[i]
	key := spaceKey{proc: w.Clocks.Proc(b.Tables, b.Stream[i])}
	if b.Set[i]&spaceBit[kind] != 0 {
		key.id, key.some = b.Space[i], true
	}
	if w.last != nil && key == w.lastKey {
		return w.last
	}
	s := w.byProc[key]
	if !key.some {
		s = w.first[key.proc]
	}
	if s == nil {
		s = w.newSpace(key, w.Empty, b, i)
		s.born.gaps = 0 // empty since the trace began: any gap may have filled it
	}
	w.last, w.lastKey = s, key
	return s
}

func (w *World) newSpace(key spaceKey, empty bool, b *event.Block, i int) *Space {
	s := &Space{ID: key.id, Process: w.Clocks.ProcName(key.proc), empty: empty, index: len(w.spaces)}
	s.born = Mark{
		Ref: event.Ref{Stream: b.Stream[i], Seq: b.Seq[i]}, Time: b.Time[i], Set: true,
		gaps: w.gaps.known(w, b.Stream[i], viewClass),
	}
	w.spaces = append(w.spaces, s)
	w.byProc[spaceKey{key.proc, key.id, true}] = s
	if w.first[key.proc] == nil {
		w.first[key.proc] = s
	}
	return s
}

// traceEvent takes the trace's own contract.
func (w *World) traceEvent(b *event.Block, i int) {
	if len(w.spaces) > 0 {
		return // it must come first
	}
	fields, err := event.DetailFields(event.Trace, b.Text(b.Str[0][i]))
	if err != nil {
		return // readers have checked it
	}
	for _, f := range fields {
		switch f.Key {
		case "start":
			w.Empty = f.Value == "empty"
		case "sample":
			w.Sampled = f.Value != "1"
		}
	}
}

// declare begins a space, or a new world of one.
func (w *World) declare(b *event.Block, i int) {
	key := spaceKey{w.Clocks.Proc(b.Tables, b.Stream[i]), b.Space[i], true}
	c, err := event.ParseContract(b.Text(b.Str[0][i]))
	if err != nil {
		c = event.Contract{} // readers have checked it
	}
	old := w.byProc[key]
	if old == nil {
		// Events that named no space before the first declaration were about it.
		if f := w.first[key.proc]; f != nil && f.Declared.Kind == event.Invalid && !anyNamed(w, key.proc) {
			old = f
		}
	}
	var s *Space
	switch {
	case old == nil:
		s = w.newSpace(key, w.Empty, b, i)
		s.born.gaps = 0
	case old.Declared.Kind == event.Invalid:
		// The world was there before its declaration: it goes on.
		s = old
		s.ID = key.id
		w.byProc[key] = s
		for _, e := range s.entities {
			e.plane = c.Plane(e.Pos)
			e.here()
		}
	default:
		w.finishSpace(old)
		s = w.newSpace(key, true, b, i)
		for j, x := range w.spaces {
			if x == old {
				w.spaces = append(w.spaces[:j], w.spaces[j+1:]...)
				break
			}
		}
		if w.first[key.proc] == old {
			w.first[key.proc] = s
		}
		s.Metrics = old.Metrics
		s.Ticks = old.Ticks
	}
	s.Contract, s.Declared = c, b.Event(i)
	w.last, w.lastKey = s, key
}

func anyNamed(w *World, proc uint32) bool {
	for k, s := range w.byProc {
		if k.proc == proc && (k.id != 0 || s.Declared.Kind != event.Invalid) {
			return true
		}
	}
	return false
}

// finishSpace evaluates what the end of a space's record makes due.
func (w *World) finishSpace(s *Space) {
	if s.Contract.EvalMove {
		w.evaluateAtEnd(s)
	}
}

// Finish evaluates what the end of the trace makes due. Call it once.
func (w *World) Finish() {
	for _, s := range w.spaces {
		w.finishSpace(s)
	}
}

var spaceBit = func() (bits [event.NumKinds]event.Set) {
	for k := range event.Kinds {
		for i, key := range event.Kinds[k].Keys {
			if key.Name == "space" && !key.Required {
				bits[k] = 1 << i
			}
		}
	}
	return bits
}()
