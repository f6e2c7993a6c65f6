package ring

import (
	"math"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
)

// The events that servers emit most. Each is stored with its usual keys, in
// the order of the event table.

// entity, watcher and target store an identifier as the difference to the one of its
// sort before it.
func (w *Writer) entity(p unsafe.Pointer, id uint64) unsafe.Pointer {
	d := id - w.last[lastEntity]
	w.last[lastEntity] = id
	return put(p, zigzag(d))
}

func (w *Writer) watcher(p unsafe.Pointer, id uint64) unsafe.Pointer {
	d := id - w.last[lastWatcher]
	w.last[lastWatcher] = id
	return put(p, zigzag(d))
}

func (w *Writer) target(p unsafe.Pointer, id uint64) unsafe.Pointer {
	d := id - w.last[lastTarget]
	w.last[lastTarget] = id
	return put(p, zigzag(d))
}

// axis stores a coordinate in its shortest exact form.
func axis(p unsafe.Pointer, x float64) (unsafe.Pointer, byte) {
	b := math.Float64bits(x)
	if b == 0 {
		return p, formZero
	}
	if i := int64(x); math.Float64bits(float64(i)) == b && uint64(i+1<<53) < 1<<54 {
		return put(p, zigzag(uint64(i))), formInt
	}
	if f := float32(x); math.Float64bits(float64(f)) == b {
		store32(p, math.Float32bits(f))
		return unsafe.Add(p, 4), formFloat
	}
	store64(p, b)
	return unsafe.Add(p, 8), formFull
}

// vec stores a position behind a byte of forms.
func vec(p unsafe.Pointer, x, y, z float64) unsafe.Pointer {
	at := p
	p, fx := axis(unsafe.Add(p, 1), x)
	p, fy := axis(p, y)
	p, fz := axis(p, z)
	*(*byte)(at) = fx | fy<<2 | fz<<4
	return p
}

// Spawn records that an entity joins its space.
func (w *Writer) Spawn(e uint64, x, y, z float64) {
	if w.off >= w.lim {
		if w = w.slow(event.Spawn); w == nil {
			return
		}
	}
	w.done(vec(w.entity(w.begin(byte(event.Spawn)), e), x, y, z))
}

// Move records where an entity is.
func (w *Writer) Move(e uint64, x, y, z float64) {
	if w.off >= w.mlim {
		if w = w.slow(event.Move); w == nil {
			return
		}
	}
	at := unsafe.Add(w.data, w.off)
	p := w.begin(opMove)
	p = w.entity(p, e)
	p, fx := axis(p, x)
	p, fy := axis(p, y)
	p, fz := axis(p, z)
	*(*byte)(at) |= fx | fy<<2 | fz<<4
	w.done(p)
}

// Despawn records that an entity quits its space.
func (w *Writer) Despawn(e uint64) {
	if w.off >= w.lim {
		if w = w.slow(event.Despawn); w == nil {
			return
		}
	}
	w.done(w.entity(w.begin(byte(event.Despawn)), e))
}

// Enter records that a view gains a target.
func (w *Writer) Enter(watcher, target uint64) {
	if w.off >= w.lim {
		if w = w.slow(event.Enter); w == nil {
			return
		}
	}
	w.done(w.target(w.watcher(w.begin(byte(event.Enter)), watcher), target))
}

// Leave records that a view loses a target.
func (w *Writer) Leave(watcher, target uint64) {
	if w.off >= w.lim {
		if w = w.slow(event.Leave); w == nil {
			return
		}
	}
	w.done(w.target(w.watcher(w.begin(byte(event.Leave)), watcher), target))
}

// Update records that a target's state is handed to a watcher.
func (w *Writer) Update(watcher, target, v uint64) {
	if w.off >= w.lim {
		if w = w.slow(event.Update); w == nil {
			return
		}
	}
	w.done(put(w.target(w.watcher(w.begin(byte(event.Update)), watcher), target), v))
}

