// Package summary counts what is in a trace: its events by kind, its streams,
// spaces, entities and losses. It judges nothing. Call [Read].
package summary

import (
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Summary says what is in a trace.
type Summary struct {
	Events   uint64
	Kinds    [event.NumKinds]uint64
	First    time.Duration // of the earliest event
	Last     time.Duration // of the latest event
	Contract string        // what the trace event says, as text
	Streams  []Stream      // in the order in which they came
	Spaces   []Space       // in the order in which they came
	Entities int           // that spawned, moved, watched or were seen, incarnations not told apart
	Lost     uint64        // events that gaps tell of
	Gaps     []Gap         // in the order of the trace, at most maxGaps
	NumGaps  int           // all of them
}

// A Stream is one stream of a trace.
type Stream struct {
	Name        string
	Events      uint64
	Lost        uint64
	First, Last time.Duration
}

// A Space is one space of a trace.
type Space struct {
	ID       uint64
	Contract string // of its last declaration, as text; "" if it has none
	Worlds   int    // how often it was declared
	Entities int
	Ticks    uint64
}

// A Gap is one loss.
type Gap struct {
	Stream   string
	Lost     uint64
	From, To time.Duration // the lost events lie between these, where that is known
	Timed    bool          // From and To are known
	Text     string        // the event as text
}

// maxGaps bounds how many gaps a summary names one by one.
const maxGaps = 1000

// Read reads src to its end. If src fails midway it returns what came before
// together with the error.
func Read(src event.Source) (*Summary, error) {
	r := reader{spaces: map[uint64]*space{}}
	err := event.Each(src, func(t *event.Tables, e event.Event) bool {
		r.event(t, &e)
		return true
	})
	return r.finish(), err
}

type reader struct {
	Summary
	spaces map[uint64]*space
	order  []uint64
	only   uint64 // the space of events that do not say: the first declared
}

type space struct {
	Space
	entities map[uint64]struct{}
}

// space returns the space that e is in or declares.
func (r *reader) space(e *event.Event) *space {
	id := e.Space
	if e.Kind != event.Space && !e.Has("space") {
		id = r.only
	}
	s := r.spaces[id]
	if s == nil {
		s = &space{Space: Space{ID: id}, entities: map[uint64]struct{}{}}
		r.spaces[id] = s
		r.order = append(r.order, id)
	}
	return s
}

func (r *reader) event(t *event.Tables, e *event.Event) {
	if r.Events == 0 || e.Time < r.First {
		r.First = e.Time
	}
	r.Last = max(r.Last, e.Time)
	r.Events++
	r.Kinds[e.Kind]++
	r.stream(t, e)
	switch e.Kind {
	case event.Trace:
		r.Contract = t.Text(e.Str[0])
	case event.Space:
		s := r.space(e)
		if r.Kinds[event.Space] == 1 {
			r.only = e.Space
		}
		s.Contract = t.Text(e.Str[0])
		s.Worlds++
	case event.Tick:
		r.space(e).Ticks++
	case event.Spawn, event.Move, event.Despawn, event.Radius:
		r.space(e).entities[e.Entity] = struct{}{}
	case event.Enter, event.Leave, event.Update, event.Filter:
		s := r.space(e)
		s.entities[e.Entity] = struct{}{}
		s.entities[e.Target] = struct{}{}
	case event.Gap:
		r.gap(t, e)
	}
}

func (r *reader) stream(t *event.Tables, e *event.Event) {
	for int(e.Stream) >= len(r.Streams) {
		r.Streams = append(r.Streams, Stream{Name: t.StreamName(event.StreamID(len(r.Streams)))})
	}
	s := &r.Streams[e.Stream]
	if s.Events == 0 || e.Time < s.First {
		s.First = e.Time
	}
	s.Last = max(s.Last, e.Time)
	s.Events++
}

func (r *reader) gap(t *event.Tables, e *event.Event) {
	lost := e.Int[0]
	r.Lost += lost
	r.Streams[e.Stream].Lost += lost
	r.NumGaps++
	if len(r.Gaps) < maxGaps {
		r.Gaps = append(r.Gaps, Gap{
			Stream: t.StreamName(e.Stream),
			Lost:   lost,
			From:   time.Duration(e.Int[1]),
			To:     time.Duration(e.Int[2]),
			Timed:  e.Has("from") && e.Has("to"),
			Text:   string(event.AppendBody(nil, t, e)),
		})
	}
}

// finish counts the entities and drops the streams without events: numbers
// that only fork and join refer to.
func (r *reader) finish() *Summary {
	for _, id := range r.order {
		s := r.spaces[id]
		s.Entities = len(s.entities)
		r.Entities += s.Entities
		r.Spaces = append(r.Spaces, s.Space)
	}
	streams := r.Streams[:0]
	for _, s := range r.Streams {
		if s.Events > 0 {
			streams = append(streams, s)
		}
	}
	r.Streams = streams
	return &r.Summary
}
