package world

import (
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Claim stands behind a certain finding: it holds as long as every later
// change of the pair and of its two entities is surely after the finding. A
// later change on a stream that no edge orders after it may have come before
// it, and so may have what a later gap lost.
type Claim struct {
	ref    event.Ref
	time   time.Duration
	broken brokenBy
}

type brokenBy uint8

const (
	holds brokenBy = iota
	far            // clocks put the other event Slack or more later
	near
)

// Holds returns Sure if nothing that came can have come before the finding,
// ByClock if only the clock says so, and Unordered otherwise.
func (c *Claim) Holds() Relation {
	switch {
	case c == nil || c.broken == holds:
		return Sure
	case c.broken == far:
		return ByClock
	}
	return Unordered
}

// claims are those on one object. newest has, for each stream that made one,
// the last: a change that is after those is after all.
type claims struct {
	newest []event.Ref
	list   []*Claim
}

// Claim returns a claim about the pair (or, if t is nil, the entity w) at the
// event r.
func (w *World) Claim(s *Space, watcher, t *Entity, r event.Ref, at time.Duration) *Claim {
	c := &Claim{ref: r, time: at}
	w.claim(object{s, posClass, uint64(watcher.slot)}, c)
	watcher.claimed = true
	if t != nil {
		w.claim(object{s, posClass, uint64(t.slot)}, c)
		t.claimed = true
		key := pairKey(watcher, t)
		w.claim(object{s, viewClass, key}, c)
		if p := s.pairs.find(key); p != nil {
			p.claimed = true
		}
	}
	w.allClaims = append(w.allClaims, c)
	return c
}

func (w *World) claim(o object, c *Claim) {
	cs := w.claims[o]
	if cs == nil {
		cs = &claims{}
		w.claims[o] = cs
	}
	cs.list = append(cs.list, c)
	for i := range cs.newest {
		if cs.newest[i].Stream == c.ref.Stream {
			cs.newest[i].Seq = max(cs.newest[i].Seq, c.ref.Seq)
			return
		}
	}
	cs.newest = append(cs.newest, c.ref)
}

// test breaks the claims on o that the present event of stream s, which
// changes o, is not surely after.
func (w *World) test(o object, s event.StreamID, t time.Duration) {
	cs := w.claims[o]
	if cs == nil {
		return
	}
	safe := true
	for _, r := range cs.newest {
		safe = safe && w.Clocks.Before(r, s)
	}
	if safe {
		return
	}
	for _, c := range cs.list {
		w.breakIfUnordered(c, s, t)
	}
}

func (w *World) breakIfUnordered(c *Claim, s event.StreamID, t time.Duration) {
	switch {
	case w.Clocks.Before(c.ref, s):
	case t-c.time >= Slack:
		c.broken = max(c.broken, far)
	default:
		c.broken = near
	}
}
