package trace

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// Most columns are small numbers with a few large ones among them: the pause
// between two ticks among the steps of time, the step back to the first
// entity among those of ids. A patch says in how many bits most of the values
// fit, counted from a base; the others stand apart.
type patch struct {
	base  uint64
	width int
	size  int // bytes of the column, about
}

// minPatched is how many values a patched column has at least.
const minPatched = 32

// patchOf finds the base and the width with which v takes the fewest bytes.
// It gives up when a sample of v needs all of the width that v needs.
func patchOf(v []uint64, width int) patch {
	// A value that few are below, taken as signed, is the base.
	var sample [64]uint64
	n := min(len(sample), len(v))
	for i := range n {
		sample[i] = v[i*len(v)/n]
	}
	slices.SortFunc(sample[:n], func(a, b uint64) int {
		switch {
		case int64(a) < int64(b):
			return -1
		case int64(a) > int64(b):
			return 1
		}
		return 0
	})
	p := patch{base: sample[n/32], width: 64, size: 8 * len(v)}
	if widthOf(sample[n-1-n/16]-p.base) >= width {
		return p
	}
	var lens [65]int
	for _, x := range v {
		lens[bits.Len64(x-p.base)]++
	}
	// Each value apart takes its own bytes and two or so to say where it is.
	apart, bytesApart := 0, 0
	for width := 64; width >= 0; width-- {
		if width <= maxWidth {
			if size := 12 + packedLen(len(v), width) + bytesApart + 2*apart; size < p.size {
				p.width, p.size = width, size
			}
		}
		apart += lens[width]
		bytesApart += lens[width] * ((width + 15) / 8)
	}
	return p
}

func (c *encoder) appendPatched(b []byte, v []uint64, p patch) []byte {
	room := &c.rooms[c.depth-1]
	at, apart := room.runs[:0], room.lens[:0]
	b = binary.AppendUvarint(b, zigzag(int64(p.base)))
	b = append(b, byte(p.width))
	last := 0
	var acc uint64
	have := 0
	for i, x := range v {
		low := x - p.base
		if low>>p.width != 0 {
			at = append(at, uint64(i-last))
			apart = append(apart, low)
			last, low = i, 0
		}
		acc |= low << have
		for have += p.width; have >= 8; have -= 8 {
			b = append(b, byte(acc))
			acc >>= 8
		}
	}
	if have > 0 {
		b = append(b, byte(acc))
	}
	room.runs, room.lens = at, apart
	b = binary.AppendUvarint(b, uint64(len(at)))
	if len(at) > 0 {
		b = c.appendInts(b, at)
		b = c.appendInts(b, apart)
	}
	return b
}

func (d *decoder) readPatched(out []uint64, b []byte) error {
	z, k := binary.Uvarint(b)
	if k <= 0 {
		return errVarint
	}
	base := uint64(unzigzag(z))
	b = b[k:]
	if len(b) == 0 {
		return errShortColumn
	}
	width := int(b[0])
	size := packedLen(len(out), width)
	if width > maxWidth {
		return fmt.Errorf("patched values of %d bits: at most %d are possible", width, maxWidth)
	}
	if len(b)-1 < size {
		return errShortColumn
	}
	unpack(out, b[1:1+size], base, width)
	b = b[1+size:]
	n, k := binary.Uvarint(b)
	if k <= 0 {
		return errVarint
	}
	b = b[k:]
	if n > uint64(len(out)) {
		return fmt.Errorf("%d patches for %d values", n, len(out))
	}
	if n > 0 {
		d.at, d.patches = room(d.at, int(n)), room(d.patches, int(n))
		var err error
		if b, err = d.readInts(b, d.at); err != nil {
			return err
		}
		if b, err = d.readInts(b, d.patches); err != nil {
			return err
		}
		pos := uint64(0)
		for i, gap := range d.at {
			if pos += gap; gap >= uint64(len(out)) || pos >= uint64(len(out)) {
				return errLongColumn
			}
			out[pos] = base + d.patches[i]
		}
	}
	if len(b) > 0 {
		return errLongColumn
	}
	return nil
}
