package trace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/aoi-trace/aoi-trace/event"
)

// The codecs of integer columns. A column is a codec, the length of its body,
// and the body; docs/format.md says what each body holds.
const (
	codecConst   = 1 // one value
	codecRaw     = 2 // eight bytes each
	codecPacked  = 3 // least value, width, packed differences from the least
	codecDelta   = 4 // first value, least step, width, packed steps
	codecBytes   = 5 // one, two, four or eight bytes each, as control bits say
	codecSteps   = 6 // the same of zigzag steps
	codecRuns    = 7 // a column of values and one of run lengths
	numIntCodecs = 8
)

// byteClass gives for a number of bits which of one, two, four and eight
// bytes hold it.
var byteClass = func() (c [65]uint8) {
	for n := range c {
		switch {
		case n > 32:
			c[n] = 3
		case n > 16:
			c[n] = 2
		case n > 8:
			c[n] = 1
		}
	}
	return c
}()

// An encoder turns columns into bytes and keeps the room it needs for that.
type encoder struct {
	body    []byte
	rows    []uint32 // of one kind
	some    []uint32 // of one kind with one key
	vals    []uint64 // values of a column being gathered
	steps   []uint64
	ints    []uint64 // floats as integers
	runs    []uint64
	lengths []uint64
}

// intShape is what choosing a codec needs to know of a column.
type intShape struct {
	min, max         uint64
	minStep, maxStep int64
	runs             int
	plain, stepped   int // bytes that byte classes would take
}

func shapeOf(v []uint64) intShape {
	s := intShape{min: v[0], max: v[0], runs: 1, plain: 1 << byteClass[bits.Len64(v[0])], stepped: 1 << byteClass[bits.Len64(zigzag(int64(v[0])))]}
	if len(v) > 1 {
		s.minStep = int64(v[1] - v[0])
		s.maxStep = s.minStep
	}
	prev := v[0]
	for _, x := range v[1:] {
		s.min = min(s.min, x)
		s.max = max(s.max, x)
		step := int64(x - prev)
		s.minStep = min(s.minStep, step)
		s.maxStep = max(s.maxStep, step)
		if step != 0 {
			s.runs++
		}
		s.plain += 1 << byteClass[bits.Len64(x)]
		s.stepped += 1 << byteClass[bits.Len64(zigzag(step))]
		prev = x
	}
	return s
}

// appendInts appends the column of v, which is not empty, in the codec that
// needs the fewest bytes.
func (c *encoder) appendInts(dst []byte, v []uint64) []byte { return c.appendColumn(dst, v, true) }

func (c *encoder) appendColumn(dst []byte, v []uint64, mayRun bool) []byte {
	s := shapeOf(v)
	n := len(v)
	if s.runs == 1 {
		return appendBody(dst, codecConst, binary.AppendUvarint(c.body[:0], v[0]))
	}
	codec, best := codecRaw, 8*n
	consider := func(candidate, size int) {
		if size < best {
			codec, best = candidate, size
		}
	}
	width := widthOf(s.max - s.min)
	consider(codecPacked, uvarintLen(s.min)+1+packedLen(n, width))
	stepWidth := widthOf(uint64(s.maxStep) - uint64(s.minStep))
	consider(codecDelta, uvarintLen(v[0])+uvarintLen(zigzag(s.minStep))+1+packedLen(n-1, stepWidth))
	consider(codecBytes, (n+3)/4+s.plain)
	consider(codecSteps, (n+3)/4+s.stepped)
	if mayRun && s.runs < best {
		c.runs, c.lengths = c.runs[:0], c.lengths[:0]
		start := 0
		for i := 1; i <= n; i++ {
			if i == n || v[i] != v[start] {
				c.runs = append(c.runs, v[start])
				c.lengths = append(c.lengths, uint64(i-start))
				start = i
			}
		}
		body := binary.AppendUvarint(nil, uint64(len(c.runs)))
		body = c.appendColumn(body, c.runs, false)
		body = c.appendColumn(body, c.lengths, false)
		if len(body) < best {
			return appendBody(dst, codecRuns, body)
		}
	}
	b := c.body[:0]
	switch codec {
	case codecRaw:
		b = pack(b, v, 0, 64)
	case codecPacked:
		b = binary.AppendUvarint(b, s.min)
		b = pack(append(b, byte(width)), v, s.min, width)
	case codecDelta:
		b = binary.AppendUvarint(b, v[0])
		b = binary.AppendUvarint(b, zigzag(s.minStep))
		c.steps = c.steps[:0]
		for i := 1; i < n; i++ {
			c.steps = append(c.steps, v[i]-v[i-1])
		}
		b = pack(append(b, byte(stepWidth)), c.steps, uint64(s.minStep), stepWidth)
	case codecBytes:
		b = appendBytes(b, v)
	case codecSteps:
		c.steps = c.steps[:0]
		prev := uint64(0)
		for _, x := range v {
			c.steps = append(c.steps, zigzag(int64(x-prev)))
			prev = x
		}
		b = appendBytes(b, c.steps)
	}
	c.body = b
	return appendBody(dst, codec, b)
}

func appendBody(dst []byte, codec int, body []byte) []byte {
	dst = append(dst, byte(codec))
	dst = binary.AppendUvarint(dst, uint64(len(body)))
	return append(dst, body...)
}

func uvarintLen(v uint64) int { return max(1, (bits.Len64(v)+6)/7) }

// appendBytes appends two control bits a value, then the values.
func appendBytes(dst []byte, v []uint64) []byte {
	control := len(dst)
	for range (len(v) + 3) / 4 {
		dst = append(dst, 0)
	}
	for i, x := range v {
		class := byteClass[bits.Len64(x)]
		dst[control+i/4] |= class << (i % 4 * 2)
		for range 1 << class {
			dst = append(dst, byte(x))
			x >>= 8
		}
	}
	return dst
}

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
	vals    []uint64
	all     []uint32                 // the rows of all kinds, one kind after the other
	rows    [event.NumKinds][]uint32 // the rows of each kind
	some    []uint32                 // those of one kind with one key
	runs    []uint64
	lengths []uint64
}

// readInts fills out, which is not empty, from the column that b begins with
// and returns what follows it.
func (d *decoder) readInts(b []byte, out []uint64) (rest []byte, err error) {
	codec, body, rest, err := column(b)
	if err != nil {
		return nil, err
	}
	return rest, d.ints(codec, body, out, true)
}

func (d *decoder) ints(codec byte, b []byte, out []uint64, mayRun bool) error {
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
	case codecRuns:
		if !mayRun {
			return errors.New("runs of runs")
		}
		return d.readRuns(out, b)
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
	codec, body, rest, err := column(b[k:])
	if err != nil {
		return err
	}
	if err := d.ints(codec, body, d.runs, false); err != nil {
		return err
	}
	if codec, body, rest, err = column(rest); err != nil {
		return err
	}
	if len(rest) > 0 {
		return errLongColumn
	}
	if err := d.ints(codec, body, d.lengths, false); err != nil {
		return err
	}
	at := 0
	for i, run := range d.lengths {
		if run > uint64(len(out)-at) {
			return errLongColumn
		}
		fill(out[at:at+int(run)], d.runs[i])
		at += int(run)
	}
	if at != len(out) {
		return errShortColumn
	}
	return nil
}

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
