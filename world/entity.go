package world

import (
	"strconv"

	"github.com/aoi-trace/aoi-trace/event"
)

// An Entity is one identifier in one space, with its present incarnation.
type Entity struct {
	Space *Space
	ID    uint64
	Label string // what a name event called it
	Inc   uint32 // the incarnation, from 0 for one whose spawn was not seen
	Alive State  // In: spawned, or seen moving; Out: despawned

	Watcher bool      // the trace shows it as one
	View    []Link    // whom it sees, in no order
	SeenBy  []Link    // who sees it, in no order
	Pos     event.Vec // where it is, if Placed
	Placed  bool      // its position is known and finite

	Moved     PlaceEvent  // the spawn or move that put it there
	Radii     event.Event // its own radius, of Kind Invalid if it has none
	Travelled float64     // length of its path so far, teleports included

	slot      int32
	pos, life Mark
	period    uint64 // ticks between its evaluations, if it has a period of its own
	rad       Mark
	own, ownT reach        // own radii as watcher and as target; enter < 0 if none
	excuses   []event.Ref  // rules and whole views that excuse it, where several streams record
	held      uint64       // the tick at which a change of its views was put off
	span      []event.Vec  // where it was since its last evaluation, the present included
	spanGaps  uint32       // how many gaps were surely before span began; see Mark.gaps
	plane     event.Vec    // Pos in the axes of the space's plane
	alone     [1]event.Vec // room for places
	dirty     bool         // changed since its last evaluation
	excused   bool         // something besides travelling changed its views since then
	moved     bool         // in the span
	cell      cell         // where the space's grid has it
	inGrid    bool
	claimed   bool
	forgot    bool    // pairs of it were forgotten that were not known to be out
	discs     int     // pairs of its that have a disc
	misses    []*Pair // pairs of its that may have disc Missing
}

type reach struct{ enter, leave float64 }

var noReach = reach{-1, -1}

// OwnRadius reports whether the entity has a radius of its own, as watcher or
// as target.
func (e *Entity) OwnRadius() bool { return e.own.enter >= 0 || e.ownT.enter >= 0 }

// String returns the identifier, and the label if it has one.
func (e *Entity) String() string {
	id := strconv.FormatUint(e.ID, 10)
	if e.Label == "" {
		return id
	}
	return id + " (" + e.Label + ")"
}

// flag sets or clears one of the space's flags of e.
func (e *Entity) flag(f uint8, on bool) {
	if on {
		e.Space.flags[e.slot] |= f
	} else {
		e.Space.flags[e.slot] &^= f
	}
}

// here tells the space whether and where e is.
func (e *Entity) here() {
	e.Space.planes[e.slot], e.Space.travelled[e.slot] = e.plane, e.Travelled
	e.flag(flagHere, e.Alive == In && e.Placed)
}

// watch notes that e is known to be a watcher.
func (e *Entity) watch() {
	if !e.Watcher {
		e.Watcher = true
		e.flag(flagWatcher, true)
		e.force()
	}
}
