package trace

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Fact is a key and a value of a file's header.
type Fact struct{ Key, Value string }

// maxFacts is how many bytes facts may take.
const maxFacts = 1 << 16

func appendFacts(dst []byte, facts []Fact) []byte {
	for _, f := range facts {
		if len(dst)+len(f.Key)+len(f.Value)+8 > maxFacts {
			continue
		}
		dst = binary.AppendUvarint(dst, uint64(len(f.Key)))
		dst = append(dst, f.Key...)
		dst = binary.AppendUvarint(dst, uint64(len(f.Value)))
		dst = append(dst, f.Value...)
	}
	return dst
}

func parseFacts(b []byte) (facts []Fact, err error) {
	c := cursor{b: b}
	for len(c.b) > 0 && c.err == nil {
		f := Fact{string(c.bytes(maxFacts)), string(c.bytes(maxFacts))}
		if c.err == nil {
			facts = append(facts, f)
		}
	}
	return facts, c.err
}

// A BlockInfo is what the index says of one block of events.
type BlockInfo struct {
	Offset      int64 // in the file
	Events      int
	First, Last time.Duration // the earliest and the latest time in it
	Lost        uint64        // events that its gaps tell of
	ByKind      [event.NumKinds]int
}

// An index collects, while a file is written, what its index blocks will say.
type index struct {
	done     [][]byte // whole index blocks
	entries  []byte
	count    int
	total    int // blocks of events
	attached []byte
	files    int
}

func (x *index) addBlock(offset int64, m *blockMeta) {
	x.entries = binary.AppendUvarint(x.entries, uint64(offset))
	x.entries = binary.AppendUvarint(x.entries, uint64(m.events))
	x.entries = binary.AppendUvarint(x.entries, uint64(m.min))
	x.entries = binary.AppendUvarint(x.entries, uint64(m.max-m.min))
	x.entries = binary.AppendUvarint(x.entries, m.lost)
	x.entries = appendCounts(x.entries, &m.counts)
	x.total++
	if x.count++; x.count == indexPart {
		x.cut()
	}
}

func (x *index) addAttachment(a Attachment) {
	x.attached = binary.AppendUvarint(x.attached, uint64(len(a.Name)))
	x.attached = append(x.attached, a.Name...)
	x.attached = binary.AppendUvarint(x.attached, uint64(len(a.Type)))
	x.attached = append(x.attached, a.Type...)
	x.attached = binary.AppendUvarint(x.attached, uint64(a.Size))
	x.attached = binary.AppendUvarint(x.attached, uint64(a.Offset))
	if x.files++; x.files == indexPart {
		x.cut()
	}
}

// cut ends an index block.
func (x *index) cut() {
	b := binary.AppendUvarint(nil, uint64(x.count))
	b = append(b, x.entries...)
	b = binary.AppendUvarint(b, uint64(x.files))
	b = append(b, x.attached...)
	x.done = append(x.done, b)
	x.entries, x.count, x.attached, x.files = x.entries[:0], 0, x.attached[:0], 0
}

// blocks returns the payloads of the index blocks, at least one.
func (x *index) blocks() [][]byte {
	if x.count > 0 || x.files > 0 || len(x.done) == 0 {
		x.cut()
	}
	return x.done
}

// parseIndex reads the payload of one index block.
func parseIndex(b []byte) (blocks []BlockInfo, files []Attachment, err error) {
	c := cursor{b: b}
	for n := c.number(indexPart); n > 0 && c.err == nil; n-- {
		var info BlockInfo
		info.Offset = int64(c.number(maxSeq))
		info.Events = int(c.number(maxEvents))
		info.First = time.Duration(c.number(uint64(event.MaxTime)))
		info.Last = info.First + time.Duration(c.number(uint64(event.MaxTime-info.First)))
		info.Lost = c.number(maxSeq)
		c.counts(&info.ByKind)
		blocks = append(blocks, info)
	}
	for n := c.number(indexPart); n > 0 && c.err == nil; n-- {
		var a Attachment
		a.Name = string(c.bytes(maxName))
		a.Type = string(c.bytes(maxName))
		a.Size = int64(c.number(maxAttached))
		a.Offset = int64(c.number(maxSeq))
		files = append(files, a)
	}
	return blocks, files, c.err
}

// An endMark tells a whole file from a cut one.
type endMark struct {
	index   uint64 // where the first index block begins
	events  uint64
	lost    uint64
	streams uint32
	blocks  uint32 // of events
}

func (e *endMark) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, e.index)
	dst = binary.LittleEndian.AppendUint64(dst, e.events)
	dst = binary.LittleEndian.AppendUint64(dst, e.lost)
	dst = binary.LittleEndian.AppendUint32(dst, e.streams)
	return binary.LittleEndian.AppendUint32(dst, e.blocks)
}

func (e *endMark) parse(b []byte) error {
	if len(b) < endSize {
		return fmt.Errorf("the end mark has %d bytes: %d are wanted", len(b), endSize)
	}
	e.index = binary.LittleEndian.Uint64(b)
	e.events = binary.LittleEndian.Uint64(b[8:])
	e.lost = binary.LittleEndian.Uint64(b[16:])
	e.streams = binary.LittleEndian.Uint32(b[24:])
	e.blocks = binary.LittleEndian.Uint32(b[28:])
	return nil
}
