package ring

import (
	"math"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
)

// Events by the list: one time, and one publication. The loops keep in
// registers what a Writer keeps in memory, for as long as they meet the plain
// case; the ordinary methods do the rest.

// batched begins a batch unless there is one.
func (w *Writer) batched() bool {
	if w.mode&modeSame != 0 {
		return false
	}
	w.Batch()
	return true
}

// Moves records where entities are, all at one instant.
func (w *Writer) Moves(es []uint64, pos []Vec) {
	n := min(len(es), len(pos))
	if w.batched() {
		defer w.PublishBatch()
	}
	for i := 0; i < n; i++ {
		if i += w.plainMoves(es[i:n], pos[i:n]); i < n {
			w.Move(es[i], pos[i].X, pos[i].Y, pos[i].Z)
		}
	}
}

// plainMoves stores moves up to one that is not plain, and returns how many.
func (w *Writer) plainMoves(es []uint64, pos []Vec) int {
	if w.mode != modeSame {
		return 0
	}
	data, off, lim, last := w.data, w.off, w.mlim, w.last[lastEntity]
	pos = pos[:len(es)]
	done := len(es)
	// Whether coordinates may be integers is asked of one in the middle alone:
	// those of a server are alike, and an integer is exact as a float too.
	whole := len(pos) > 0 && float64(int64(pos[len(pos)/2].X)) == pos[len(pos)/2].X
	for i, e := range es {
		v := &pos[i]
		d := zigzag(e - last)
		if off >= lim || d >= 1<<14 {
			done = i
			break
		}
		x, y := math.Float64bits(v.X), math.Float64bits(v.Y)
		fx, fy := float32(v.X), float32(v.Y)
		sameX, sameY := math.Float64bits(float64(fx)) == x, math.Float64bits(float64(fy)) == y
		if sameX != sameY {
			done = i
			break
		}
		m := (1<<7 - 1 - d) >> 63 // the entity takes a second byte
		p := unsafe.Add(data, off)
		head := opMove | sameTime | (d<<1|1)<<(8+m&63)
		off += uintptr(2 + m)
		q := unsafe.Add(data, off)
		if !sameX {
			head |= formFull | formFull<<2
			store64(p, head)
			store64(q, x)
			store64(unsafe.Add(q, 8), y)
			off += 16
		} else if !whole || float32(int64(fx)) != fx || float32(int64(fy)) != fy {
			head |= formFloat | formFloat<<2
			store64(p, head)
			store64(q, uint64(math.Float32bits(fx))|uint64(math.Float32bits(fy))<<32)
			off += 8
		} else {
			wx, wy := zigzag(uint64(int64(fx))), zigzag(uint64(int64(fy)))
			if (wx|wy)>>21 != 0 || x == 1<<63 || y == 1<<63 { // far, or -0
				off -= uintptr(2 + m)
				done = i
				break
			}
			n, k := size(wx), size(wy)
			head |= formInt | formInt<<2
			store64(p, head)
			store64(q, pack(wx, n)|pack(wy, k)<<(n*8&63))
			off += uintptr(n + k)
		}
		if math.Float64bits(v.Z) != 0 {
			end, form := axis(unsafe.Add(data, off), v.Z)
			*(*byte)(p) = byte(head) | form<<4
			off = uintptr(end) - uintptr(data)
		}
		last = e
	}
	w.off, w.last[lastEntity] = off, last
	return done
}

// Enters records that a view gains targets, all at one instant.
func (w *Writer) Enters(watcher uint64, targets []uint64) { w.pairs(event.Enter, watcher, targets) }

// Leaves records that a view loses targets, all at one instant.
func (w *Writer) Leaves(watcher uint64, targets []uint64) { w.pairs(event.Leave, watcher, targets) }

func (w *Writer) pairs(k event.Kind, watcher uint64, targets []uint64) {
	if w.batched() {
		defer w.PublishBatch()
	}
	for i := 0; i < len(targets); i++ {
		if i += w.plainPairs(k, watcher, targets[i:]); i < len(targets) {
			w.pair(k, watcher, targets[i])
		}
	}
}

// plainPairs stores view events of the watcher of the event before them, up
// to one that is not plain, and returns how many.
func (w *Writer) plainPairs(k event.Kind, watcher uint64, targets []uint64) int {
	if w.mode != modeSame || watcher != w.last[lastWatcher] {
		return 0
	}
	data, off, lim, last := w.data, w.off, w.lim, w.last[lastTarget]
	done := len(targets)
	for i, t := range targets {
		d := zigzag(t - last)
		if off >= lim || d >= 1<<14 {
			done = i
			break
		}
		m := (1<<7 - 1 - d) >> 63 // the target takes a second byte
		store64(unsafe.Add(data, off), uint64(k)|sameTime|1<<8|(d<<1|1)<<(16+m&63))
		off += uintptr(3 + m)
		last = t
	}
	w.off, w.last[lastTarget] = off, last
	return done
}
