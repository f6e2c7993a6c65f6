package record

import (
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record/ring"
)

// A Stream is one sequence of events with one owner: a goroutine, a zone's
// loop. A nil Stream records nothing. It may be handed from goroutine to
// goroutine, but two must never use it at the same time.
type Stream struct{ w ring.Writer }

// String returns the stream's name, as Fork and Join want it.
func (s *Stream) String() string {
	if s == nil {
		return ""
	}
	return s.w.Name()
}

// Close ends the stream and frees its ring for another. An event that comes
// after it begins a new stream.
func (s *Stream) Close() {
	if s != nil {
		s.w.Close()
	}
}

// In says that from here on the events of this stream are about a space. It
// returns s.
func (s *Stream) In(space uint64) *Stream {
	if s != nil {
		s.w.In(space)
	}
	return s
}

// Space declares a space and what its AOI promises. Declaring one again
// starts a new world of it.
func (s *Stream) Space(id uint64, c Contract) {
	if s != nil {
		s.space(id, &c)
	}
}

func (s *Stream) space(id uint64, c *Contract) { s.w.Space(id, c.Detail()) }

// Batch begins a batch: what is recorded on s up to Publish has one time, the
// time of this call, and costs little more than its stores. It reaches the
// trace at Publish: what a batch holds is lost if the process dies before.
func (s *Stream) Batch() Batch {
	if s != nil {
		s.w.Batch()
	}
	return Batch{s}
}

// A Batch is a stretch of a stream that is published together.
type Batch struct{ s *Stream }

// Publish ends the batch.
func (b Batch) Publish() {
	if b.s != nil {
		b.s.w.PublishBatch()
	}
}

// Spawn records that entity e joins its space at x,y,z.
func (s *Stream) Spawn(e uint64, x, y, z float64) {
	if s != nil {
		s.w.Spawn(e, x, y, z)
	}
}

// Move records where entity e is now.
func (s *Stream) Move(e uint64, x, y, z float64) {
	if s != nil {
		s.w.Move(e, x, y, z)
	}
}

// Teleport records where entity e is now; it did not travel there.
func (s *Stream) Teleport(e uint64, x, y, z float64) {
	if s != nil {
		s.w.Teleport(e, x, y, z)
	}
}

// Despawn records that entity e quits its space.
func (s *Stream) Despawn(e uint64) {
	if s != nil {
		s.w.Despawn(e)
	}
}

// Radius records the own radii of entity e as a watcher.
func (s *Stream) Radius(e uint64, enter, leave float64) {
	if s != nil {
		s.w.Radius(e, enter, leave)
	}
}

// Enter records that the view of w gains t.
func (s *Stream) Enter(w, t uint64) {
	if s != nil {
		s.w.Enter(w, t)
	}
}

// Leave records that the view of w loses t.
func (s *Stream) Leave(w, t uint64) {
	if s != nil {
		s.w.Leave(w, t)
	}
}

// EnterFor is Enter with a cause, in the server's words.
func (s *Stream) EnterFor(w, t uint64, cause Name) {
	if s != nil {
		s.w.EnterFor(w, t, cause)
	}
}

// LeaveFor is Leave with a cause, in the server's words.
func (s *Stream) LeaveFor(w, t uint64, cause Name) {
	if s != nil {
		s.w.LeaveFor(w, t, cause)
	}
}

// Update records that version v of t's state is handed to w.
func (s *Stream) Update(w, t, v uint64) {
	if s != nil {
		s.w.Update(w, t, v)
	}
}

// View records the whole view of w, at version v.
func (s *Stream) View(w, v uint64, set []uint64) {
	if s != nil {
		s.w.View(w, v, set)
	}
}

// Filter records that a rule hides t from w, or shows it again.
func (s *Stream) Filter(w, t uint64, hidden bool, rule Name) {
	if s != nil {
		s.w.Filter(w, t, hidden, rule)
	}
}

// Fov records that version v of w's region is published.
func (s *Stream) Fov(w, v uint64, min, max Vec) {
	if s != nil {
		s.w.Fov(w, v, min, max)
	}
}

// Read records that a reader found w's region at version v1 before and v2 after.
func (s *Stream) Read(w, v1, v2 uint64, used bool) {
	if s != nil {
		s.w.Read(w, v1, v2, used)
	}
}

// Zone records that entity e changes zones; the zero Name is outside.
func (s *Stream) Zone(e uint64, from, to Name) {
	if s != nil {
		s.w.Zone(e, from, to)
	}
}

// Tick ends tick n.
func (s *Stream) Tick(n uint64) {
	if s != nil {
		s.w.Tick(n)
	}
}