// Zone records that an entity changes zones.
func (w *Writer) Zone(e uint64, from, to Name) {
	const k = event.Zone
	if from == 0 || to == 0 {
		w.zonePart(e, from, to)
		return
	}
	if w.off >= w.lim {
		if w = w.slow(k); w == nil {
			return
		}
	}
	if !w.knows(from) && !w.define(from, k) || !w.knows(to) && !w.define(to, k) {
		return
	}
	w.done(put(put(w.entity(w.begin(byte(k)), e), uint64(from)<<2), uint64(to)<<2))
}

// Tick ends a tick.
func (w *Writer) Tick(n uint64) {
	if w.off >= w.lim {
		if w = w.slow(event.Tick); w == nil {
			return
		}
	}
	w.done(put(w.begin(byte(event.Tick)), n))
}

// Begin begins an operation.
func (w *Writer) Begin(op Name, e uint64) {
	if w.off >= w.lim {
		if w = w.slow(event.Begin); w == nil {
			return
		}
	}
	if !w.knows(op) && !w.define(op, event.Begin) {
		return
	}
	w.done(w.entity(put(w.begin(byte(event.Begin)), uint64(op)<<2), e))
}

// End ends an operation.
func (w *Writer) End() {
	if w.off >= w.lim {
		if w = w.slow(event.End); w == nil {
			return
		}
	}
	w.done(w.begin(byte(event.End)))
}

// Acquire records that a lock is held from here.
func (w *Writer) Acquire(lock Name, mode Mode, n uint64) { w.section(event.Acquire, lock, mode, n) }

// Release records that a lock is free from here.
func (w *Writer) Release(lock Name, mode Mode, n uint64) { w.section(event.Release, lock, mode, n) }

func (w *Writer) section(k event.Kind, lock Name, mode Mode, n uint64) {
	if w.off >= w.lim {
		if w = w.slow(k); w == nil {
			return
		}
	}
	if !w.knows(lock) && !w.define(lock, k) {
		return
	}
	p := put(w.begin(byte(k)), uint64(lock)<<2)
	w.done(put(put(p, uint64(mode&1)), n))
}

// Send records a message going into a channel.
func (w *Writer) Send(ch Name, n uint64) { w.named(event.Send, ch, n) }

// Recv records a message coming out of a channel.
func (w *Writer) Recv(ch Name, n uint64) { w.named(event.Recv, ch, n) }

// Publish records that a version of an object is published.
func (w *Writer) Publish(obj Name, v uint64) { w.named(event.Publish, obj, v) }

// Observe records that a version of an object is seen.
func (w *Writer) Observe(obj Name, v uint64) { w.named(event.Observe, obj, v) }

func (w *Writer) named(k event.Kind, name Name, n uint64) {
	if w.off >= w.lim {
		if w = w.slow(k); w == nil {
			return
		}
	}
	if !w.knows(name) && !w.define(name, k) {
		return
	}
	w.done(put(put(w.begin(byte(k)), uint64(name)<<2), n))
}

// Access records that a shared object is read or written.
func (w *Writer) Access(obj Name, mode Mode) {
	if w.off >= w.lim {
		if w = w.slow(event.Access); w == nil {
			return
		}
	}
	if !w.knows(obj) && !w.define(obj, event.Access) {
		return
	}
	p := put(w.begin(byte(event.Access)), uint64(obj)<<2)
	w.done(put(p, uint64(mode&1)))
}

// Moves records where entities are, all at one instant.
func (w *Writer) Moves(es []uint64, pos []Vec) {
	n := min(len(es), len(pos))
	if w.batched() {
		defer w.PublishBatch()
	}
	for i, e := range es[:n] {
		w.Move(e, pos[i].X, pos[i].Y, pos[i].Z)
	}
}

// Enters records that a view gains targets, all at one instant.
func (w *Writer) Enters(watcher uint64, targets []uint64) {
	if w.batched() {
		defer w.PublishBatch()
	}
	for _, t := range targets {
		w.Enter(watcher, t)
	}
}

// Leaves records that a view loses targets, all at one instant.
func (w *Writer) Leaves(watcher uint64, targets []uint64) {
	if w.batched() {
		defer w.PublishBatch()
	}
	for _, t := range targets {
		w.Leave(watcher, t)
	}
}

// batched begins a batch unless there is one.
func (w *Writer) batched() bool {
	if w.mode&modeSame != 0 {
		return false
	}
	w.Batch()
	return true
}
