package ring

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// TestPlane stores pairs of coordinates whose bits are alike, as those of
// positions on a grid are: x=y and x=-y are where forms are easily mistaken.
func TestPlane(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	grid := func() float64 { return float64(float32(rng.IntN(2000)-1000) / 10) }
	pairs := [][2]float64{{28.200000762939453, 22.200000762939453}, {56.70000076293945, 56.70000076293945},
		{0, math.Copysign(0, -1)}, {math.NaN(), math.Inf(1)}, {1.1, 2}, {2, 1.1}, {1 << 60, 1 << 60}}
	for range 100000 {
		x := grid()
		pairs = append(pairs, [2]float64{x, grid()}, [2]float64{x, x}, [2]float64{x, -x}, [2]float64{x, math.Trunc(x)},
			[2]float64{math.Trunc(x), x})
	}
	buf := make([]byte, 64)
	for _, want := range pairs {
		end, forms := plane(unsafe.Pointer(&buf[0]), want[0], want[1])
		x, i := coordinate(buf, forms&3, 0)
		y, i := coordinate(buf, forms>>2&3, i)
		if math.Float64bits(x) != math.Float64bits(want[0]) || math.Float64bits(y) != math.Float64bits(want[1]) {
			t.Fatalf("got %v, %v, want %v", x, y, want)
		}
		if n := int(uintptr(end) - uintptr(unsafe.Pointer(&buf[0]))); n != i {
			t.Fatalf("%v: %d bytes stored, %d read", want, n, i)
		}
	}
}
