package goaoi

import (
	"fmt"
	"slices"
)

// Faults lists what a world can be told to do wrong: some enters do not reach
// the watcher, some leaves do not, or nobody is told of some who despawn.
var Faults = []string{enters, leaves, despawns}

const (
	enters   = "enter"
	leaves   = "leave"
	despawns = "despawn"
)

// A fault swallows announcements of the manager.
type fault struct {
	what  string
	every int
	n     int  // how often it could have been
	mute  bool // nobody is told of the one who despawns now
}

func newFault(what string, every int) (*fault, error) {
	if what == "" {
		return nil, nil
	}
	if !slices.Contains(Faults, what) || every < 1 {
		return nil, fmt.Errorf("making a world: no fault %q each %d times; the names are %v", what, every, Faults)
	}
	return &fault{what: what, every: every}, nil
}

// swallows reports whether the enter or leave that happens now is lost.
func (f *fault) swallows(what string) bool {
	if f == nil {
		return false
	}
	return f.mute || f.what == what && f.next()
}

// quits begins or ends the announcements of a despawn.
func (f *fault) quits(begins bool) {
	if f != nil && f.what == despawns {
		f.mute = begins && f.next()
	}
}

func (f *fault) next() bool {
	f.n++
	return f.n%f.every == 0
}