// Begin begins operation op, on entity e, on this stream.
func (s *Stream) Begin(op Name, e uint64) {
	if s != nil {
		s.w.Begin(op, e)
	}
}

// End ends the innermost operation of this stream.
func (s *Stream) End() {
	if s != nil {
		s.w.End()
	}
}

// Acquire records that a lock is held from here. A writer's n counts the lock's
// exclusive sections; a reader gives the number of the writer before it.
func (s *Stream) Acquire(lock Name, mode Mode, n uint64) {
	if s != nil {
		s.w.Acquire(lock, mode, n)
	}
}

// Release records that section n of a lock ends. Call it before the unlock.
func (s *Stream) Release(lock Name, mode Mode, n uint64) {
	if s != nil {
		s.w.Release(lock, mode, n)
	}
}

// Send records message n going into channel ch. Call it before the send.
func (s *Stream) Send(ch Name, n uint64) {
	if s != nil {
		s.w.Send(ch, n)
	}
}

// Recv records message n coming out of channel ch. Call it after the receive.
func (s *Stream) Recv(ch Name, n uint64) {
	if s != nil {
		s.w.Recv(ch, n)
	}
}

// CloseChan records that channel ch is closed. Call it before the close.
func (s *Stream) CloseChan(ch Name) {
	if s != nil {
		s.w.CloseChan(ch)
	}
}

// Fork records that the stream called g begins after this.
func (s *Stream) Fork(g string) {
	if s != nil {
		s.w.Fork(g)
	}
}

// Join records that the stream called g ended before this.
func (s *Stream) Join(g string) {
	if s != nil {
		s.w.Join(g)
	}
}

// Publish records that version v of an object is published.
func (s *Stream) Publish(obj Name, v uint64) {
	if s != nil {
		s.w.Publish(obj, v)
	}
}

// Observe records that version v of an object is seen.
func (s *Stream) Observe(obj Name, v uint64) {
	if s != nil {
		s.w.Observe(obj, v)
	}
}

// Access records that a shared object is read or written.
func (s *Stream) Access(obj Name, mode Mode) {
	if s != nil {
		s.w.Access(obj, mode)
	}
}

// Span names the request that caused what follows on this stream.
func (s *Stream) Span(trace [16]byte, span [8]byte) {
	if s != nil {
		s.w.Span(trace, span)
	}
}

// Queue records that n of capacity places of a queue are taken.
func (s *Stream) Queue(name Name, n, capacity uint64) {
	if s != nil {
		s.w.Queue(name, n, capacity)
	}
}

// Gauge records a measurement.
func (s *Stream) Gauge(name Name, v float64) {
	if s != nil {
		s.w.Gauge(name, v)
	}
}

// Watch records that a listener is opened for entity e.
func (s *Stream) Watch(e uint64, id Name) {
	if s != nil {
		s.w.Watch(e, id)
	}
}

// Unwatch records that a listener of entity e is closed.
func (s *Stream) Unwatch(e uint64, id Name) {
	if s != nil {
		s.w.Unwatch(e, id)
	}
}

// Label names entity e for people; tags are its classes, comma-separated.
func (s *Stream) Label(e uint64, label, tags string) {
	if s != nil {
		s.w.Label(e, label, tags)
	}
}

// Note records a remark.
func (s *Stream) Note(text string) {
	if s != nil {
		s.w.Note(text)
	}
}

// Attr records a field of entity e as text.
func (s *Stream) Attr(e uint64, key Name, value string) {
	if s != nil {
		s.w.Attr(e, key, value)
	}
}

// AttrNum records a field of entity e as a number.
func (s *Stream) AttrNum(e uint64, key Name, v float64) {
	if s != nil {
		s.w.AttrNum(e, key, v)
	}
}

// Emit records an event of any kind, whose names are in t, slowly. Its stream
// and time are the caller's and now, whatever ev says.
func (s *Stream) Emit(ev *event.Event, t *event.Tables) {
	if s != nil {
		s.w.Emit(ev, t)
	}
}

// Moves records that entity es[i] is at pos[i], all at one instant; the longer of
// the two lists is cut.
func (s *Stream) Moves(es []uint64, pos []Vec) {
	if s != nil {
		s.w.Moves(es, pos)
	}
}

// Enters records that the view of w gains all of ts at one instant.
func (s *Stream) Enters(w uint64, ts []uint64) {
	if s != nil {
		s.w.Enters(w, ts)
	}
}

// Leaves records that the view of w loses all of ts at one instant.
func (s *Stream) Leaves(w uint64, ts []uint64) {
	if s != nil {
		s.w.Leaves(w, ts)
	}
}
