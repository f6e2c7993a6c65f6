package collect

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order"
	"github.com/aoi-trace/aoi-trace/trace"
)

// HeadStream is the stream that holds what a file which begins in the middle
// of a recording has to know of what was before: its definitions. Those of a
// process that has its name before those of its streams stand in a stream of
// that process.
const HeadStream = "aoi-trace"

// manyGone is how many entities that have despawned keep their definitions:
// an id that comes back after as many others must be defined anew. Without a
// bound a server that never uses an id again would fill the memory.
const manyGone = 1 << 16

// headKinds are the kinds that a head looks at, factKinds those that change
// what it tells.
var (
	headKinds = factKinds | event.SetOf(event.Begin, event.End)
	factKinds = event.SetOf(event.Space, event.Name, event.Radius, event.Filter, event.Spawn, event.Despawn)
)

// A head is what holds at some place of a recording: the spaces and the names,
// own radii and filters of entities. It is what a file must begin with that
// begins there.
type head struct {
	spaces   map[spaceKey]fact
	entities map[entityKey]*defined
	gone     []entityKey // that have despawned, oldest first
	lives    uint64      // counts despawns
	told     uint64      // facts
	open     int         // operations that have begun and not ended
}

type spaceKey struct {
	proc  string
	named bool // the event names a space
	id    uint64
}

type entityKey struct {
	space spaceKey
	id    uint64
}

// defined is what was said of one entity that still holds.
type defined struct {
	name    *fact
	radius  [2]*fact        // as a watcher, as a target
	hidden  map[uint64]fact // targets that a rule hides from it
	despawn uint64          // the number of its despawn; 0: it lives
}

// A fact is an event and its texts, which belong to no tables.
type fact struct {
	event event.Event
	text  [3]string
	n     uint64 // its turn; a space that is declared again keeps it
}

func newHead() *head {
	return &head{spaces: map[spaceKey]fact{}, entities: map[entityKey]*defined{}}
}

// clone returns a copy that does not change with h.
func (h *head) clone() *head {
	c := *h
	c.spaces = maps.Clone(h.spaces)
	c.entities = make(map[entityKey]*defined, len(h.entities))
	for k, d := range h.entities {
		copied := *d
		copied.hidden = maps.Clone(d.hidden)
		c.entities[k] = &copied
	}
	c.gone = slices.Clone(h.gone)
	return &c
}

// apply takes one event, which refers to t, in the order of the recording.
func (h *head) apply(t *event.Tables, e *event.Event) {
	switch e.Kind {
	case event.Begin:
		h.open++
		return
	case event.End:
		h.open = max(0, h.open-1)
		return
	}
	key := spaceKey{proc: order.Process(t.StreamName(e.Stream)), id: e.Space, named: true}
	if e.Kind == event.Space {
		f := h.fact(t, e)
		if old, ok := h.spaces[key]; ok {
			f.n = old.n // an event that names no space belongs to the first
			h.renew(key)
		}
		h.spaces[key] = f
		return
	}
	if key.named = e.Set&spaceBits[e.Kind] != 0; !key.named {
		key.id = 0
	}
	who := entityKey{key, e.Entity}
	d := h.entities[who]
	switch e.Kind {
	case event.Spawn:
		if d != nil {
			d.despawn = 0
		}
		return
	case event.Despawn:
		if d != nil {
			h.lives++
			d.despawn = h.lives
			h.gone = append(h.gone, who)
			h.forget()
		}
		return
	case event.Filter:
		if e.Mode == 0 { // shown
			if d != nil {
				delete(d.hidden, e.Target)
			}
			return
		}
	}
	if d == nil {
		d = &defined{}
		h.entities[who] = d
	}
	f := h.fact(t, e)
	switch e.Kind {
	case event.Name:
		d.name = &f
	case event.Radius:
		d.radius[radiusOf(e)] = &f
	case event.Filter:
		if d.hidden == nil {
			d.hidden = map[uint64]fact{}
		}
		d.hidden[e.Target] = f
	}
}

