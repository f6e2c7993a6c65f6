package trace

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// The codecs of float columns: what the integers in them stand for. The body
// is a column of integers, after what the codec needs.
const (
	codecFloat64 = 16 // the bits, in an order that keeps that of the numbers
	codecFloat32 = 17 // the same, of numbers that a float32 holds
	codecDecimal = 18 // numbers that are an integer divided by a power of ten
)

// maxScale is the largest power of ten that numbers are divided by: all up
// to it are exact, and more decimals than these no server means.
const maxScale = 9

var scales = [maxScale + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

// maxExact is beyond the largest integer that all floats below reach.
const maxExact = 1 << 53

// appendFloats appends the column of the floats whose bits v holds. It
// changes v.
func (c *encoder) appendFloats(dst []byte, v []uint64) []byte {
	if v[0] == 0 && v[len(v)-1] == 0 && !slices.ContainsFunc(v, func(y uint64) bool { return y != 0 }) {
		return c.appendFloatBody(dst, codecDecimal, []byte{0, 0}, v) // a plane has no third axis
	}
	if scale, ok := c.decimal(v); ok {
		least := int64(math.MaxInt64)
		for _, x := range c.ints {
			least = min(least, int64(x))
		}
		for i := range c.ints {
			c.ints[i] -= uint64(least)
		}
		head := binary.AppendUvarint([]byte{byte(scale)}, zigzag(least))
		return c.appendFloatBody(dst, codecDecimal, head, c.ints)
	}
	if v, ok := c.single(v); ok {
		return c.appendFloatBody(dst, codecFloat32, nil, v)
	}
	for i, bits := range v {
		if f := math.Float64frombits(bits); f != f {
			bits = canonicalNaN
		}
		v[i] = order64(bits)
	}
	return c.appendFloatBody(dst, codecFloat64, nil, v)
}

// single returns in c.ints what codecFloat32 makes of v, if it can.
func (c *encoder) single(v []uint64) ([]uint64, bool) {
	ints := room(c.ints, len(v))
	c.ints = ints
	for i, bits := range v {
		f := math.Float64frombits(bits)
		g := float32(f)
		if float64(g) != f {
			if f == f {
				return nil, false
			}
			g = float32(math.NaN())
		}
		ints[i] = order32(math.Float32bits(g))
	}
	return ints, true
}

func (c *encoder) appendFloatBody(dst []byte, codec int, head []byte, v []uint64) []byte {
	body := c.appendPredicted(head, v)
	return appendBody(dst, codec, body)
}

// decimal fills c.ints with v multiplied by a power of ten, if dividing by it
// gives back every bit.
func (c *encoder) decimal(v []uint64) (scale int, ok bool) {
	c.ints = room(c.ints, len(v))
	for i := 0; i < len(v); i++ {
		f := math.Float64frombits(v[i])
		x := math.RoundToEven(f * scales[scale])
		if !(x > -maxExact && x < maxExact) {
			return 0, false
		}
		if math.Float64bits(float64(int64(x))/scales[scale]) == v[i] {
			c.ints[i] = uint64(int64(x))
			continue
		}
		// As many more decimals as this value needs, then all values again.
		for ok := false; !ok; {
			if scale++; scale > maxScale {
				return 0, false
			}
			x = math.RoundToEven(f * scales[scale])
			ok = math.Float64bits(x/scales[scale]) == v[i] && x != 0
		}
		i = -1
	}
	return scale, true
}

// canonicalNaN stands for every NaN, as in the text twin.
var canonicalNaN = math.Float64bits(math.NaN())

// order64 maps the bits of floats so that their order is that of the numbers.
func order64(b uint64) uint64 { return b ^ (uint64(int64(b)>>63) | 1<<63) }

func unorder64(b uint64) uint64 { return b ^ (uint64(int64(^b)>>63) | 1<<63) }

func order32(b uint32) uint64 { return uint64(b ^ (uint32(int32(b)>>31) | 1<<31)) }

func unorder32(b uint32) uint32 { return b ^ (uint32(int32(^b)>>31) | 1<<31) }

// readFloats fills out with the bits of the floats of the column that b
// begins with and returns what follows it.
func (d *decoder) readFloats(b []byte, out []uint64) (rest []byte, err error) {
	codec, body, rest, err := column(b)
	if err != nil {
		return nil, err
	}
	scale, least := 0, int64(0)
	switch codec {
	case codecDecimal:
		if len(body) == 0 || body[0] > maxScale {
			return nil, fmt.Errorf("a float column has no scale from 0 to %d", maxScale)
		}
		scale = int(body[0])
		z, k := binary.Uvarint(body[1:])
		if k <= 0 {
			return nil, errVarint
		}
		least = unzigzag(z)
		body = body[1+k:]
	case codecFloat32, codecFloat64:
	default:
		return nil, fmt.Errorf("a float column has the unknown codec %d", codec)
	}
	if body, err = d.readInts(body, out); err != nil {
		return nil, err
	}
	if len(body) > 0 {
		return nil, errLongColumn
	}
	switch codec {
	case codecDecimal:
		by := scales[scale]
		for i, x := range out {
			out[i] = math.Float64bits(float64(int64(x)+least) / by)
		}
	case codecFloat32:
		for i, x := range out {
			f := math.Float32frombits(unorder32(uint32(x)))
			if f != f {
				out[i] = canonicalNaN
				continue
			}
			out[i] = math.Float64bits(float64(f))
		}
	case codecFloat64:
		for i, x := range out {
			bits := unorder64(x)
			if f := math.Float64frombits(bits); f != f {
				bits = canonicalNaN
			}
			out[i] = bits
		}
	}
	return rest, nil
}
