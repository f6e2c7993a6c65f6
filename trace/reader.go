package trace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Reader reads a trace file from its beginning, without seeking. It is an
// event.Source: Next yields all events of all whole blocks, before and after
// any damage, then io.EOF or a *FormatError that says where the first damage
// is. Events lost to damage are told by a gap event with why=damage, before
// the next event of their stream.
type Reader struct {
	scan   scanner
	t      *event.Tables
	check  *event.Checker
	block  *event.Block
	dec    decoder
	names  names
	meta   blockMeta
	next   []uint64 // the next sequence number of each stream
	round  []uint32 // the block that last had each stream
	rounds uint32
	stats  Stats
	middle bool // it began after other blocks: what streams had before is not known
	attach func(Attachment) io.Writer
	part   attached
	err    error
}

// A ReaderOption changes how a Reader reads.
type ReaderOption func(*Reader)

// WithAttachments has the Reader write each attachment, as it comes, to what
// f returns for it; nil skips it. An error of the writer ends the reading.
func WithAttachments(f func(Attachment) io.Writer) ReaderOption {
	return func(r *Reader) { r.attach = f }
}

// NewReader returns a Reader of the trace file r. Its error is ErrNotTrace,
// ErrVersion, a *FormatError or r's, with what was wrong.
func NewReader(r io.Reader, opts ...ReaderOption) (*Reader, error) {
	t := event.NewTables()
	tr := &Reader{scan: scanner{r: r, last: -1}, t: t, check: event.NewChecker(t), block: event.NewBlock(t, 0)}
	for _, o := range opts {
		o(tr)
	}
	if err := tr.preface(); err != nil {
		return nil, err
	}
	return tr, nil
}

// NewSectionReader returns a Reader of the blocks of a trace file that are
// from byte from, where a block begins, to byte to, where another does or the
// file ends: ReadIndex says where. What damage lost before from goes unseen.
func NewSectionReader(r io.ReaderAt, from, to int64, opts ...ReaderOption) *Reader {
	t := event.NewTables()
	tr := &Reader{
		scan:   scanner{r: io.NewSectionReader(r, from, max(0, to-from)), base: from, last: -1, middle: true},
		t:      t,
		check:  event.NewChecker(t),
		block:  event.NewBlock(t, 0),
		middle: true,
		stats:  Stats{Version: Version},
	}
	for _, o := range opts {
		o(tr)
	}
	return tr
}

func (r *Reader) preface() error {
	s := &r.scan
	s.fill(prefaceSize)
	b := s.buf[s.start:s.end]
	switch {
	case s.rerr != nil && s.rerr != io.EOF:
		return fmt.Errorf("reading trace: %w", s.rerr)
	case len(b) == 0:
		return fmt.Errorf("%w: it is empty", ErrNotTrace)
	case len(b) < prefaceSize && bytes.HasPrefix(b[:min(len(b), len(magic))], []byte(magic[:min(len(b), len(magic))])):
		return &FormatError{int64(len(b)), "reading the preface", fmt.Errorf("the file ends: %w", io.ErrUnexpectedEOF)}
	case len(b) >= prefaceSize && string(b[:len(magic)]) == magic:
		if checksum(b[:prefaceSize-4]) != binary.LittleEndian.Uint32(b[prefaceSize-4:]) {
			s.note(0, errors.New("the preface has a wrong checksum"))
		} else if v := binary.LittleEndian.Uint16(b[len(magic):]); v != Version {
			return fmt.Errorf("%w: %d; this program reads version %d: a newer one is needed", ErrVersion, v, Version)
		}
		r.stats.Version = Version
		s.start += prefaceSize
		return nil
	}
	// The preface may be what is damaged.
	s.fill(64 << 10)
	b = s.buf[s.start:s.end]
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(blockMagic))
		if i < 0 || len(b)-at-i < frameSize {
			break
		}
		at += i
		if _, err := parseFrame(b[at:]); err == nil {
			s.note(0, errors.New("the preface is damaged"))
			s.start += at
			s.damaged += int64(at)
			r.stats.Version = Version
			return nil
		}
		at++
	}
	if looksLikeText(b) {
		return fmt.Errorf("%w: this looks like the text twin: aoi-trace import makes a trace file of it", ErrNotTrace)
	}
	return fmt.Errorf("%w: it begins with %.16q", ErrNotTrace, b)
}

// looksLikeText reports whether the first line of b that is not a comment is
// an event of the text twin.
func looksLikeText(b []byte) bool {
	for line := range strings.Lines(string(b)) {
		e, err := event.Parse(event.NewTables(), strings.TrimRight(line, "\r\n"))
		if err != nil {
			return false
		}
		if e.Kind != event.Invalid {
			return true
		}
	}
	return false
}

// Tables returns the names of the trace. They grow with each block.
func (r *Reader) Tables() *event.Tables { return r.t }

