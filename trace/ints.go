package trace

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/aoi-trace/aoi-trace/event"
)

// The codecs of integer columns. A column is a codec, the length of its body,
// and the body; docs/format.md says what each body holds.
const (
	codecConst     = 1  // one value
	codecRaw       = 2  // eight bytes each
	codecPacked    = 3  // base, width, packed differences from the base
	codecDelta     = 4  // first value, base, width, packed differences of the steps from the base
	codecBytes     = 5  // one, two, four or eight bytes each, as control bits say
	codecSteps     = 6  // the same of zigzag steps
	codecRuns      = 7  // a column of values and one of run lengths
	codecPatched   = 8  // as codecPacked, and values that do not fit it
	codecMended    = 9  // as codecDelta, and steps that do not fit it
	codecLinked    = 10 // how far back the same entity is, and the new entities
	codecPredicted = 11 // differences from what the links predict
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

// intShape is what choosing a codec needs to know of a column.
type intShape struct {
	min, max uint64
	runs     int
}

// shapeOf looks at v, which is not empty.
func shapeOf(v []uint64) intShape {
	s := intShape{min: v[0], max: v[0], runs: 1}
	prev := v[0]
	for _, x := range v {
		s.min = min(s.min, x)
		s.max = max(s.max, x)
		// 1 if it is another; a branch would be guessed wrong half the time.
		diff := x ^ prev
		s.runs += int((diff | -diff) >> 63)
		prev = x
	}
	return s
}

// stepsOf fills steps, one shorter than v, and returns the least and the
// greatest step.
func stepsOf(v, steps []uint64) (least, most int64) {
	least = int64(v[1] - v[0])
	most = least
	prev := v[0]
	for i, x := range v[1:] {
		step := int64(x - prev)
		steps[i] = uint64(step)
		least = min(least, step)
		most = max(most, step)
		prev = x
	}
	return least, most
}

// Which of a column's values and steps are worth a look.
const (
	lookAtValues = 1 << iota
	lookAtSteps
)

// sampled is how many pairs of a long column decide whether values or steps
// are looked at.
const sampled = 512

// worth compares, in a sample of a long column, the values with the steps:
// what comes out a good deal larger is not looked at any further.
func worth(v []uint64) int {
	const stretch = 8
	var pairs [2][sampled]uint64
	n := 0
	for i := range sampled / stretch {
		at := i * (len(v) - stretch - 1) / (sampled/stretch - 1)
		for k := at; k < at+stretch; k++ {
			pairs[0][n] = v[k]
			pairs[1][n] = v[k+1] - v[k]
			n++
		}
	}
	var size [2]int
	for i := range pairs {
		least, most := pairs[i][0], pairs[i][0]
		for _, x := range pairs[i] {
			if int64(x) < int64(least) {
				least = x
			}
			if int64(x) > int64(most) {
				most = x
			}
		}
		width := widthOf(most - least)
		size[i] = min(packedLen(sampled, width), patchOf(pairs[i][:], least, width).size)
	}
	switch {
	case size[0]*17/16+8 < size[1]:
		return lookAtValues
	case size[1]*17/16+8 < size[0]:
		return lookAtSteps
	}
	return lookAtValues | lookAtSteps
}

// byteSizes returns how many bytes codecBytes and codecSteps would take.
func byteSizes(v []uint64) (plain, stepped int) {
	plain = (len(v) + 3) / 4
	stepped = plain
	prev := uint64(0)
	for _, x := range v {
		plain += 1 << byteClass[bits.Len64(x)]
		stepped += 1 << byteClass[bits.Len64(zigzag(int64(x-prev)))]
		prev = x
	}
	return plain, stepped
}

// An encoder turns columns into bytes and keeps the room it needs for that.
type encoder struct {
	all   []uint32                 // the rows of all kinds, one kind after the other
	rows  [event.NumKinds][]uint32 // the rows of each kind
	some  []uint32                 // those of one kind with one key
	vals  []uint64                 // values of a column being gathered
	ints  []uint64                 // floats as integers
	links links
	depth int         // of the column being appended, from 1
	along bool        // it is along links: columns in it may hold columns
	rooms [4]struct { // for a column, for one in it, and so on
		body       []byte
		steps      []uint64
		runs, lens []uint64
	}
}

// appendInts appends the column of v, which is not empty, in the codec that
// needs the fewest bytes.
func (c *encoder) appendInts(dst []byte, v []uint64) []byte {
	room := &c.rooms[c.depth]
	c.depth++
	codec, body := c.choose(room.body[:0], v, c.depth == 1 || c.along && c.depth == 2)
	c.depth--
	room.body = body
	return appendBody(dst, codec, body)
}

// manyValues is from where patches are always better than whole bytes.
const manyValues = 256

// choose appends the body of the best codec. Only one that mayNest holds
// other columns.
func (c *encoder) choose(b []byte, v []uint64, mayNest bool) (int, []byte) {
	n := len(v)
	same := 1
	for same < n && v[same] == v[0] {
		same++
	}
	if same == n {
		return codecConst, binary.AppendUvarint(b, v[0])
	}
	room := &c.rooms[c.depth-1]
	s := shapeOf(v)
	look := lookAtValues | lookAtSteps
	if n >= sampleMin {
		look = worth(v)
	}
	codec, best := codecRaw, 8*n
	consider := func(candidate, size int) {
		if size < best {
			codec, best = candidate, size
		}
	}
	width := widthOf(s.max - s.min)
	consider(codecPacked, uvarintLen(s.min)+1+packedLen(n, width))
	var steps []uint64
	var minStep, maxStep int64
	stepWidth := 64
	if look&lookAtSteps != 0 {
		room.steps = slices.Grow(room.steps[:0], n)
		steps = room.steps[:n-1]
		minStep, maxStep = stepsOf(v, steps)
		stepWidth = widthOf(uint64(maxStep) - uint64(minStep))
		consider(codecDelta, uvarintLen(v[0])+uvarintLen(zigzag(minStep))+1+packedLen(n-1, stepWidth))
	}
	if n < manyValues || !mayNest {
		plain, stepped := byteSizes(v)
		consider(codecBytes, plain)
		consider(codecSteps, stepped)
	}
	var fit, stepFit patch
	if mayNest && n >= minPatched {
		if look&lookAtValues != 0 {
			if fit = patchOf(v, s.min, width); fit.width < width {
				consider(codecPatched, fit.size)
			}
		}
		if look&lookAtSteps != 0 {
			if stepFit = patchOf(steps, uint64(minStep), stepWidth); stepFit.width < stepWidth {
				consider(codecMended, stepFit.size)
			}
		}
	}
	if mayNest && s.runs < best && s.runs < n*2/3 {
		if runs := c.appendRuns(b, v, s.runs, width, best); len(runs) > 0 && len(runs) < best {
			return codecRuns, runs
		}
	}
	switch codec {
	case codecRaw:
		b = pack(b, v, 0, 64)
	case codecPacked:
		b = binary.AppendUvarint(b, s.min)
		b = pack(append(b, byte(width)), v, s.min, width)
	case codecDelta:
		b = binary.AppendUvarint(b, v[0])
		b = binary.AppendUvarint(b, zigzag(minStep))
		b = pack(append(b, byte(stepWidth)), steps, uint64(minStep), stepWidth)
	case codecBytes:
		b = appendBytes(b, v)
	case codecSteps:
		room.steps = append(room.steps[:0], zigzag(int64(v[0])))
		for i := 1; i < n; i++ {
			room.steps = append(room.steps, zigzag(int64(v[i]-v[i-1])))
		}
		b = appendBytes(b, room.steps)
	case codecPatched:
		b = c.appendPatched(b, v, fit)
	case codecMended:
		b = binary.AppendUvarint(b, v[0])
		b = c.appendPatched(b, steps, stepFit)
	}
	return codec, b
}

// appendRuns appends how many runs there are, their values, their lengths. It
// appends nothing if that is sure to take more than best bytes, given that
// there are n runs of values of width bits.
func (c *encoder) appendRuns(b []byte, v []uint64, n, width, best int) []byte {
	room := &c.rooms[c.depth-1]
	room.runs, room.lens = slices.Grow(room.runs[:0], n+1)[:n+1], slices.Grow(room.lens[:0], n+1)[:n+1]
	runs, lens := room.runs, room.lens
	// Each value goes to the place of its run; the next run takes a new one.
	at, start, prev := 0, 0, v[0]
	runs[0] = prev
	for i, x := range v {
		if x != prev {
			lens[at] = uint64(i - start)
			at++
			start, prev = i, x
			runs[at] = x
		}
	}
	lens[at] = uint64(len(v) - start)
	runs, lens = runs[:n], lens[:n]
	// A length takes ten bits in whole bytes, or less if all are short.
	longest := uint64(0)
	for _, x := range lens {
		longest = max(longest, x)
	}
	if n*(min(width, 10)+min(widthOf(longest-1), 10))/8 > best+best/8 {
		return b[:0]
	}
	b = binary.AppendUvarint(b, uint64(n))
	b = c.appendInts(b, runs)
	return c.appendInts(b, lens)
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
