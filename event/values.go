package event

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// This file reads the values of the text twin; text.go writes them.

func checkList(t Type, text string) error {
	if text == "" {
		return nil
	}
	last := Invalid
	for _, part := range strings.Split(text, ",") {
		if t == IDsType {
			if v, err := parseUint(part); err != nil || strconv.FormatUint(v, 10) != part {
				return fmt.Errorf("%q is not a list of identifiers: 7,8,9", text)
			}
			continue
		}
		name, n, ok := strings.Cut(part, ":")
		kind, known := KindNamed(name)
		v, err := parseUint(n)
		if !ok || !known || err != nil || strconv.FormatUint(v, 10) != n {
			return fmt.Errorf("%q is not a list of counts: enter:3,move:309", text)
		}
		if kind <= last {
			return fmt.Errorf("%q is not in the order of the table of kinds", text)
		}
		last = kind
	}
	return nil
}

func parseUint(s string) (uint64, error) {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		if errors.Is(err, strconv.ErrRange) {
			return 0, fmt.Errorf("%q is larger than 64 bits hold", s)
		}
		return 0, fmt.Errorf("%q is not a whole number from 0", s)
	}
	return v, nil
}

func parseFloat(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	if math.IsNaN(v) {
		return math.NaN(), nil
	}
	return v, nil
}

func parseFloats(s string, out []float64) error {
	parts := strings.Split(s, ",")
	if len(parts) != len(out) {
		return fmt.Errorf("%q is not %d numbers with commas between them", s, len(out))
	}
	for i, part := range parts {
		v, err := parseFloat(part)
		if err != nil {
			return err
		}
		out[i] = v
	}
	return nil
}

func parseVec(s string) (Vec, error) {
	var f [3]float64
	err := parseFloats(s, f[:])
	return Vec{f[0], f[1], f[2]}, err
}

// parseRegion reads two corners: six numbers, or four in the plane, where the
// third axis is 0.
func parseRegion(s string) (min, max Vec, err error) {
	var f [6]float64
	if strings.Count(s, ",") == 3 {
		err = parseFloats(s, f[:4])
		return Vec{f[0], f[1], 0}, Vec{f[2], f[3], 0}, err
	}
	err = parseFloats(s, f[:])
	return Vec{f[0], f[1], f[2]}, Vec{f[3], f[4], f[5]}, err
}

func parseEnum(k *Key, s string) (uint8, error) {
	if k.Type == BoolType {
		switch s {
		case "true":
			return 1, nil
		case "false":
			return 0, nil
		}
		return 0, fmt.Errorf("%q is neither true nor false", s)
	}
	for i, name := range k.Enum {
		if name == s {
			return uint8(i), nil
		}
	}
	return 0, fmt.Errorf("%q is none of %s", s, strings.Join(k.Enum, ", "))
}

func parseHex(s string, digits int) (uint64, error) {
	v, err := strconv.ParseUint(s, 16, 64)
	if err != nil || len(s) != digits || strings.ToLower(s) != s {
		return 0, fmt.Errorf("%q is not %d lower-case hexadecimal digits", s, digits)
	}
	return v, nil
}

// maxSeconds is the most whole seconds that a time.Duration holds.
const maxSeconds = math.MaxInt64/1_000_000_000 - 1

// parseTime reads seconds with up to nine decimals, not negative.
func parseTime(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not seconds with up to nine decimals", s)
	whole, frac, dot := strings.Cut(s, ".")
	sec, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || dot && (frac == "" || len(frac) > 9) || strings.HasPrefix(whole, "+") {
		return 0, bad
	}
	var ns uint64
	for i := range 9 {
		ns *= 10
		if i < len(frac) {
			if frac[i] < '0' || frac[i] > '9' {
				return 0, bad
			}
			ns += uint64(frac[i] - '0')
		}
	}
	if sec > maxSeconds {
		return 0, fmt.Errorf("%q is more than 292 years", s)
	}
	return time.Duration(sec*1e9 + ns), nil
}
