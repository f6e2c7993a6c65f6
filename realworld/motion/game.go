package motion

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// game plays the players of a shooter's match: they join and quit, and slots
// are used again, so that one id lives several times. A player spawns with
// the first row in which it is alive, since positions before that are a
// waiting point; respawning after death is a teleport. Positions are sent
// when they change: who has no row stays where it was.
func game(o Options) (*Script, error) {
	g := match{players: map[uint64]*player{}}
	_, err := eachLine("game", o, g.line)
	if err != nil {
		return nil, err
	}
	g.flush()
	return recorded(o, 100, g.ticks), nil
}

type match struct {
	ticks   []Tick
	actions []Action
	at      float64 // seconds, of the actions
	header  bool    // has been read
	players map[uint64]*player
}

type player struct {
	spawned bool
	dead    bool
	x, y    float64
}

// line reads t,ev,kind,id,x,y,z,yaw,team,veh,alive,template. The ground plane
// is x and z.
func (g *match) line(line string) error {
	if !g.header {
		g.header = true
		return nil
	}
	f := strings.Split(line, ",")
	if len(f) < 11 {
		return fmt.Errorf("want 12 columns, got %d", len(f))
	}
	if f[2] != "player" {
		return nil
	}
	at, err := strconv.ParseFloat(f[0], 64)
	if err != nil {
		return err
	}
	id, err := strconv.ParseUint(f[3], 10, 64)
	if err != nil {
		return err
	}
	if at != g.at {
		g.flush()
		g.at = at
	}
	switch f[1] {
	case "join":
		g.players[id] = &player{}
	case "quit":
		if p := g.players[id]; p != nil && p.spawned {
			g.actions = append(g.actions, Action{Op: Despawn, ID: id})
		}
		delete(g.players, id)
	case "upd":
		return g.update(id, f)
	}
	return nil
}

func (g *match) update(id uint64, f []string) error {
	p := g.players[id]
	if p == nil {
		return fmt.Errorf("player %d is updated before it joins", id)
	}
	x, err := carried(f[4], p.x)
	if err != nil {
		return err
	}
	y, err := carried(f[6], p.y)
	if err != nil {
		return err
	}
	alive := f[10] != "0"
	op := Move
	switch {
	case !p.spawned && (f[10] == "" || !alive):
		return nil
	case !p.spawned:
		op, p.spawned = Spawn, true
	case p.dead && alive:
		op = Teleport
	}
	p.dead = !alive
	p.x, p.y = x, y
	g.actions = append(g.actions, Action{Op: op, ID: id, X: x, Y: y})
	return nil
}

// carried reads a coordinate; an empty one has not changed.
func carried(text string, last float64) (float64, error) {
	if text == "" {
		return last, nil
	}
	return strconv.ParseFloat(text, 64)
}

// flush ends the tick that is being read.
func (g *match) flush() {
	if g.actions != nil {
		at := time.Duration(math.Round(g.at*100)) * 10 * time.Millisecond
		g.ticks = append(g.ticks, Tick{at, g.actions})
		g.actions = nil
	}
}