// Next returns the next block of events. It is good until the next call.
func (r *Reader) Next() (*event.Block, error) {
	for r.err == nil {
		f, offset, meta, payload, ok := r.scan.next()
		if !ok {
			r.err = r.scan.error()
			break
		}
		had := false
		var err error
		switch f.kind {
		case blockHeader:
			r.stats.Facts, err = parseFacts(meta)
		case blockEvents:
			had = true
			err = r.events(meta, payload)
		case blockAttach:
			err = r.attachment(offset, meta, payload)
		case blockEnd:
			err = r.end(meta)
		}
		if err != nil {
			r.scan.note(offset, fmt.Errorf("block %d: %w", f.ordinal, err))
			r.scan.damaged += int64(f.size())
			had = false
		}
		if had {
			return r.block, nil
		}
	}
	return nil, r.err
}

// events decodes a block of events into r.block.
func (r *Reader) events(meta, payload []byte) error {
	m := &r.meta
	if err := m.parse(meta); err != nil {
		return err
	}
	if err := r.streams(m); err != nil {
		return err
	}
	// The gaps come first: before anything else of their streams.
	b := r.block
	b.Reset()
	b.Grow(m.events + len(m.streams))
	holes := uint64(0)
	for i, s := range r.names.streams {
		if lost := m.streams[i].first - r.next[s]; lost > 0 {
			holes += lost
			b.Append(&event.Event{Time: m.min, Seq: r.next[s], Stream: s, Kind: event.Gap, Mode: byDamage, Set: event.Gap.Bit("why"), Int: [3]uint64{lost}})
		}
	}
	first := b.N
	if err := r.dec.readPayload(payload, m, &r.names, r.check, b); err != nil {
		return err
	}
	if err := r.sequence(m, first); err != nil {
		return err
	}
	info := m.info()
	r.stats.add(&info)
	r.stats.Damaged += holes
	return nil
}

// byDamage is the value of a gap's why= that says that the file was damaged.
var byDamage = func() uint8 {
	for _, k := range event.Gap.Spec().Keys {
		for i, v := range k.Enum {
			if v == "damage" {
				return uint8(i)
			}
		}
	}
	return 0
}()

// streams finds the block's streams in the tables. Each may be there once and
// not go back in its sequence. A stream that begins in the middle of its
// sequence lost what was before to damage, as far as events of this file are
// missing; the others are in a file before this one.
func (r *Reader) streams(m *blockMeta) error {
	missing := m.before + m.lostBefore
	missing -= min(missing, r.stats.Events+r.stats.Lost+r.stats.Damaged)
	r.rounds++
	r.names.streams = r.names.streams[:0]
	for i := range m.streams {
		s := r.t.Stream(m.streams[i].name)
		for int(s) >= len(r.next) {
			r.next = append(r.next, 0)
			r.round = append(r.round, 0)
		}
		if r.round[s] == r.rounds {
			return fmt.Errorf("stream %q is there twice", m.streams[i].name)
		}
		if first := m.streams[i].first; r.round[s] == 0 {
			if r.middle {
				missing = 0
			}
			r.next[s] = first - min(first, missing)
			missing -= first - r.next[s]
		}
		r.round[s] = r.rounds
		if m.streams[i].first < r.next[s] {
			return fmt.Errorf("stream %q begins at number %d, which is before %d", m.streams[i].name, m.streams[i].first, r.next[s])
		}
		r.names.streams = append(r.names.streams, s)
	}
	return nil
}

// sequence numbers the block's events from the first and checks that each
// stream has as many as it says. If not, nothing is changed.
func (r *Reader) sequence(m *blockMeta, first int) error {
	b := r.block
	before := room(r.dec.vals, len(m.streams))
	r.dec.vals = before
	for i, s := range r.names.streams {
		before[i] = r.next[s]
		r.next[s] = m.streams[i].first
	}
	streams, seq := b.Stream[first:b.N], b.Seq[first:b.N]
	next, bad := r.next, false
	switch {
	case m.counts[event.Gap] == 0 && len(m.streams) == 1:
		s := r.names.streams[0]
		n := next[s]
		for i := range seq {
			seq[i] = n + uint64(i)
		}
		next[s] = n + uint64(len(seq))
	case m.counts[event.Gap] == 0:
		for i, s := range streams {
			seq[i] = next[s]
			next[s]++
		}
	default:
		kinds, lost := b.Kind[first:b.N], b.Int[0][first:b.N]
		for i, s := range streams {
			seq[i] = next[s]
			next[s]++
			if kinds[i] == event.Gap {
				bad = bad || lost[i] > m.lost
				next[s] += lost[i]
			}
		}
	}
	for i, s := range r.names.streams {
		if bad || next[s] != m.streams[i].next() {
			for i, s := range r.names.streams {
				next[s] = before[i]
			}
			return errors.New("the streams do not have as many events as they say")
		}
	}
	return nil
}

// end reads the end mark.
func (r *Reader) end(meta []byte) error {
	var e endMark
	if err := e.parse(meta); err != nil {
		return err
	}
	r.stats.Complete = true
	r.stats.written = e.events
	return nil
}

// Stats returns what is known of the file after what was read of it.
func (r *Reader) Stats() Stats {
	s := r.stats
	s.Facts, s.Attachments = slices.Clone(s.Facts), slices.Clone(s.Attachments)
	s.Bytes = r.scan.offset()
	s.DamagedBytes = r.scan.damaged
	s.Streams = r.t.Streams.Len()
	s.Damage = r.scan.damage
	if s.written > s.Events {
		s.Damaged = max(s.Damaged, s.written-s.Events)
	}
	return s
}
