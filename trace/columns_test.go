package trace

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// values returns n values that f makes.
func values(n int, f func(i int) uint64) []uint64 {
	v := make([]uint64, n)
	for i := range v {
		v[i] = f(i)
	}
	return v
}

// Each codec is chosen for what it is there for, and gives back every bit.
func TestIntColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name  string
		codec byte
		v     []uint64
	}{
		{"one", codecConst, []uint64{7}},
		{"equal", codecConst, values(1000, func(int) uint64 { return math.MaxUint64 })},
		{"wild", codecRaw, values(1000, func(int) uint64 { return rng.Uint64() })},
		{"small", codecPacked, values(1000, func(int) uint64 { return 1<<60 + rng.Uint64N(100) })},
		{"sequence", codecDelta, values(1000, func(i int) uint64 { return uint64(i) * 3 })},
		{"falling", codecDelta, values(1000, func(i int) uint64 { return uint64(1000-i) * 3 })},
		{"around zero", codecDelta, values(1000, func(i int) uint64 { return uint64(i) - 500 })},
		{"few, of all sizes", codecBytes, []uint64{1, 1 << 60, 2, 300, 5, 1 << 40, 4, 4}},
		{"few steps of all sizes", codecSteps, []uint64{1 << 60, 1<<60 + 1, 1<<60 + 5, 1 << 61, 1<<61 + 1, 1<<61 - 3, 1 << 61, 1<<61 + 2}},
		{"long runs", codecRuns, values(1000, func(i int) uint64 { return uint64(i / 100 * i / 100) })},
		{"outliers", codecPatched, values(1000, func(i int) uint64 {
			if i%100 == 50 {
				return math.MaxUint64
			}
			return rng.Uint64N(50)
		})},
		{"times", codecMended, values(1000, func(i int) uint64 { return uint64(i*100) + rng.Uint64N(50) + uint64(i/200)*40_000_000 })},
	} {
		var enc encoder
		b := enc.appendInts(nil, c.v)
		if b[0] != c.codec {
			t.Errorf("%s: got codec %d, want %d", c.name, b[0], c.codec)
		}
		out := make([]uint64, len(c.v))
		rest, err := new(decoder).readInts(b, out)
		if err != nil || len(rest) > 0 || !slices.Equal(out, c.v) {
			t.Errorf("%s: %v, %d bytes left, or other values", c.name, err, len(rest))
		}
		if c.codec != codecRaw && c.codec != codecConst && len(b) > 8*len(c.v) {
			t.Errorf("%s: %d bytes for %d values", c.name, len(b), len(c.v))
		}
	}
}

// Columns of any length and spread come back, and cut ones are refused.
func TestIntColumnsAtRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var enc encoder
	var dec decoder
	for range 5000 {
		shift, odd := rng.IntN(65), rng.IntN(4) == 0
		last := rng.Uint64()
		stick := rng.IntN(8)
		v := values(1+rng.IntN(400), func(i int) uint64 {
			if stick > 0 && rng.IntN(8) < stick {
				return last
			}
			last = rng.Uint64() >> shift
			if odd && rng.IntN(30) == 0 {
				last = rng.Uint64()
			}
			return last
		})
		b := enc.appendInts(nil, v)
		out := make([]uint64, len(v))
		if rest, err := dec.readInts(b, out); err != nil || len(rest) > 0 || !slices.Equal(out, v) {
			t.Fatalf("codec %d, %d values: %v, %d bytes left, or other values", b[0], len(v), err, len(rest))
		}
		if _, err := dec.readInts(b[:rng.IntN(len(b))], out); err == nil {
			t.Fatalf("codec %d, %d values: a cut column is taken", b[0], len(v))
		}
	}
}

func TestFloatColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	negativeZero := math.Copysign(0, -1)
	floats := func(f func(i int) float64) []uint64 {
		return values(1000, func(i int) uint64 { return math.Float64bits(f(i)) })
	}
	for _, c := range []struct {
		name  string
		codec byte
		size  int // bytes a value, at most
		v     []uint64
	}{
		{"integers", codecDecimal, 2, floats(func(int) float64 { return float64(rng.IntN(1000) - 500) })},
		{"hundredths", codecDecimal, 3, floats(func(int) float64 { return float64(rng.IntN(100000)) / 100 })},
		{"billionths", codecDecimal, 5, floats(func(int) float64 { return float64(rng.IntN(1e9)) / 1e9 })},
		{"large integers", codecDecimal, 8, floats(func(int) float64 { return float64(rng.Int64N(1<<53 - 1)) })},
		{"float32", codecFloat32, 5, floats(func(int) float64 { return float64(rng.Float32() * 1000) })},
		{"float32 with all else", codecFloat32, 5, floats(func(i int) float64 {
			return []float64{negativeZero, math.NaN(), math.Inf(1), math.Inf(-1), math.SmallestNonzeroFloat32, math.MaxFloat32, -1}[i%7]
		})},
		{"float64", codecFloat64, 9, floats(func(int) float64 { return rng.NormFloat64() })},
		{"float64 with all else", codecFloat64, 9, floats(func(i int) float64 {
			return []float64{negativeZero, math.NaN(), math.Inf(1), math.Inf(-1), 5e-324, math.MaxFloat64, -0.1}[i%7]
		})},
		{"a number of its own", codecFloat64, 9, floats(func(int) float64 { return math.Float64frombits(rng.Uint64()) })},
		{"every NaN", codecFloat32, 1, floats(func(i int) float64 { return math.Float64frombits(0x7ff8_0000_0000_0001 + uint64(i)<<20) })},
	} {
		var enc encoder
		b := enc.appendFloats(nil, slices.Clone(c.v))
		if b[0] != c.codec || len(b) > c.size*len(c.v)+20 {
			t.Errorf("%s: got codec %d and %d bytes, want %d and at most %d", c.name, b[0], len(b), c.codec, c.size*len(c.v)+20)
		}
		out := make([]uint64, len(c.v))
		rest, err := new(decoder).readFloats(b, out)
		if err != nil || len(rest) > 0 {
			t.Errorf("%s: %v, %d bytes left", c.name, err, len(rest))
		}
		for i := range out {
			want := c.v[i]
			if f := math.Float64frombits(want); f != f {
				want = canonicalNaN
			}
			if out[i] != want {
				t.Errorf("%s: value %d: got %x, want %x", c.name, i, out[i], want)
				break
			}
		}
	}
}

func TestPacking(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for width := 0; width <= 64; width++ {
		if width > maxWidth && width < 64 {
			continue
		}
		for n := range 70 {
			v := values(n, func(int) uint64 {
				if width == 0 {
					return 0
				}
				return rng.Uint64() >> (64 - width)
			})
			base := rng.Uint64()
			b := pack(nil, values(n, func(i int) uint64 { return v[i] + base }), base, width)
			if len(b) != packedLen(n, width) {
				t.Fatalf("%d values of %d bits: %d bytes, want %d", n, width, len(b), packedLen(n, width))
			}
			out := make([]uint64, n)
			unpack(out, b, 0, width)
			if !slices.Equal(out, v) {
				t.Fatalf("%d values of %d bits: got %v, want %v", n, width, out, v)
			}
		}
	}
}
