package trace

import (
	"cmp"
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

// patchOf finds the base and the width with which v takes the fewest bytes,
// from a sample of v where v is long. It gives up when the sample needs all of
// the width that v needs; least is the least of v.
func patchOf(v []uint64, least uint64, width int) patch {
	// A value that few are below, taken as signed, is the base.
	var sample [64]uint64
	n := min(len(sample), len(v))
	for i := range n {
		sample[i] = v[i*len(v)/n]
	}
	slices.SortFunc(sample[:n], func(a, b uint64) int { return cmp.Compare(int64(a), int64(b)) })
	low, high := sample[n/32], sample[n-1-n/16]
	p := patch{base: low, width: 64, size: 8 * len(v)}
	if widthOf(high-low) < width {
		p.fit(v, low)
	}
	// From the least, nothing stands apart for being below; in short columns
	// that seldom pays.
	if len(v) >= 1024 && least != low && widthOf(high-least) < width {
		whole := patch{base: least, width: 64, size: p.size - p.size/32}
		if whole.fit(v, least); whole.width < 64 {
			p = whole
		}
	}
	return p
}

// The sample of a long column: stretches of it.
const (
	sampleStretch = 64
	sampleEvery   = 8
	sampleMin     = 1 << 13 // shorter columns are looked at as a whole
)

// stretches returns how many of n values to look at, and how many further on
// to look at as many again.
func stretches(n int) (each, every int) {
	if n < sampleMin {
		return n, n
	}
	return sampleStretch, sampleStretch * sampleEvery
}

// fit makes p the best patch with the base if that takes fewer bytes than p.
func (p *patch) fit(v []uint64, base uint64) {
	// Two counts, because one value's bucket is mostly that of the value before.
	var lens, more [65]int32
	each, every := stretches(len(v))
	looked := 0
	for from := 0; from < len(v); from += every {
		stretch := v[from:min(from+each, len(v))]
		looked += len(stretch)
		for ; len(stretch) >= 2; stretch = stretch[2:] {
			lens[bits.Len64(stretch[0]-base)]++
			more[bits.Len64(stretch[1]-base)]++
		}
		if len(stretch) > 0 {
			lens[bits.Len64(stretch[0]-base)]++
		}
	}
	// Each value apart takes its own bytes and two or so to say where it is.
	apart, bytesApart := 0, 0
	for width := 64; width >= 0; width-- {
		if width <= maxWidth {
			beside := bytesApart + 2*apart
			if looked < len(v) {
				beside = beside * len(v) / looked
			}
			if size := 12 + packedLen(len(v), width) + beside; size < p.size {
				p.base, p.width, p.size = base, width, size
			}
		}
		n := int(lens[width] + more[width])
		apart += n
		bytesApart += n * ((width + 15) / 8)
	}
}

func (c *encoder) appendPatched(b []byte, v []uint64, p patch) []byte {
	room := &c.rooms[c.depth-1]
	at, apart := room.runs[:0], room.lens[:0]
	b = binary.AppendUvarint(b, zigzag(int64(p.base)))
	b = append(b, byte(p.width))
	size := packedLen(len(v), p.width)
	b = slices.Grow(b, size+8)
	words := b[len(b) : len(b)+size+8]
	last := 0
	var acc uint64
	have, pos := 0, 0
	for i, x := range v {
		low := x - p.base
		if low>>p.width != 0 {
			at = append(at, uint64(i-last))
			apart = append(apart, low)
			last, low = i, 0
		}
		acc |= low << have
		if have += p.width; have >= 64 {
			binary.LittleEndian.PutUint64(words[pos:], acc)
			pos += 8
			have -= 64
			acc = low >> (p.width - have)
		}
	}
	binary.LittleEndian.PutUint64(words[pos:], acc)
	b = b[:len(b)+size]
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
