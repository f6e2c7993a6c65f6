package ring

import (
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
)

// Vec is a position.
type Vec = event.Vec

// The bits of optional keys, for the events of this file.
var (
	setMoveTeleport = event.Move.Bit("teleport")
	setRadius       = event.Radius.Bit("leave")
	setEnterCause   = event.Enter.Bit("cause")
	setView         = event.View.Bit("v") | event.View.Bit("set")
	setFilterRule   = event.Filter.Bit("rule")
	setFovRegion    = event.Fov.Bit("region")
	setReadUsed     = event.Read.Bit("used")
	setZoneFrom     = event.Zone.Bit("from")
	setZoneTo       = event.Zone.Bit("to")
	setQueueCap     = event.Queue.Bit("cap")
	setUnwatchE     = event.Unwatch.Bit("e")
	setLabel        = event.Name.Bit("label")
	setTags         = event.Name.Bit("tags")
	setAttrValue    = event.Attr.Bit("value")
	setAttrNum      = event.Attr.Bit("num")
)

// Trace records what holds for the whole trace.
func (w *Writer) Trace(version uint64, detail string) {
	ev := event.Event{Kind: event.Trace, Int: [3]uint64{version}}
	w.write(&ev, &[3]text{{s: detail}})
}

// Space declares a space.
//
//go:noinline
func (w *Writer) Space(id uint64, detail string) {
	ev := event.Event{Kind: event.Space, Space: id}
	w.write(&ev, &[3]text{{s: detail}})
}

// Teleport records where an entity is; it did not travel there.
func (w *Writer) Teleport(e uint64, x, y, z float64) {
	ev := event.Event{Kind: event.Move, Set: setMoveTeleport, Entity: e, Pos: Vec{X: x, Y: y, Z: z}, Mode: 1}
	w.write(&ev, &[3]text{})
}

// Radius records an entity's own radii.
//
//go:noinline
func (w *Writer) Radius(e uint64, enter, leave float64) {
	ev := event.Event{Kind: event.Radius, Set: setRadius, Entity: e, Num: [2]float64{enter, leave}}
	w.write(&ev, &[3]text{})
}

// EnterFor is Enter with a cause.
func (w *Writer) EnterFor(watcher, target uint64, cause Name) {
	w.cause(event.Enter, watcher, target, cause)
}

// LeaveFor is Leave with a cause.
func (w *Writer) LeaveFor(watcher, target uint64, cause Name) {
	w.cause(event.Leave, watcher, target, cause)
}

func (w *Writer) cause(k event.Kind, watcher, target uint64, cause Name) {
	if w.off >= w.lim {
		if w = w.slow(k); w == nil {
			return
		}
	}
	if !w.knows(cause) && !w.define(cause, k) {
		return
	}
	p := w.begin(opEvent)
	*(*byte)(p) = byte(k)
	p = put(unsafe.Add(p, 1), uint64(setEnterCause))
	w.done(put(w.target(w.watcher(p, watcher), target), uint64(cause)<<2))
}

// View records a whole view.
func (w *Writer) View(watcher, v uint64, set []uint64) {
	ev := event.Event{Kind: event.View, Set: setView, Entity: watcher, Int: [3]uint64{v}}
	w.write(&ev, &[3]text{{ids: set, list: true}})
}

