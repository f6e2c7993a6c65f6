package event

import "fmt"

// A Kind says what an event reports. The numbers are part of the file format
// and of the ring: a kind keeps its number for ever.
type Kind uint8

// The kinds of events, in the groups that docs/events.md explains.
const (
	Invalid Kind = iota // never in a trace

	Trace // the contract of the whole trace, its first event
	Space // declares a space and what its AOI promises; starts a new world of it
	Name  // a label, tags or client for an entity
	Note  // a remark

	Spawn   // an entity joins a space
	Move    // an entity's position
	Despawn // an entity quits its space
	Radius  // an entity's own radii
	Attr    // any named field of an entity

	Enter  // a view gains a target
	Leave  // a view loses a target
	Update // a target's state is handed to a watcher
	View   // a whole view is set or reset
	Filter // a rule hides or shows a pair
	Fov    // a watcher's region is published
	Read   // a reader read a published value

	Zone // an entity changes zones

	Tick    // ends a tick of its space
	Begin   // an operation begins
	End     // the innermost operation ends
	Acquire // a lock is held from here
	Release // a lock is free from here
	Send    // a message is sent
	Recv    // a message is received
	Close   // a channel is closed
	Fork    // another stream begins after this
	Join    // another stream ended before this
	Publish // a version of an object is published
	Observe // a version of an object is seen
	Access  // a shared object is read or written
	Span    // the request that caused what follows

	Queue   // a queue's length
	Gauge   // a named measurement
	Watch   // a listener is opened
	Unwatch // a listener is closed
	Gap     // events known to be lost

	NumKinds // how many kinds there are, Invalid included
)

// String returns the kind's name in the text twin.
func (k Kind) String() string {
	if k < NumKinds && k != Invalid {
		return Kinds[k].Name
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Spec returns the kind's row of the table, or nil if there is no such kind.
func (k Kind) Spec() *Spec {
	if k < NumKinds && k != Invalid {
		return &Kinds[k]
	}
	return nil
}

// KindNamed returns the kind that the text twin calls name.
func KindNamed(name string) (Kind, bool) {
	k, ok := kindByName[name]
	return k, ok
}

// A KindSet holds any number of kinds, one bit each.
type KindSet uint64

// SetOf returns the set of ks.
func SetOf(ks ...Kind) KindSet {
	var s KindSet
	for _, k := range ks {
		s |= 1 << k
	}
	return s
}

// AllKinds is the set of every kind.
const AllKinds KindSet = 1<<NumKinds - 2

// Has reports whether k is in s.
func (s KindSet) Has(k Kind) bool { return s>>k&1 != 0 }

var kindByName = func() map[string]Kind {
	m := make(map[string]Kind, NumKinds)
	for k := Invalid + 1; k < NumKinds; k++ {
		m[Kinds[k].Name] = k
	}
	return m
}()
