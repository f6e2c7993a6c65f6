package trace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A blockMeta is what a block of events says about itself before its columns.
type blockMeta struct {
	events     int
	before     uint64 // events in the file before this block
	lostBefore uint64 // events that gaps before this block tell of
	lost       uint64 // events that gaps in this block tell of
	min, max   time.Duration
	counts     [event.NumKinds]int
	streams    []streamMeta
}

// A streamMeta is what a block holds of one stream.
type streamMeta struct {
	name   string
	first  uint64 // sequence number of its first event here
	events uint64
	lost   uint64 // events that its gaps here tell of
}

// next returns the sequence number that follows the block's last.
func (s *streamMeta) next() uint64 { return s.first + s.events + s.lost }

// info returns what the index says of the block, but for its offset.
func (m *blockMeta) info() BlockInfo {
	return BlockInfo{Events: m.events, First: m.min, Last: m.max, Lost: m.lost, ByKind: m.counts}
}

func (m *blockMeta) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(m.events))
	dst = binary.AppendUvarint(dst, m.before)
	dst = binary.AppendUvarint(dst, m.lostBefore)
	dst = binary.AppendUvarint(dst, m.lost)
	dst = binary.AppendUvarint(dst, uint64(m.min))
	dst = binary.AppendUvarint(dst, uint64(m.max-m.min))
	dst = appendCounts(dst, &m.counts)
	dst = binary.AppendUvarint(dst, uint64(len(m.streams)))
	for i := range m.streams {
		s := &m.streams[i]
		dst = binary.AppendUvarint(dst, uint64(len(s.name)))
		dst = append(dst, s.name...)
		dst = binary.AppendUvarint(dst, s.first)
		dst = binary.AppendUvarint(dst, s.events)
		dst = binary.AppendUvarint(dst, s.lost)
	}
	return dst
}

func appendCounts(dst []byte, counts *[event.NumKinds]int) []byte {
	kinds := 0
	for _, n := range counts {
		if n > 0 {
			kinds++
		}
	}
	dst = append(dst, byte(kinds))
	for k, n := range counts {
		if n > 0 {
			dst = binary.AppendUvarint(append(dst, byte(k)), uint64(n))
		}
	}
	return dst
}

// parse reads what append wrote. Bytes after it belong to a newer version
// and are skipped.
func (m *blockMeta) parse(b []byte) error {
	c := cursor{b: b}
	m.events = int(c.number(maxEvents))
	m.before = c.number(maxSeq)
	m.lostBefore = c.number(maxSeq)
	m.lost = c.number(maxSeq)
	m.min = time.Duration(c.number(uint64(event.MaxTime)))
	m.max = m.min + time.Duration(c.number(uint64(event.MaxTime-m.min)))
	c.counts(&m.counts)
	total := 0
	for _, n := range m.counts {
		total += n
	}
	if c.err == nil && (m.events == 0 || total != m.events) {
		return fmt.Errorf("it holds %d events and counts %d", m.events, total)
	}
	n := int(c.number(uint64(m.events)))
	m.streams = m.streams[:0]
	events, lost, names := uint64(0), uint64(0), 0
	for range n {
		var s streamMeta
		s.name = string(c.bytes(maxName))
		s.first = c.number(maxSeq)
		s.events = c.number(uint64(m.events))
		s.lost = c.number(maxSeq)
		if c.err != nil {
			break
		}
		names += len(s.name)
		if s.name == "" || s.events == 0 || s.next() > maxSeq || names > maxNames {
			return errors.New("it holds a stream without name or events, or beyond the limits")
		}
		events += s.events
		lost += s.lost
		m.streams = append(m.streams, s)
	}
	if c.err != nil {
		return c.err
	}
	if events != uint64(m.events) || lost != m.lost {
		return fmt.Errorf("its streams hold %d events and lost %d, it says %d and %d", events, lost, m.events, m.lost)
	}
	return nil
}

// A cursor reads numbers. After the first that is wrong it gives zeros.
type cursor struct {
	b   []byte
	err error
}

// number reads a number that is at most limit.
func (c *cursor) number(limit uint64) uint64 {
	if c.err != nil {
		return 0
	}
	v, k := binary.Uvarint(c.b)
	if k <= 0 {
		c.err = errVarint
		return 0
	}
	if v > limit {
		c.err = fmt.Errorf("%d where at most %d is possible", v, limit)
		return 0
	}
	c.b = c.b[k:]
	return v
}

// bytes reads a length of at most limit and as many bytes.
func (c *cursor) bytes(limit int) []byte {
	n := c.number(uint64(limit))
	if c.err != nil {
		return nil
	}
	if n > uint64(len(c.b)) {
		c.err = fmt.Errorf("%d bytes are claimed and %d are there", n, len(c.b))
		return nil
	}
	s := c.b[:n]
	c.b = c.b[n:]
	return s
}

func (c *cursor) counts(counts *[event.NumKinds]int) {
	*counts = [event.NumKinds]int{}
	if c.err == nil && len(c.b) == 0 {
		c.err = errVarint
	}
	if c.err != nil {
		return
	}
	n := int(c.b[0])
	c.b = c.b[1:]
	last := byte(0)
	for range n {
		if c.err == nil && len(c.b) == 0 {
			c.err = errVarint
		}
		if c.err != nil {
			return
		}
		k := c.b[0]
		if k <= last || event.Kind(k) >= event.NumKinds {
			c.err = fmt.Errorf("there is no event kind %d, or it is counted out of order", k)
			return
		}
		last = k
		c.b = c.b[1:]
		counts[k] = int(c.number(maxSeq))
	}
}
