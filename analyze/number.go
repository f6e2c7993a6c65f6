package analyze

import (
	"strconv"
	"time"
)

// Number writes a distance or a rate for people: six digits at most.
func Number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// Elapsed writes a length of time for people: "2.4 s".
func Elapsed(d time.Duration) string {
	s := d.Seconds()
	switch {
	case s >= 100:
		return strconv.FormatFloat(s, 'f', 0, 64) + " s"
	case s >= 0.0995:
		return strconv.FormatFloat(s, 'g', 3, 64) + " s"
	case d >= time.Millisecond:
		return strconv.FormatFloat(s*1e3, 'g', 3, 64) + " ms"
	}
	return strconv.FormatFloat(s*1e6, 'g', 3, 64) + " µs"
}
