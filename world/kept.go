package world

import (
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A ViewEvent is what is kept of a view event: all but its pair.
type ViewEvent struct {
	Ref   event.Ref
	Time  time.Duration
	V     uint64
	Cause event.Str
	Set   event.Set
	Kind  event.Kind // Invalid if there was none
	Mode  uint8
}

// Event returns the view event, which was about w and t.
func (v ViewEvent) Event(w, t *Entity) event.Event {
	e := event.Event{
		Time: v.Time, Seq: v.Ref.Seq, Stream: v.Ref.Stream, Kind: v.Kind, Mode: v.Mode, Set: v.Set,
		Entity: w.ID, Target: t.ID,
	}
	if v.Set&spaceBit[v.Kind] != 0 {
		e.Space = w.Space.ID
	}
	e.Int[0] = v.V
	e.Str[0] = v.Cause
	if e.Kind == event.View {
		e.Target = 0
	}
	return e
}

// A PlaceEvent is what is kept of a spawn or move: all but its entity.
type PlaceEvent struct {
	Ref  event.Ref
	Time time.Duration
	Pos  event.Vec
	V    uint64
	Set  event.Set
	Kind event.Kind // Invalid if there was none
	Mode uint8
}

func placeEvent(b *event.Block, i int) PlaceEvent {
	p := PlaceEvent{
		Ref: event.Ref{Stream: b.Stream[i], Seq: b.Seq[i]}, Time: b.Time[i], Pos: b.Pos[i], V: b.Int[0][i],
		Set: b.Set[i], Kind: b.Kind[i],
	}
	if p.Kind == event.Move {
		p.Mode = b.Mode[i]
	}
	return p
}

// Event returns the spawn or move, which was about e.
func (p PlaceEvent) Event(e *Entity) event.Event {
	ev := event.Event{
		Time: p.Time, Seq: p.Ref.Seq, Stream: p.Ref.Stream, Kind: p.Kind, Mode: p.Mode, Set: p.Set,
		Entity: e.ID, Pos: p.Pos,
	}
	if p.Set&spaceBit[p.Kind] != 0 {
		ev.Space = e.Space.ID
	}
	ev.Int[0] = p.V
	return ev
}
