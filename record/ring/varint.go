package ring

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// put stores v as a number and returns what follows it. It stores whole
// words: up to 8 bytes behind the number are overwritten.
func put(p unsafe.Pointer, v uint64) unsafe.Pointer {
	if v >= short {
		return putLong(p, v)
	}
	n := size(v)
	store64(p, pack(v, n))
	return unsafe.Add(p, n)
}

// short bounds the numbers that size is right for: up to 4 bytes.
const short = 1 << 28

// size returns how many bytes v < short takes: 7 bits a byte. It counts the
// bounds that v has passed, which is faster than a branch that cannot be
// foreseen.
func size(v uint64) uint64 {
	return 1 + (1<<7-1-v)>>63 + (1<<14-1-v)>>63 + (1<<21-1-v)>>63
}

// pack returns the n bytes of v, in a word.
func pack(v, n uint64) uint64 { return (v<<1 | 1) << ((n - 1) & 63) }

func putLong(p unsafe.Pointer, v uint64) unsafe.Pointer {
	if v < 1<<56 {
		n := (uint64(bits.Len64(v|1)) + 6) / 7
		store64(p, pack(v, n))
		return unsafe.Add(p, n)
	}
	*(*byte)(p) = 0
	store64(unsafe.Add(p, 1), v)
	return unsafe.Add(p, 9)
}

// appendNumber appends v as a number.
func appendNumber(dst []byte, v uint64) []byte {
	if v >= 1<<56 {
		return binary.LittleEndian.AppendUint64(append(dst, 0), v)
	}
	n := (bits.Len64(v|1) + 6) / 7
	v = (v<<1 | 1) << (n - 1)
	for range n {
		dst = append(dst, byte(v))
		v >>= 8
	}
	return dst
}

// zigzag folds a signed difference, so that small ones are small numbers.
func zigzag(d uint64) uint64 { return d<<1 ^ uint64(int64(d)>>63) }

func unzigzag(v uint64) uint64 { return v>>1 ^ -(v & 1) }

// get reads a number at b[i] and returns what follows it. b must have 9 bytes
// there.
func get(b []byte, i int) (uint64, int) {
	if racing {
		return getExact(b, i)
	}
	v := binary.LittleEndian.Uint64(b[i:])
	if byte(v) == 0 {
		return binary.LittleEndian.Uint64(b[i+1:]), i + 9
	}
	n := uint(bits.TrailingZeros64(v)) + 1
	return v << (64 - 8*n) >> (64 - 7*n), i + int(n)
}

// getExact is get that looks at no byte behind the number. The whole word of
// get may reach into what the producer writes at this moment; those bytes are
// thrown away, but the race detector does not know that.
func getExact(b []byte, i int) (v uint64, _ int) {
	n := bits.TrailingZeros8(b[i]) + 1
	if n > 8 {
		return binary.LittleEndian.Uint64(b[i+1:]), i + 9
	}
	for k := range n {
		v |= uint64(b[i+k]) << (8 * k)
	}
	return v >> n, i + n
}

func store64(p unsafe.Pointer, v uint64) {
	binary.LittleEndian.PutUint64((*[8]byte)(p)[:], v)
}

func store32(p unsafe.Pointer, v uint32) {
	binary.LittleEndian.PutUint32((*[4]byte)(p)[:], v)
}
