// Package zinx runs the world of zinx's sample game, github.com/aceld/zinx,
// recorded from the clients' side: a nine-cell grid, and a goroutine for each
// player that tells the others what it does.
//
// Make a [World] with [New], then call [World.Join] and [World.Walk].
package zinx

import (
	"fmt"
	"sync"

	"github.com/aceld/zinx/ziface"
	"github.com/aceld/zinx/zinx_app_demo/mmo_game/pb"
	"github.com/golang/protobuf/proto"

	"github.com/aoi-trace/aoi-trace/record"
)

// Messages of the sample game, and what a position message means.
const (
	msgPlayer  = 200
	msgGone    = 201
	msgPlayers = 202

	appears = 2
	moves   = 4
)

// A client is the connection of one player. It records what the player is
// told, on the stream of whoever tells, and remembers it for [World.Check].
type client struct {
	ziface.IConnection // nil: the sample game calls SendMsg only
	id                 uint64
	world              *World

	mu      sync.Mutex
	lock    record.Name // mu's
	section uint64      // how often mu was held: the order of all messages to this client
	view    map[uint64]bool
	told    Told
}

// Told counts what a client was told that contradicts what it was told before.
type Told struct {
	Doubles int // appeared, but was there
	Strays  int // gone, but was not there
	Unseen  int // moved, but was not there
}

// SendMsg implements the one method of a connection that the game calls.
func (c *client) SendMsg(msg uint32, data []byte) error {
	switch msg {
	case msgPlayer:
		m := &pb.BroadCast{}
		if err := proto.Unmarshal(data, m); err != nil {
			return fmt.Errorf("reading message %d: %w", msg, err)
		}
		switch m.Tp {
		case appears:
			c.enter(uint64(m.PID))
		case moves:
			c.update(uint64(m.PID))
		}
	case msgGone:
		m := &pb.SyncPID{}
		if err := proto.Unmarshal(data, m); err != nil {
			return fmt.Errorf("reading message %d: %w", msg, err)
		}
		c.leave(uint64(m.PID))
	case msgPlayers:
		m := &pb.SyncPlayers{}
		if err := proto.Unmarshal(data, m); err != nil {
			return fmt.Errorf("reading message %d: %w", msg, err)
		}
		for _, p := range m.Ps {
			c.enter(uint64(p.PID))
		}
	}
	return nil
}

// hold locks the client for one message and returns the stream of whoever
// sends it. Sections are numbered, so that messages from several goroutines
// have an order that the trace can prove.
func (c *client) hold() *record.Stream {
	c.mu.Lock()
	c.section++
	s := c.world.rec.Here()
	s.Acquire(c.lock, record.Exclusive, c.section)
	return s
}

func (c *client) letGo(s *record.Stream) {
	s.Release(c.lock, record.Exclusive, c.section)
	c.mu.Unlock()
}

func (c *client) enter(t uint64) {
	if t == c.id {
		return
	}
	s := c.hold()
	defer c.letGo(s)
	s.Enter(c.id, t)
	if c.view[t] {
		c.told.Doubles++
	}
	c.view[t] = true
}

func (c *client) leave(t uint64) {
	s := c.hold()
	defer c.letGo(s)
	s.Leave(c.id, t)
	if !c.view[t] {
		c.told.Strays++
	}
	delete(c.view, t)
}

func (c *client) update(t uint64) {
	if t == c.id {
		return
	}
	s := c.hold()
	defer c.letGo(s)
	s.Update(c.id, t, 0)
	if !c.view[t] {
		c.told.Unseen++
	}
}
