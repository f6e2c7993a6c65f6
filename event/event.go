package event

import (
	"strings"
	"time"
)

// An Event is one record of a trace: flat, comparable, without pointers.
// Which fields mean something depends on Kind; the table [Kinds] says which
// key each field holds. Fields that the kind does not use are zero.
//
// Stream and the Str fields are indices into the [Tables] of the block or
// source that the event came from.
type Event struct {
	Time   time.Duration // since the start of the trace
	Seq    uint64        // ordinal in its stream, lost events counted
	Stream StreamID      // who recorded it
	Kind   Kind
	Mode   uint8 // first enumeration or boolean
	Phase  uint8 // second enumeration or boolean
	Set    Set   // which optional keys are there
	Space  uint64
	Entity uint64 // the subject; of view events, the watcher
	Target uint64
	Pos    Vec // position, or lower corner of a region
	Max    Vec // upper corner of a region
	Int    [3]uint64
	Num    [2]float64
	Str    [3]Str
}

// A Set says which of a kind's optional keys an event has: bit i stands for
// Kinds[kind].Keys[i]. The bits of required keys are not used.
type Set uint16

// A Vec is a position, in the server's units.
type Vec struct{ X, Y, Z float64 }

// A StreamID is an index into Tables.Streams.
type StreamID uint32

// A Str is an index into Tables.Strings; 0 is the empty string.
type Str uint32

// Has reports whether the event has the optional key called name.
func (e *Event) Has(name string) bool { return e.Set&e.Kind.Bit(name) != 0 }

// A Ref names one event of a trace for good: streams and sequence numbers do
// not change when a trace is cut, merged or rewritten.
type Ref struct {
	Stream StreamID
	Seq    uint64
}

// Ref returns the event's name.
func (e *Event) Ref() Ref { return Ref{e.Stream, e.Seq} }

// A Table numbers strings from 0 in the order in which they came. The zero
// Table is empty and ready. It is not safe for concurrent use while it grows.
type Table struct {
	names []string
	index map[string]uint32
}

// Len returns how many strings there are.
func (t *Table) Len() int { return len(t.names) }

// Name returns string i, or "" if there is none.
func (t *Table) Name(i uint32) string {
	if int(i) < len(t.names) {
		return t.names[i]
	}
	return ""
}

// Add returns the number of s and gives it one if it has none.
func (t *Table) Add(s string) uint32 {
	if i, ok := t.index[s]; ok {
		return i
	}
	// A copy: s may be a part of a long line, which it would keep alive.
	return t.insert(strings.Clone(s))
}

func (t *Table) insert(s string) uint32 {
	if t.index == nil {
		t.index = map[string]uint32{}
	}
	i := uint32(len(t.names))
	t.names = append(t.names, s)
	t.index[s] = i
	return i
}

// AddBytes is Add of a string that is given as bytes; it copies them if need be.
func (t *Table) AddBytes(s []byte) uint32 {
	if i, ok := t.index[string(s)]; ok {
		return i
	}
	return t.insert(string(s))
}

// Find returns the number of s, if it has one.
func (t *Table) Find(s string) (uint32, bool) {
	i, ok := t.index[s]
	return i, ok
}

// Tables holds the names that the events of one source refer to. A source
// uses one Tables for all its blocks, so an index means the same in each.
type Tables struct {
	Streams Table
	Strings Table // number 0 is ""
}

// NewTables returns tables that hold only the empty string.
func NewTables() *Tables {
	t := &Tables{}
	t.Strings.Add("")
	return t
}

// Str returns the number of s.
func (t *Tables) Str(s string) Str { return Str(t.Strings.Add(s)) }

// Text returns string s.
func (t *Tables) Text(s Str) string { return t.Strings.Name(uint32(s)) }

// Stream returns the number of the stream called name.
func (t *Tables) Stream(name string) StreamID { return StreamID(t.Streams.Add(name)) }

// StreamName returns the name of stream s.
func (t *Tables) StreamName(s StreamID) string { return t.Streams.Name(uint32(s)) }

// Copy returns e, which belongs to from, with its names moved into t.
func (t *Tables) Copy(e Event, from *Tables) Event {
	if t == from {
		return e
	}
	e.Stream = t.Stream(from.StreamName(e.Stream))
	for i, s := range e.Str {
		if s != 0 {
			e.Str[i] = t.Str(from.Text(s))
		}
	}
	return e
}

// A Sequencer gives events their sequence numbers: the ordinal in the stream,
// plus what the stream's gaps lost. The zero Sequencer is ready.
type Sequencer struct{ next []uint64 }

// Assign sets e.Seq and counts e.
func (s *Sequencer) Assign(e *Event) {
	for int(e.Stream) >= len(s.next) {
		s.next = append(s.next, 0)
	}
	e.Seq = s.next[e.Stream]
	s.next[e.Stream]++
	if e.Kind == Gap {
		s.next[e.Stream] += e.Int[0]
	}
}