// renew drops what was said of the entities of a space that begins anew.
func (h *head) renew(space spaceKey) {
	first := true // of its process: events that name no space are about it
	for k, f := range h.spaces {
		first = first && (k.proc != space.proc || f.n >= h.spaces[space].n)
	}
	maps.DeleteFunc(h.entities, func(k entityKey, _ *defined) bool {
		return k.space == space || first && !k.space.named && k.space.proc == space.proc
	})
}

// forget drops what is known of the entity that despawned first, if there are
// too many.
func (h *head) forget() {
	if len(h.gone) <= manyGone {
		return
	}
	first := h.gone[0]
	h.gone = h.gone[1:]
	// It may have lived again, and despawned again: then it is in gone again.
	if d := h.entities[first]; d != nil && d.despawn != 0 && d.despawn <= h.lives-manyGone {
		delete(h.entities, first)
	}
}

func (h *head) fact(t *event.Tables, e *event.Event) fact {
	h.told++
	f := fact{event: *e, n: h.told}
	for i, s := range e.Str {
		if s != 0 {
			f.text[i] = strings.Clone(t.Text(s))
		}
	}
	return f
}

// radiusOf returns whose radius e tells: 0 for a watcher's, 1 for a target's.
func radiusOf(e *event.Event) int {
	if e.Set&radiusAs != 0 && e.Mode == 1 {
		return 1
	}
	return 0
}

// write writes what holds into w, all at one time: first the promises of the
// recording, less that its worlds were empty, then a remark, then facts.
func (h *head) write(w *trace.Writer, at time.Duration, promises, remark string) error {
	t := w.Tables()
	first := t.Stream(HeadStream)
	err := w.Append(&event.Event{Kind: event.Trace, Time: at, Stream: first, Int: [3]uint64{1}, Str: [3]event.Str{t.Str(promises)}})
	if err == nil {
		err = w.Append(&event.Event{Kind: event.Note, Time: at, Stream: first, Str: [3]event.Str{t.Str(remark)}})
	}
	for _, f := range h.facts() {
		if err != nil {
			break
		}
		e := f.event
		e.Time, e.Seq = at, 0
		e.Stream = t.Stream(headStream(f.proc))
		for i, s := range f.text {
			if e.Str[i] != 0 {
				e.Str[i] = t.Str(s)
			}
		}
		err = w.Append(&e)
	}
	return err
}

// headStream returns the name of the head's stream of a process.
func headStream(proc string) string {
	if proc == "" {
		return HeadStream
	}
	return proc + "/" + HeadStream
}

// follow writes that stream s, whose first event in w is about to come, began
// before the file did: what the head says is before that event.
func (h *head) follow(w *trace.Writer, s event.StreamID, at time.Duration) error {
	t := w.Tables()
	name := t.StreamName(s)
	by := headStream(order.Process(name))
	if name == by {
		return nil
	}
	return w.Append(&event.Event{Kind: event.Fork, Time: at, Stream: t.Stream(by), Str: [3]event.Str{t.Str(name)}})
}

// A placed fact knows its process.
type placed struct {
	fact
	proc string
}

// facts returns all facts: the spaces, then the others, in the order in which
// they were told.
func (h *head) facts() []placed {
	var spaces, rest []placed
	for k, f := range h.spaces {
		spaces = append(spaces, placed{f, k.proc})
	}
	for k, d := range h.entities {
		for _, f := range []*fact{d.name, d.radius[0], d.radius[1]} {
			if f != nil {
				rest = append(rest, placed{*f, k.space.proc})
			}
		}
		for _, f := range d.hidden {
			rest = append(rest, placed{f, k.space.proc})
		}
	}
	byTurn := func(a, b placed) int { return cmp.Compare(a.n, b.n) }
	slices.SortFunc(spaces, byTurn)
	slices.SortFunc(rest, byTurn)
	return append(spaces, rest...)
}

var (
	radiusAs  = event.Radius.Bit("as")
	spaceBits = func() (bits [event.NumKinds]event.Set) {
		for _, k := range []event.Kind{event.Name, event.Radius, event.Filter, event.Spawn, event.Despawn} {
			bits[k] = k.Bit("space")
		}
		return bits
	}()
)
