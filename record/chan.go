package record

import (
	"iter"
	"sync/atomic"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Chan is a channel whose messages are in the trace. Each carries its
// number, so that every receive is known to follow its own send, and a
// [Cause]. What is not recorded is that a send into a full channel follows a
// receive: a channel that is used as a semaphore needs Acquire and Release.
type Chan[T any] struct {
	c      chan Message[T]
	n      atomic.Uint64 // messages made so far
	caused atomic.Bool   // a message had a cause
	rec    *Recorder
	name   Name
	closed *event.Event // what a receive from the closed channel records
	tables *event.Tables
}

// A Message is one element of a [Chan].
type Message[T any] struct {
	Value T
	Cause Cause // of what the receiver does with it; zero if unknown
	n     uint64
}

// NewChan returns a channel that rec records; with a nil recorder, one that
// is not recorded. Two channels of one name are told apart by a number.
func NewChan[T any](rec *Recorder, name string, capacity int) *Chan[T] {
	ch := &Chan[T]{c: make(chan Message[T], capacity), rec: rec}
	if rec == nil {
		return ch
	}
	ch.name, name = rec.object("chan", name)
	ch.tables = event.NewTables()
	ch.closed = &event.Event{Kind: event.Recv, Set: event.Recv.Bit("closed"), Mode: 1}
	ch.closed.Str[0] = ch.tables.Str(name)
	return ch
}

// Send sends v, and waits until the channel takes it.
func (ch *Chan[T]) Send(v T) { ch.SendFor(Cause{}, v) }

// SendFor is Send of a message with a cause.
func (ch *Chan[T]) SendFor(c Cause, v T) {
	m := ch.Message(v)
	m.Cause = c
	if ch.rec != nil {
		ch.note(c)
		ch.rec.Send(ch.name, m.n)
	}
	ch.c <- m
}

// TrySend sends v if the channel takes it at once, and reports whether it did.
func (ch *Chan[T]) TrySend(v T) bool {
	m := ch.Message(v)
	select {
	case ch.c <- m:
		ch.Sent(m)
		return true
	default:
		return false
	}
}

// Recv receives a value; ok is false when the channel is closed and empty. If
// the message has a cause, what the caller records next is due to it.
func (ch *Chan[T]) Recv() (v T, ok bool) {
	m, ok := <-ch.c
	return ch.Received(m, ok)
}

// All receives until the channel is closed.
func (ch *Chan[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, ok := ch.Recv()
			if !ok || !yield(v) {
				return
			}
		}
	}
}

// Close closes the channel.
func (ch *Chan[T]) Close() {
	if ch.rec != nil {
		ch.rec.CloseChan(ch.name)
	}
	close(ch.c)
}

// Len returns how many messages wait in the channel.
func (ch *Chan[T]) Len() int { return len(ch.c) }

// Cap returns how many messages the channel holds.
func (ch *Chan[T]) Cap() int { return cap(ch.c) }

// In returns the channel for the sends of a select statement. The message is
// made before, and its send recorded after:
//
//	m := ch.Message(v)
//	select {
//	case ch.In() <- m:
//		ch.Sent(m)
//	case <-done:
//	}
func (ch *Chan[T]) In() chan<- Message[T] { return ch.c }

// Out returns the channel for the receives of a select statement:
//
//	select {
//	case m, ok := <-ch.Out():
//		v, ok := ch.Received(m, ok)
//	case <-done:
//	}
func (ch *Chan[T]) Out() <-chan Message[T] { return ch.c }

// Message makes a message to send once. If it is not sent its number is left
// out.
func (ch *Chan[T]) Message(v T) Message[T] {
	m := Message[T]{Value: v}
	if ch.rec != nil {
		m.n = ch.n.Add(1)
	}
	return m
}

// Sent records that m was sent. Call it right after the send.
func (ch *Chan[T]) Sent(m Message[T]) {
	if ch.rec != nil {
		ch.note(m.Cause)
		ch.rec.Send(ch.name, m.n)
	}
}

// Received records what came out of the channel, and returns its value. Call
// it right after the receive.
func (ch *Chan[T]) Received(m Message[T], ok bool) (T, bool) {
	if ch.rec != nil {
		ch.received(m.n, m.Cause, ok)
	}
	return m.Value, ok
}

func (ch *Chan[T]) note(c Cause) {
	if !c.IsZero() && !ch.caused.Load() {
		ch.caused.Store(true)
	}
}

func (ch *Chan[T]) received(n uint64, c Cause, ok bool) {
	if !ok {
		ch.rec.Emit(ch.closed, ch.tables)
		return
	}
	ch.rec.Recv(ch.name, n)
	if ch.caused.Load() { // then a message without a cause ends the last one's
		ch.rec.Caused(c)
	}
}
