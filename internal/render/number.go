package render

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/aoi-trace/aoi-trace/internal/proof"
)

// Count returns n with commas between the thousands.
func Count[T int | int64 | uint64](n T) string {
	return proof.Count(uint64(n))
}

// Plural returns n and the noun, with an s unless n is 1: "1 event",
// "2,000 events".
func Plural[T int | int64 | uint64](n T, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Count(n) + " " + noun + "s"
}

// Bytes returns a size with three digits and a binary unit.
func Bytes(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%d bytes", n)
	}
	f := float64(n)
	for _, unit := range []string{"KiB", "MiB", "GiB"} {
		if f /= 1024; f < 1000 {
			return fmt.Sprintf("%.3g %s", f, unit)
		}
	}
	return fmt.Sprintf("%.4g TiB", f/1024)
}

// Seconds returns a length of time in seconds with as many decimals as a
// reader needs: milliseconds, or more below one.
func Seconds(d time.Duration) string {
	s := d.Seconds()
	if d >= time.Second || d == 0 {
		return strconv.FormatFloat(float64(d.Round(time.Millisecond).Milliseconds())/1000, 'f', -1, 64) + " s"
	}
	return strconv.FormatFloat(s, 'g', 3, 64) + " s"
}

// figure returns a measured value: whole numbers in full, others with four
// significant digits.
func figure(v float64) string {
	if v == math.Trunc(v) && v >= 0 && v < 1e15 {
		return Count(uint64(v))
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
