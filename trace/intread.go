package trace

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/aoi-trace/aoi-trace/event"
)

// classMask keeps the bytes of a class.
var classMask = [4]uint64{1<<8 - 1, 1<<16 - 1, 1<<32 - 1, 1<<64 - 1}

// readBytes fills out from what appendBytes wrote.
func readBytes(out []uint64, b []byte) error {
	n := len(out)
	if len(b) < (n+3)/4 {
		return errShortColumn
	}
	control, data := b[:(n+3)/4], b[(n+3)/4:]
	i, pos := 0, 0
	for ; i < n && pos+8 <= len(data); i++ {
		class := control[i/4] >> (i % 4 * 2) & 3
		out[i] = binary.LittleEndian.Uint64(data[pos:pos+8]) & classMask[class]
		pos += 1 << class
	}
	for ; i < n; i++ {
		class := control[i/4] >> (i % 4 * 2) & 3
		if pos+1<<class > len(data) {
			return errShortColumn
		}
		var tail [8]byte
		copy(tail[:], data[pos:])
		out[i] = binary.LittleEndian.Uint64(tail[:]) & classMask[class]
		pos += 1 << class
	}
	if pos != len(data) {
		return errLongColumn
	}
	return nil
}

var (
	errShortColumn = errors.New("a column is shorter than its events need")
	errLongColumn  = errors.New("a column is longer than its events need")
	errVarint      = errors.New("a number is cut or does not fit 64 bits")
)

// column cuts the next column off b.
func column(b []byte) (codec byte, body, rest []byte, err error) {
	if len(b) == 0 {
		return 0, nil, nil, errShortColumn
	}
	n, k := binary.Uvarint(b[1:])
	if k <= 0 {
		return 0, nil, nil, errVarint
	}
	if n > uint64(len(b)-1-k) {
		return 0, nil, nil, errShortColumn
	}
	end := 1 + k + int(n)
	return b[0], b[1+k : end], b[end:], nil
}

// A decoder turns bytes into columns and keeps the room it needs for that.
type decoder struct {
	vals     []uint64
	all      []uint32                 // the rows of all kinds, one kind after the other
	rows     [event.NumKinds][]uint32 // the rows of each kind
	some     []uint32                 // those of one kind with one key
	runs     []uint64
	lengths  []uint64
	at       []uint64 // where patches go
	patches  []uint64
	links    []uint64 // of the kind being read
	fresh    int      // how many of them are 0
	second   int      // how many are to one that is 0; -1: not counted yet
	residues []uint64
	depth    int  // of columns that hold columns
	along    bool // in a predicted column
}

// readInts fills out, which is not empty, from the column that b begins with
// and returns what follows it.
func (d *decoder) readInts(b []byte, out []uint64) (rest []byte, err error) {
	codec, body, rest, err := column(b)
	if err != nil {
		return nil, err
	}
	return rest, d.ints(codec, body, out)
}

func (d *decoder) ints(codec byte, b []byte, out []uint64) error {
	n := len(out)
	switch codec {
	case codecConst:
		v, k := binary.Uvarint(b)
		if k <= 0 || k != len(b) {
			return errVarint
		}
		fill(out, v)
	case codecRaw:
		if len(b) != 8*n {
			return lengthError(len(b), 8*n)
		}
		unpack(out, b, 0, 64)
	case codecPacked:
		least, k := binary.Uvarint(b)
		if k <= 0 {
			return errVarint
		}
		return readPacked(out, b[k:], least)
	case codecDelta:
		first, k := binary.Uvarint(b)
		if k <= 0 {
			return errVarint
		}
		least, m := binary.Uvarint(b[k:])
		if m <= 0 {
			return errVarint
		}
		out[0] = 0
		if err := readPacked(out[1:], b[k+m:], uint64(unzigzag(least))); err != nil {
			return err
		}
		sum := first
		for i := range out {
			sum += out[i]
			out[i] = sum
		}
	case codecBytes:
		return readBytes(out, b)
	case codecSteps:
		if err := readBytes(out, b); err != nil {
			return err
		}
		sum := uint64(0)
		for i := range out {
			sum += uint64(unzigzag(out[i]))
			out[i] = sum
		}
	case codecRuns, codecPatched, codecMended:
		if d.depth > 0 {
			return errors.New("a column within a column holds columns")
		}
		d.depth++
		defer func() { d.depth-- }()
		switch codec {
		case codecRuns:
			return d.readRuns(out, b)
		case codecPatched:
			return d.readPatched(out, b)
		}
		first, k := binary.Uvarint(b)
		if k <= 0 {
			return errVarint
		}
		out[0] = first
		if err := d.readPatched(out[1:], b[k:]); err != nil {
			return err
		}
		sum := first
		for i, step := range out[1:] {
			sum += step
			out[i+1] = sum
		}
	case codecPredicted:
		if d.depth > 0 || d.along {
			return errors.New("a column within a column is predicted")
		}
		d.along = true
		defer func() { d.along = false }()
		return d.readPredicted(out, b)
	default:
		return fmt.Errorf("an integer column has the unknown codec %d", codec)
	}
	return nil
}

func readPacked(out []uint64, b []byte, base uint64) error {
	if len(b) == 0 {
		return errShortColumn
	}
	width := int(b[0])
	if width > maxWidth && width != 64 {
		return fmt.Errorf("values of %d bits: at most %d or 64 are possible", width, maxWidth)
	}
	if want := packedLen(len(out), width); len(b)-1 != want {
		return lengthError(len(b)-1, want)
	}
	unpack(out, b[1:], base, width)
	return nil
}

func (d *decoder) readRuns(out []uint64, b []byte) error {
	n, k := binary.Uvarint(b)
	if k <= 0 {
		return errVarint
	}
	if n == 0 || n > uint64(len(out)) {
		return fmt.Errorf("%d runs for %d values", n, len(out))
	}
	d.runs, d.lengths = room(d.runs, int(n)), room(d.lengths, int(n))
	rest, err := d.readInts(b[k:], d.runs)
	if err != nil {
		return err
	}
	if rest, err = d.readInts(rest, d.lengths); err != nil {
		return err
	}
	if len(rest) > 0 {
		return errLongColumn
	}
	at := 0
	for i, run := range d.lengths {
		if run > uint64(len(out)-at) {
			return errLongColumn
		}
		v := d.runs[i]
		if run <= shortRun && len(out)-at >= shortRun {
			// As many values as the longest of the short runs; the next run
			// writes over those that are too many. How long short runs are
			// cannot be guessed, so a loop over them is slow.
			short := out[at : at+shortRun : at+shortRun]
			short[0], short[1], short[2], short[3] = v, v, v, v
			at += int(run)
			continue
		}
		end := at + int(run)
		fill(out[at:end], v)
		at = end
	}
	if at != len(out) {
		return errShortColumn
	}
	return nil
}

const shortRun = 4

func fill(out []uint64, v uint64) {
	for i := range out {
		out[i] = v
	}
}

// room returns a slice of n values that may hold leftovers.
func room[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

func lengthError(got, want int) error {
	if got < want {
		return errShortColumn
	}
	return errLongColumn
}
