package trace

import "github.com/aoi-trace/aoi-trace/event"

// A plan says which fields the events of a kind have that are most of a
// trace: those without texts and without keys that not every value fits.
type plan uint8

const (
	planNone plan = iota
	planEmpty
	planEntity
	planPair
	planMove
	planCount
)

// plans holds the plan of each kind, for events whose only optional key, if
// any, is the first, the space.
var plans = func() (ps [256]plan) {
	shapes := map[uint32]plan{
		0:                      planEmpty,
		1 << event.FieldEntity: planEntity,
		1<<event.FieldEntity | 1<<event.FieldTarget: planPair,
		1<<event.FieldEntity | 1<<event.FieldPos:    planMove,
		1 << event.FieldInt0:                        planCount,
	}
	for k := event.Invalid + 1; k < event.NumKinds; k++ {
		keys := event.Kinds[k].Keys
		spaced := len(keys) == 0 || keys[0].Field == event.FieldSpace && !keys[0].Required
		plain := true
		for _, p := range parts[k] {
			plain = plain && (p.bit != 0 || !p.isText() && !p.isEnum())
		}
		if spaced && plain && k != event.Gap {
			ps[k] = shapes[requiredFields[k]]
		}
	}
	return ps
}()

// quick appends e if nothing about it can be wrong or new to the block. It
// reports whether it did.
func (w *Writer) quick(e *event.Event) bool {
	plan, s, b := plans[e.Kind], uint32(e.Stream), w.block
	i := b.N
	if plan == planNone || e.Set > 1 || uint64(e.Time) > uint64(event.MaxTime) ||
		int(s) >= len(w.streams.round) || w.streams.round[s] != w.streams.now {
		return false
	}
	if e.Set != 0 {
		if plan == planEmpty || i >= len(b.Space) {
			return false
		}
		b.Space[i] = e.Space
	}
	switch plan {
	case planEntity:
		if i >= len(b.Entity) {
			return false
		}
		b.Entity[i] = e.Entity
	case planPair:
		if i >= len(b.Entity) || i >= len(b.Target) {
			return false
		}
		b.Entity[i], b.Target[i] = e.Entity, e.Target
	case planMove:
		if i >= len(b.Entity) || i >= len(b.Pos) {
			return false
		}
		b.Entity[i], b.Pos[i] = e.Entity, e.Pos
	case planCount:
		if i >= len(b.Int[0]) {
			return false
		}
		b.Int[0][i] = e.Int[0]
	}
	e.Seq = w.next[s]
	w.next[s]++
	b.Kind[i], b.Stream[i], b.Time[i], b.Set[i] = e.Kind, e.Stream, e.Time, e.Set // files hold no Seq
	b.N = i + 1
	m := &w.meta
	m.events++
	m.min, m.max = min(m.min, e.Time), max(m.max, e.Time)
	m.counts[e.Kind]++
	m.streams[w.streams.local[s]].events++
	return true
}
