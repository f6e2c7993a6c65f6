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
	i := int64(x)
	whole := math.Float64bits(float64(i)) == b && uint64(i+1<<53) < 1<<54
	if whole && zigzag(uint64(i)) < 1<<21 {
		return put(p, zigzag(uint64(i))), formInt
	}
	if f := float32(x); math.Float64bits(float64(f)) == b {
		store32(p, math.Float32bits(f))
		return unsafe.Add(p, 4), formFloat
	}
	if whole {
		return put(p, zigzag(uint64(i))), formInt
	}
	store64(p, b)
	return unsafe.Add(p, 8), formFull
}

// plane stores two coordinates that often have the same form.
func plane(p unsafe.Pointer, x, y float64) (unsafe.Pointer, byte) {
	bx, by := math.Float64bits(x), math.Float64bits(y)
	fx, fy := float32(x), float32(y)
	if (math.Float64bits(float64(fx))^bx)|(math.Float64bits(float64(fy))^by) != 0 {
		if math.Float64bits(float64(fx)) != bx && math.Float64bits(float64(fy)) != by {
			store64(p, bx)
			store64(unsafe.Add(p, 8), by)
			return unsafe.Add(p, 16), formFull | formFull<<2
		}
	} else {
		ix, iy := int64(fx), int64(fy)
		wx, wy := zigzag(uint64(ix)), zigzag(uint64(iy))
		switch {
		case (math.Float64bits(float64(ix))^bx)|(math.Float64bits(float64(iy))^by) != 0:
			if bx != 0 && by != 0 {
				store64(p, uint64(math.Float32bits(fx))|uint64(math.Float32bits(fy))<<32)
				return unsafe.Add(p, 8), formFloat | formFloat<<2
			}
		case (wx|wy)>>21 == 0:
			n, m := size(wx), size(wy)
			store64(p, pack(wx, n)|pack(wy, m)<<(n*8&63))
			return unsafe.Add(p, n+m), formInt | formInt<<2
		}
	}
	p, a := axis(p, x)
	p, b := axis(p, y)
	return p, a | b<<2
}

// vec stores a position behind a byte of forms.
func vec(p unsafe.Pointer, x, y, z float64) unsafe.Pointer {
	at := p
	p, forms := plane(unsafe.Add(p, 1), x, y)
	p, fz := axis(p, z)
	*(*byte)(at) = forms | fz<<4
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
	if w.off < w.mlim {
		var head, n uint64 // the record up to the entity, and its length
		at := unsafe.Add(w.data, w.off)
		if w.mode == modeSame {
			if d := zigzag(e - w.last[lastEntity]); d < 1<<14 {
				m := (1<<7 - 1 - d) >> 63 // the entity takes a second byte
				head, n = opMove|sameTime|(d<<1|1)<<(8+m&63), 2+m
			}
		} else if w.mode == 0 && w.tsc {
			t := ticks() >> (w.shift & 63)
			dt := t - w.stamp
			if d := zigzag(e - w.last[lastEntity]); (d|dt)>>14 == 0 {
				// The time always takes two bytes: if where the coordinates go
				// depended on the clock, they would have to wait for it, and the
				// move would take 15 ns in place of 11.
				m := (1<<7 - 1 - d) >> 63
				w.stamp = t
				head, n = opMove|(dt<<1|1)<<9|(d<<1|1)<<(24+m&63), 4+m
			}
		}
		if n != 0 {
			w.last[lastEntity] = e
			store64(at, head)
			p, forms := plane(unsafe.Add(at, n), x, y)
			if math.Float64bits(z) != 0 {
				var form byte
				p, form = axis(p, z)
				forms |= form << 4
			}
			*(*byte)(at) = byte(head) | forms
			w.off = uintptr(p) - uintptr(w.data)
			if w.mode == 0 {
				publish(w.cursor, w.base+uint64(w.off))
			}
			return
		}
	}
	w.farMove(e, x, y, z)
}

// farMove stores a move that is not plain.
func (w *Writer) farMove(e uint64, x, y, z float64) {
	if w.off >= w.mlim {
		if w = w.slow(event.Move); w == nil {
			return
		}
	}
	at := unsafe.Add(w.data, w.off)
	p := w.begin(opMove)
	op := *(*byte)(at)
	p = w.entity(p, e)
	p, forms := plane(p, x, y)
	p, fz := axis(p, z)
	*(*byte)(at) = op | forms | fz<<4
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
func (w *Writer) Enter(watcher, target uint64) { w.pair(event.Enter, watcher, target) }

// Leave records that a view loses a target.
func (w *Writer) Leave(watcher, target uint64) { w.pair(event.Leave, watcher, target) }

// pair stores a view event. The plain case, a watcher, a target and a time
// that are near the ones before them, is one word.
func (w *Writer) pair(k event.Kind, watcher, target uint64) {
	if w.mode == modeSame && w.off < w.lim {
		dw := zigzag(watcher - w.last[lastWatcher])
		dt := zigzag(target - w.last[lastTarget])
		if dw>>7|dt>>14 == 0 {
			m := (1<<7 - 1 - dt) >> 63 // the target takes a second byte
			w.last[lastWatcher], w.last[lastTarget] = watcher, target
			store64(unsafe.Add(w.data, w.off), uint64(k)|sameTime|(dw<<1|1)<<8|(dt<<1|1)<<(16+m&63))
			w.off += 3 + uintptr(m)
			return
		}
	} else if w.mode == 0 && w.tsc && w.off < w.lim {
		t := ticks() >> (w.shift & 63)
		d := t - w.stamp
		dw := zigzag(watcher - w.last[lastWatcher])
		dt := zigzag(target - w.last[lastTarget])
		if dw>>7|(d|dt)>>14 == 0 {
			n := (1<<7 - 1 - d) >> 63 // the time takes a second byte
			m := (1<<7 - 1 - dt) >> 63
			w.stamp, w.last[lastWatcher], w.last[lastTarget] = t, watcher, target
			word := dw<<1 | 1 | (dt<<1|1)<<(8+m&63)
			store64(unsafe.Add(w.data, w.off), uint64(k)|(d<<1|1)<<(8+n&63)|word<<(16+n*8&63))
			w.off += 4 + uintptr(n+m)
			publish(w.cursor, w.base+uint64(w.off))
			return
		}
	}
	w.farPair(k, watcher, target)
}

// farPair stores a view event that is not plain.
func (w *Writer) farPair(k event.Kind, watcher, target uint64) {
	if w.off >= w.lim {
		if w = w.slow(k); w == nil {
			return
		}
	}
	w.done(w.target(w.watcher(w.begin(byte(k)), watcher), target))
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