// Filter records that a rule hides a target from a watcher, or shows it.
func (w *Writer) Filter(watcher, target uint64, hidden bool, rule Name) {
	ev := event.Event{Kind: event.Filter, Set: setFilterRule, Entity: watcher, Target: target, Mode: bit(hidden)}
	w.write(&ev, &[3]text{{name: rule}})
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// Fov records that a watcher's region is published.
func (w *Writer) Fov(watcher, v uint64, lo, hi Vec) {
	ev := event.Event{Kind: event.Fov, Set: setFovRegion, Entity: watcher, Int: [3]uint64{v}, Pos: lo, Max: hi}
	w.write(&ev, &[3]text{})
}

// Read records what a reader found.
func (w *Writer) Read(watcher, v1, v2 uint64, used bool) {
	ev := event.Event{Kind: event.Read, Set: setReadUsed, Entity: watcher, Int: [3]uint64{v1, v2}, Mode: bit(used)}
	w.write(&ev, &[3]text{})
}

func (w *Writer) zonePart(e uint64, from, to Name) {
	ev := event.Event{Kind: event.Zone, Entity: e}
	if from != 0 {
		ev.Set |= setZoneFrom
	}
	if to != 0 {
		ev.Set |= setZoneTo
	}
	w.write(&ev, &[3]text{{name: from}, {name: to}})
}

// CloseChan records that a channel is closed.
func (w *Writer) CloseChan(ch Name) {
	w.write(&event.Event{Kind: event.Close}, &[3]text{{name: ch}})
}

// Fork records that another stream begins after this.
func (w *Writer) Fork(g string) {
	w.write(&event.Event{Kind: event.Fork}, &[3]text{{s: g}})
}

// Join records that another stream ended before this.
func (w *Writer) Join(g string) {
	w.write(&event.Event{Kind: event.Join}, &[3]text{{s: g}})
}

// Span names the request that caused what follows.
func (w *Writer) Span(trace [16]byte, span [8]byte) {
	ev := event.Event{Kind: event.Span}
	for i := range 8 {
		ev.Int[0] = ev.Int[0]<<8 | uint64(trace[i])
		ev.Int[1] = ev.Int[1]<<8 | uint64(trace[i+8])
		ev.Int[2] = ev.Int[2]<<8 | uint64(span[i])
	}
	w.write(&ev, &[3]text{})
}

// Queue records a queue's length.
//
//go:noinline
func (w *Writer) Queue(name Name, n, capacity uint64) {
	ev := event.Event{Kind: event.Queue, Set: setQueueCap, Int: [3]uint64{n, capacity}}
	w.write(&ev, &[3]text{{name: name}})
}

// Gauge records a measurement.
//
//go:noinline
func (w *Writer) Gauge(name Name, v float64) {
	ev := event.Event{Kind: event.Gauge, Num: [2]float64{v}}
	w.write(&ev, &[3]text{{name: name}})
}

// Watch records that a listener is opened.
func (w *Writer) Watch(e uint64, id Name) {
	w.write(&event.Event{Kind: event.Watch, Entity: e}, &[3]text{{name: id}})
}

// Unwatch records that a listener is closed.
func (w *Writer) Unwatch(e uint64, id Name) {
	w.write(&event.Event{Kind: event.Unwatch, Set: setUnwatchE, Entity: e}, &[3]text{{name: id}})
}

// Label names an entity for people.
func (w *Writer) Label(e uint64, label, tags string) {
	ev := event.Event{Kind: event.Name, Entity: e}
	if label != "" {
		ev.Set |= setLabel
	}
	if tags != "" {
		ev.Set |= setTags
	}
	w.write(&ev, &[3]text{{s: label}, {s: tags}})
}

// Note records a remark.
func (w *Writer) Note(s string) {
	w.write(&event.Event{Kind: event.Note}, &[3]text{{s: s}})
}

// Attr records a field of an entity as text.
//
//go:noinline
func (w *Writer) Attr(e uint64, key Name, value string) {
	w.write(&event.Event{Kind: event.Attr, Set: setAttrValue, Entity: e}, &[3]text{{name: key}, {s: value}})
}

// AttrNum records a field of an entity as a number.
//
//go:noinline
func (w *Writer) AttrNum(e uint64, key Name, v float64) {
	ev := event.Event{Kind: event.Attr, Set: setAttrNum, Entity: e, Num: [2]float64{v}}
	w.write(&ev, &[3]text{{name: key}})
}

// Emit records an event of any kind, whose names are in t. Its stream and
// its time are this stream and now. An event of no kind is ignored.
func (w *Writer) Emit(ev *event.Event, t *event.Tables) {
	spec := ev.Kind.Spec()
	if spec == nil {
		return
	}
	e := *ev
	space, in := uint64(0), false
	e.Set = 0
	for i, key := range spec.Keys {
		switch {
		case key.Required || key.Field == event.FieldDetail || ev.Set>>i&1 == 0:
		case key.Field == event.FieldSpace:
			space, in = ev.Space, true
		default:
			e.Set |= 1 << i
		}
	}
	var texts [3]text
	for i, s := range ev.Str {
		texts[i].s = t.Text(s)
	}
	wasSpace, wasIn := w.space, w.inSpace
	if spaceBit[e.Kind] != 0 {
		w.setSpace(space, in)
	}
	w.write(&e, &texts)
	w.setSpace(wasSpace, wasIn)
}

// spaceBit is the bit of each kind's optional space key, if it has one.
var spaceBit = func() (m [event.NumKinds]event.Set) {
	for k := range event.Kinds {
		for i, key := range event.Kinds[k].Keys {
			if key.Field == event.FieldSpace && !key.Required {
				m[k] = 1 << i
			}
		}
	}
	return m
}()
