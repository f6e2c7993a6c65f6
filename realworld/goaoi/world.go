// Package goaoi runs the AOI managers of github.com/xiaonanln/go-aoi under a
// script, recorded the way a server's author would record them: the calls in
// this file are the whole instrumentation.
//
// Make a [World] with [New] and hand it to [World.Run].
package goaoi

import (
	"fmt"

	"github.com/xiaonanln/go-aoi"

	"github.com/aoi-trace/aoi-trace/realworld/motion"
	"github.com/aoi-trace/aoi-trace/realworld/oracle"
	"github.com/aoi-trace/aoi-trace/record"
)

// A World is one space with a go-aoi manager.
type World struct {
	manager  aoi.AOIManager
	radius   aoi.Coord
	rec      *record.Stream // nil when nobody records
	check    *oracle.Oracle // nil when nobody checks
	double   bool
	fault    *fault // nil for a world that is right
	entities map[uint64]*entity
	ticks    uint64
}

// An entity is what go-aoi calls back.
type entity struct {
	aoi.AOI
	id    uint64
	world *World
}

// OnEnterAOI implements aoi.AOICallback.
func (e *entity) OnEnterAOI(other *aoi.AOI) {
	t := other.Data.(*entity).id
	if e.world.fault.swallows(enters) {
		return
	}
	e.world.rec.Enter(e.id, t)
	e.world.check.Enter(e.id, t)
}

// OnLeaveAOI implements aoi.AOICallback.
func (e *entity) OnLeaveAOI(other *aoi.AOI) {
	t := other.Data.(*entity).id
	if e.world.fault.swallows(leaves) {
		return
	}
	e.world.rec.Leave(e.id, t)
	e.world.check.Leave(e.id, t)
}

// spawn and the others record first and call the manager then: it calls back
// before it returns, and what it announces follows from where entities are.
func (w *World) spawn(id uint64, x, y, radius float64) {
	e := &entity{id: id, world: w}
	w.entities[id] = e
	dist := w.radius
	if radius > 0 {
		dist = aoi.Coord(radius)
	}
	aoi.InitAOI(&e.AOI, dist, e, e)
	w.rec.Spawn(id, x, y, 0)
	if radius > 0 {
		w.rec.Radius(id, radius, radius)
	}
	w.check.Spawn(id, x, y, radius)
	w.manager.Enter(&e.AOI, aoi.Coord(x), aoi.Coord(y))
}

func (w *World) move(e *entity, x, y float64, teleport bool) {
	if teleport {
		w.rec.Teleport(e.id, x, y, 0)
	} else {
		w.rec.Move(e.id, x, y, 0)
	}
	w.check.Move(e.id, x, y)
	w.manager.Moved(&e.AOI, aoi.Coord(x), aoi.Coord(y))
}

// despawn records before the manager sends the leaves, so that their reason
// stands before them, and so that a server that dies in between leaves a
// despawn behind and not a target that everybody lost for nothing. The other
// order is as right: the contract asks for leaves by the end of the tick.
func (w *World) despawn(e *entity) {
	w.rec.Despawn(e.id)
	w.check.Despawn(e.id)
	w.fault.quits(true)
	w.manager.Leave(&e.AOI)
	w.fault.quits(false)
	delete(w.entities, e.id)
}

// Tick ends a tick.
func (w *World) Tick() {
	w.ticks++
	w.rec.Tick(w.ticks)
	w.check.Tick(w.ticks)
}

// Do carries out one action of a script.
func (w *World) Do(a motion.Action) error {
	e := w.entities[a.ID]
	if (e == nil) != (a.Op == motion.Spawn) {
		return fmt.Errorf("playing tick %d: entity %d cannot do action %d: in the space: %v", w.ticks, a.ID, a.Op, e != nil)
	}
	x, y := a.X, a.Y
	if !w.double {
		x, y = single(x), single(y)
	}
	switch a.Op {
	case motion.Spawn:
		w.spawn(a.ID, x, y, single(a.Radius))
	case motion.Despawn:
		w.despawn(e)
	default:
		w.move(e, x, y, a.Op == motion.Teleport)
	}
	return nil
}
