package trace

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Values stand side by side without padding, lowest bit first, each in the
// same number of bits: 0 to maxWidth, or 64. A value of at most maxWidth bits
// is within the eight bytes that begin where it does.
const maxWidth = 56

// widthOf returns how many bits are used for values up to max.
func widthOf(max uint64) int {
	if w := bits.Len64(max); w <= maxWidth {
		return w
	}
	return 64
}

// packedLen returns how many bytes n values of width bits take.
func packedLen(n, width int) int { return (n*width + 7) / 8 }

// pack appends v[i]-base, each in width bits.
func pack(dst []byte, v []uint64, base uint64, width int) []byte {
	if width == 0 {
		return dst
	}
	if width == 64 {
		for _, x := range v {
			dst = binary.LittleEndian.AppendUint64(dst, x-base)
		}
		return dst
	}
	size := packedLen(len(v), width)
	dst = slices.Grow(dst, size+8) // the last word may be written whole
	words := dst[len(dst) : len(dst)+size+8]
	var acc uint64
	have, at := 0, 0
	for _, x := range v {
		x -= base
		acc |= x << have
		if have += width; have >= 64 {
			binary.LittleEndian.PutUint64(words[at:], acc)
			at += 8
			have -= 64
			acc = x >> (width - have)
		}
	}
	binary.LittleEndian.PutUint64(words[at:], acc)
	return dst[:len(dst)+size]
}

// unpack fills out from b, which pack wrote and whose length is right.
func unpack(out []uint64, b []byte, base uint64, width int) {
	if width == 0 {
		for i := range out {
			out[i] = base
		}
		return
	}
	if width == 64 {
		for i := range out {
			out[i] = base + binary.LittleEndian.Uint64(b[8*i:])
		}
		return
	}
	mask := uint64(1)<<width - 1
	// Whole words as long as eight bytes are left; several values from one
	// word where they fit it, the first of them up to seven bits in.
	i, bit := 0, 0
	if last := len(b) - 8; last >= 0 {
		n := min(len(out), (last*8+7)/width+1) // values that begin where a word does
		switch {
		case width <= 14:
			for ; i+4 <= n; i += 4 {
				word := binary.LittleEndian.Uint64(b[bit>>3:bit>>3+8]) >> (bit & 7)
				four := out[i : i+4 : i+4]
				four[0] = base + word&mask
				word >>= width
				four[1] = base + word&mask
				word >>= width
				four[2] = base + word&mask
				four[3] = base + word>>width&mask
				bit += 4 * width
			}
		case width <= 28:
			for ; i+2 <= n; i += 2 {
				word := binary.LittleEndian.Uint64(b[bit>>3:bit>>3+8]) >> (bit & 7)
				two := out[i : i+2 : i+2]
				two[0] = base + word&mask
				two[1] = base + word>>width&mask
				bit += 2 * width
			}
		}
		for ; i < n; i++ {
			out[i] = base + binary.LittleEndian.Uint64(b[bit>>3:bit>>3+8])>>(bit&7)&mask
			bit += width
		}
	}
	for ; i < len(out); i++ {
		var tail [8]byte
		copy(tail[:], b[bit>>3:])
		out[i] = base + binary.LittleEndian.Uint64(tail[:])>>(bit&7)&mask
		bit += width
	}
}

// zigzag makes small numbers of both signs small.
func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
