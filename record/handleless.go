package record

import "github.com/aoi-trace/aoi-trace/event"

// The methods of this file are those of Stream, on the stream of the
// goroutine that calls; see there.

// Spawn records that entity e joins its space at x,y,z.
func (r *Recorder) Spawn(e uint64, x, y, z float64) {
	if r != nil {
		(*own)(r).Spawn(e, x, y, z)
	}
}

// Move records where entity e is now.
func (r *Recorder) Move(e uint64, x, y, z float64) {
	if r != nil {
		(*own)(r).Move(e, x, y, z)
	}
}

// Teleport records where entity e is now; it did not travel there.
func (r *Recorder) Teleport(e uint64, x, y, z float64) {
	if r != nil {
		(*own)(r).Teleport(e, x, y, z)
	}
}

// Despawn records that entity e quits its space.
func (r *Recorder) Despawn(e uint64) {
	if r != nil {
		(*own)(r).Despawn(e)
	}
}

// Radius records the own radii of entity e as a watcher.
func (r *Recorder) Radius(e uint64, enter, leave float64) {
	if r != nil {
		(*own)(r).Radius(e, enter, leave)
	}
}

// Enter records that the view of w gains t.
func (r *Recorder) Enter(w, t uint64) {
	if r != nil {
		(*own)(r).Enter(w, t)
	}
}

// Leave records that the view of w loses t.
func (r *Recorder) Leave(w, t uint64) {
	if r != nil {
		(*own)(r).Leave(w, t)
	}
}

// EnterFor is Enter with a cause, in the server's words.
func (r *Recorder) EnterFor(w, t uint64, cause Name) {
	if r != nil {
		(*own)(r).EnterFor(w, t, cause)
	}
}

// LeaveFor is Leave with a cause, in the server's words.
func (r *Recorder) LeaveFor(w, t uint64, cause Name) {
	if r != nil {
		(*own)(r).LeaveFor(w, t, cause)
	}
}

// Update records that version v of t's state is handed to w.
func (r *Recorder) Update(w, t, v uint64) {
	if r != nil {
		(*own)(r).Update(w, t, v)
	}
}

// View records the whole view of w, at version v.
func (r *Recorder) View(w, v uint64, set []uint64) {
	if r != nil {
		(*own)(r).View(w, v, set)
	}
}

// Filter records that a rule hides t from w, or shows it again.
func (r *Recorder) Filter(w, t uint64, hidden bool, rule Name) {
	if r != nil {
		(*own)(r).Filter(w, t, hidden, rule)
	}
}

// Fov records that version v of w's region is published.
func (r *Recorder) Fov(w, v uint64, min, max Vec) {
	if r != nil {
		(*own)(r).Fov(w, v, min, max)
	}
}

// Read records that a reader found w's region at version v1 before and v2 after.
func (r *Recorder) Read(w, v1, v2 uint64, used bool) {
	if r != nil {
		(*own)(r).Read(w, v1, v2, used)
	}
}

// Zone records that entity e changes zones; the zero Name is outside.
func (r *Recorder) Zone(e uint64, from, to Name) {
	if r != nil {
		(*own)(r).Zone(e, from, to)
	}
}

// Tick ends tick n.
func (r *Recorder) Tick(n uint64) {
	if r != nil {
		(*own)(r).Tick(n)
	}
}

// Begin begins operation op, on entity e, on this stream.
func (r *Recorder) Begin(op Name, e uint64) {
	if r != nil {
		(*own)(r).Begin(op, e)
	}
}

// End ends the innermost operation of this stream.
func (r *Recorder) End() {
	if r != nil {
		(*own)(r).End()
	}
}

// Acquire records that a lock is held from here. A writer's n counts the lock's
// exclusive sections; a reader gives the number of the writer before it.
func (r *Recorder) Acquire(lock Name, mode Mode, n uint64) {
	if r != nil {
		(*own)(r).Acquire(lock, mode, n)
	}
}

// Release records that section n of a lock ends. Call it before the unlock.
func (r *Recorder) Release(lock Name, mode Mode, n uint64) {
	if r != nil {
		(*own)(r).Release(lock, mode, n)
	}
}

// Send records message n going into channel ch. Call it before the send.
func (r *Recorder) Send(ch Name, n uint64) {
	if r != nil {
		(*own)(r).Send(ch, n)
	}
}

