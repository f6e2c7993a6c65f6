package trace

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// Stats says what a trace file holds.
type Stats struct {
	Version      int
	Facts        []Fact
	Events       uint64
	ByKind       [event.NumKinds]uint64
	Lost         uint64 // events that gaps tell of
	Damaged      uint64 // events that were in the file and cannot be read, where that is known
	Blocks       int    // of events
	Streams      int
	First, Last  time.Duration // the earliest and the latest time of an event
	Complete     bool          // the end mark is there: the file was not cut
	Bytes        int64
	DamagedBytes int64
	Damage       *FormatError // the first, if any
	Attachments  []Attachment

	written uint64 // events, as the end mark says
}

// BytesPerEvent returns the bytes of the file, attachments apart, divided by
// its events.
func (s *Stats) BytesPerEvent() float64 {
	bytes := s.Bytes
	for _, a := range s.Attachments {
		bytes -= a.Size
	}
	return float64(bytes) / float64(max(1, s.Events))
}

func (s *Stats) add(info *BlockInfo) {
	if s.Events == 0 {
		s.First, s.Last = info.First, info.Last
	}
	s.First, s.Last = min(s.First, info.First), max(s.Last, info.Last)
	s.Events += uint64(info.Events)
	s.Lost += info.Lost
	s.Blocks++
	for k, n := range info.ByKind {
		s.ByKind[k] += uint64(n)
	}
}

// ReadStats returns what the trace file of size bytes holds. Of a whole file
// it reads header, index and end mark alone, so that damage to blocks of
// events goes unseen; of any other it reads everything, and returns a
// *FormatError beside the statistics if there is damage.
func ReadStats(r io.ReaderAt, size int64) (Stats, error) {
	st, _, err := readIndex(r, size)
	if err == nil {
		return st, nil
	}
	tr, err := NewReader(io.NewSectionReader(r, 0, size))
	if err != nil {
		return Stats{}, err
	}
	for {
		if _, err := tr.Next(); err == io.EOF {
			return tr.Stats(), nil
		} else if err != nil {
			return tr.Stats(), err
		}
	}
}

// ReadIndex returns where the blocks of events are in the trace file of size
// bytes, from its index or, where that is missing, by going through the file.
func ReadIndex(r io.ReaderAt, size int64) ([]BlockInfo, error) {
	if _, blocks, err := readIndex(r, size); err == nil {
		return blocks, nil
	}
	tr, err := NewReader(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, err
	}
	var blocks []BlockInfo
	for {
		f, offset, meta, _, ok := tr.scan.next()
		if !ok {
			break
		}
		if f.kind == blockEvents && tr.meta.parse(meta) == nil {
			info := tr.meta.info()
			info.Offset = offset
			blocks = append(blocks, info)
		}
	}
	if err := tr.scan.error(); err != io.EOF {
		return blocks, err
	}
	return blocks, nil
}

// CopyAttachment writes a, which the statistics of the trace file r of size
// bytes name, to w.
func CopyAttachment(w io.Writer, r io.ReaderAt, size int64, a Attachment) error {
	s := scanner{r: io.NewSectionReader(r, a.Offset, max(0, size-a.Offset)), base: a.Offset, last: -1, middle: true}
	for at := int64(0); ; {
		f, offset, meta, payload, ok := s.next()
		var m partMeta
		if ok && f.kind == blockAttach {
			if err := m.parse(meta, len(payload)); err != nil {
				return &FormatError{offset, "reading attachment " + a.Name, err}
			}
		}
		if m.name != a.Name || int64(m.at) != at {
			return &FormatError{offset, "reading attachment " + a.Name, fmt.Errorf("the part from byte %d is missing", at)}
		}
		if _, err := w.Write(payload); err != nil {
			return fmt.Errorf("writing attachment %s: %w", a.Name, err)
		}
		if at += int64(len(payload)); at >= a.Size {
			return nil
		}
	}
}

var errNoIndex = errors.New("there is no whole index")

// readIndex reads header, index and end mark of a whole file. What disagrees
// is an error: the index is only a cache.
func readIndex(r io.ReaderAt, size int64) (st Stats, blocks []BlockInfo, err error) {
	tail := make([]byte, frameSize+endSize)
	if size < prefaceSize+int64(len(tail)) {
		return st, nil, errNoIndex
	}
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil {
		return st, nil, err
	}
	f, err := parseFrame(tail)
	if err != nil || f.kind != blockEnd || f.meta != endSize || checksum(tail[frameSize:]) != f.metaSum {
		return st, nil, errNoIndex
	}
	var end endMark
	if err := end.parse(tail[frameSize:]); err != nil {
		return st, nil, err
	}
	if end.index < prefaceSize || end.index >= uint64(size) {
		return st, nil, errNoIndex
	}

	head, err := NewReader(io.NewSectionReader(r, 0, min(size, 2*maxFacts)))
	if err != nil || head.scan.damage != nil {
		return st, nil, errNoIndex
	}
	if f, _, meta, _, ok := head.scan.next(); ok && f.kind == blockHeader {
		if st.Facts, err = parseFacts(meta); err != nil {
			return st, nil, err
		}
	}

	s := scanner{r: io.NewSectionReader(r, int64(end.index), size-int64(end.index)), base: int64(end.index), last: -1, middle: true}
	for {
		f, _, _, payload, ok := s.next()
		if !ok {
			break
		}
		if f.kind == blockIndex {
			bs, files, err := parseIndex(payload)
			if err != nil {
				return st, nil, err
			}
			blocks = append(blocks, bs...)
			st.Attachments = append(st.Attachments, files...)
		}
	}
	for i := range blocks {
		st.add(&blocks[i])
	}
	if s.error() != io.EOF || st.Events != end.events || st.Lost != end.lost || st.Blocks != int(end.blocks) {
		return st, nil, errNoIndex
	}
	st.Version, st.Streams, st.Complete, st.Bytes = Version, int(end.streams), true, size
	return st, blocks, nil
}