// Recv records message n coming out of channel ch. Call it after the receive.
func (r *Recorder) Recv(ch Name, n uint64) {
	if r != nil {
		(*own)(r).Recv(ch, n)
	}
}

// CloseChan records that channel ch is closed. Call it before the close.
func (r *Recorder) CloseChan(ch Name) {
	if r != nil {
		(*own)(r).CloseChan(ch)
	}
}

// Fork records that the stream called g begins after this.
func (r *Recorder) Fork(g string) {
	if r != nil {
		(*own)(r).Fork(g)
	}
}

// Join records that the stream called g ended before this.
func (r *Recorder) Join(g string) {
	if r != nil {
		(*own)(r).Join(g)
	}
}

// Publish records that version v of an object is published.
func (r *Recorder) Publish(obj Name, v uint64) {
	if r != nil {
		(*own)(r).Publish(obj, v)
	}
}

// Observe records that version v of an object is seen.
func (r *Recorder) Observe(obj Name, v uint64) {
	if r != nil {
		(*own)(r).Observe(obj, v)
	}
}

// Access records that a shared object is read or written.
func (r *Recorder) Access(obj Name, mode Mode) {
	if r != nil {
		(*own)(r).Access(obj, mode)
	}
}

// Span names the request that caused what follows on this stream.
func (r *Recorder) Span(trace [16]byte, span [8]byte) {
	if r != nil {
		(*own)(r).Span(trace, span)
	}
}

// Queue records that n of capacity places of a queue are taken.
func (r *Recorder) Queue(name Name, n, capacity uint64) {
	if r != nil {
		(*own)(r).Queue(name, n, capacity)
	}
}

// Gauge records a measurement.
func (r *Recorder) Gauge(name Name, v float64) {
	if r != nil {
		(*own)(r).Gauge(name, v)
	}
}

// Watch records that a listener is opened for entity e.
func (r *Recorder) Watch(e uint64, id Name) {
	if r != nil {
		(*own)(r).Watch(e, id)
	}
}

// Unwatch records that a listener of entity e is closed.
func (r *Recorder) Unwatch(e uint64, id Name) {
	if r != nil {
		(*own)(r).Unwatch(e, id)
	}
}

// Label names entity e for people; tags are its classes, comma-separated.
func (r *Recorder) Label(e uint64, label, tags string) {
	if r != nil {
		(*own)(r).Label(e, label, tags)
	}
}

// Note records a remark.
func (r *Recorder) Note(text string) {
	if r != nil {
		(*own)(r).Note(text)
	}
}

// Attr records a field of entity e as text.
func (r *Recorder) Attr(e uint64, key Name, value string) {
	if r != nil {
		(*own)(r).Attr(e, key, value)
	}
}

// AttrNum records a field of entity e as a number.
func (r *Recorder) AttrNum(e uint64, key Name, v float64) {
	if r != nil {
		(*own)(r).AttrNum(e, key, v)
	}
}

// Emit records an event of any kind, whose names are in t, slowly. Its stream
// and time are the caller's and now, whatever ev says.
func (r *Recorder) Emit(ev *event.Event, t *event.Tables) {
	if r != nil {
		(*own)(r).Emit(ev, t)
	}
}

// Moves records that entity es[i] is at pos[i], all at one instant; the longer of
// the two lists is cut.
func (r *Recorder) Moves(es []uint64, pos []Vec) {
	if r != nil {
		(*own)(r).Moves(es, pos)
	}
}

// Enters records that the view of w gains all of ts at one instant.
func (r *Recorder) Enters(w uint64, ts []uint64) {
	if r != nil {
		(*own)(r).Enters(w, ts)
	}
}

// Leaves records that the view of w loses all of ts at one instant.
func (r *Recorder) Leaves(w uint64, ts []uint64) {
	if r != nil {
		(*own)(r).Leaves(w, ts)
	}
}

// Batch begins a batch on the calling goroutine's stream.
func (r *Recorder) Batch() Batch {
	if r != nil {
		return (*own)(r).Batch()
	}
	return Batch{}
}

// In says that from here on the calling goroutine's stream is about a space.
// It returns that stream.
func (r *Recorder) In(space uint64) *Stream {
	if r != nil {
		return (*own)(r).In(space)
	}
	return nil
}

// Space declares a space and what its AOI promises. Declaring one again
// starts a new world of it.
func (r *Recorder) Space(id uint64, c Contract) {
	if r != nil {
		(*own)(r).Space(id, c)
	}
}
