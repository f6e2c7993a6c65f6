package trace

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Writer writes a trace file. It is not safe for concurrent use.
type Writer struct {
	w       io.Writer
	facts   []Fact
	t       *event.Tables
	check   *event.Checker
	*draft         // the block that is being filled
	spare   *draft // another, on its way to the file while busy
	busy    bool
	done    chan struct{}  // ends each wait for a busy draft; nil: blocks are encoded in place
	most    int            // events in a block
	next    []uint64       // the next sequence number of each stream
	last    event.StreamID // of the event appended last
	stream  uint32         // its number in the block
	used    []bool         // the streams that have events
	inUse   int            // how many those are
	text    int            // bytes of the block's strings
	names   int            // bytes of the block's stream names
	enc     encoder
	out     []byte
	begun   bool
	ordinal uint32
	offset  int64
	written uint64 // events
	index   index
	closed  bool
	err     error // the first of w's; it stays
}

// A WriterOption changes how a Writer writes.
type WriterOption func(*Writer)

// WithBlockEvents makes blocks of at most n events, 1 to 65536, instead of
// 65536. Large blocks make small files, because an entity that moves is
// predicted from where it was in the same block; small ones cost less memory
// (100 bytes an event here and in readers), and less of each pause in which
// one is encoded, about 25 ns an event; see WithBackground.
func WithBlockEvents(n int) WriterOption {
	return func(w *Writer) { w.most = min(max(n, 1), maxEvents) }
}

// WithFact puts a fact about the file into its header, such as which program
// wrote it. Facts that are too long for a header are left out.
func WithFact(key, value string) WriterOption {
	return func(w *Writer) { w.facts = append(w.facts, Fact{key, value}) }
}

// WithTables has the appended events refer to t, which somebody else may
// share, instead of tables of the Writer's own.
func WithTables(t *event.Tables) WriterOption { return func(w *Writer) { w.t = t } }

// NewWriter returns a Writer of a trace file to w. The caller closes the
// Writer, then w.
func NewWriter(w io.Writer, opts ...WriterOption) *Writer {
	tw := &Writer{w: w, most: maxEvents}
	for _, o := range opts {
		o(tw)
	}
	if tw.t == nil {
		tw.t = event.NewTables()
	}
	t := tw.t
	tw.check = event.NewChecker(t)
	tw.draft = newDraft(t, min(tw.most, firstEvents))
	return tw
}

// Tables returns the tables that appended events refer to. They grow with
// the names that the caller adds.
func (w *Writer) Tables() *event.Tables { return w.t }

// Continue returns a Writer of another file to to, in which the recording goes
// on: it shares w's tables, and the streams count on where they are in w,
// which must not be used any more but to be closed.
func (w *Writer) Continue(to io.Writer) *Writer {
	next := NewWriter(to, WithTables(w.t), WithBlockEvents(w.most))
	if w.done != nil {
		WithBackground()(next)
	}
	next.facts, next.next = w.facts, slices.Clone(w.next)
	return next
}

// Begin has the first event of stream s bear the sequence number seq, because
// those before it are in another file. A stream that has events stays as it
// is.
func (w *Writer) Begin(s event.StreamID, seq uint64) {
	if w.has(s) {
		return
	}
	for int(s) >= len(w.next) {
		w.next = append(w.next, 0)
	}
	w.next[s] = min(seq, maxSeq-1)
}

// Next returns the sequence number that the next event of stream s will bear.
func (w *Writer) Next(s event.StreamID) uint64 {
	if int(s) >= len(w.next) {
		return 0
	}
	return w.next[s]
}

// has reports whether stream s has events in this file.
func (w *Writer) has(s event.StreamID) bool { return int(s) < len(w.used) && w.used[s] }

// Offset returns how many bytes have been written.
func (w *Writer) Offset() int64 { return w.offset }

// Append adds an event and sets its sequence number as event.Sequencer does.
// An event that no reader would take is refused, and the file stays good
// without it; an error of the underlying writer stays.
func (w *Writer) Append(e *event.Event) error {
	if w.err != nil {
		return w.err
	}
	if w.closed {
		return errClosed
	}
	if w.quick(e) {
		return w.grow()
	}
	if err := w.check.Event(e); err != nil {
		return fmt.Errorf("appending event: %w", err)
	}
	for int(e.Stream) >= len(w.next) {
		w.next = append(w.next, 0)
	}
	next := w.next[e.Stream] + 1
	if e.Kind == event.Gap {
		if e.Int[0] > maxSeq-next {
			return fmt.Errorf("appending event: gap: lost=%d is more than sequence numbers can count", e.Int[0])
		}
		next += e.Int[0]
	}
	fields := requiredFields[e.Kind]
	if e.Set != 0 {
		fields = e.Kind.Fields()
	}
	hasText := fields&textFields != 0
	text, names := w.room(e, hasText)
	if w.text+text > maxStrings || w.names+names > maxNames {
		if err := w.writeBlock(); err != nil {
			return err
		}
		if text, names = w.room(e, hasText); text > maxStrings || names > maxName {
			return fmt.Errorf("appending event: %v: its names and texts are longer than %d and %d bytes", e.Kind, maxName, maxStrings)
		}
	}
	w.text += text
	w.names += names
	e.Seq = w.next[e.Stream]
	w.next[e.Stream] = next
	w.count(e, hasText)
	w.block.AppendFields(e, fields)
	return w.grow()
}

// grow makes room for another event: in the block or, if it is full, in the
// next.
func (w *Writer) grow() error {
	if !w.block.Full() {
		return nil
	}
	if w.block.N == w.most {
		return w.writeBlock()
	}
	w.block.Grow(min(4*w.block.Cap(), w.most))
	return nil
}

// firstEvents is for how many events there is room at first: small traces
// are many, in tests.
const firstEvents = 1 << 10

// room returns how many bytes e would add to the strings and to the stream
// names of the block.
func (w *Writer) room(e *event.Event, hasText bool) (text, names int) {
	if (e.Stream != w.last || w.meta.events == 0) && !w.streams.has(uint32(e.Stream)) {
		names = len(w.t.StreamName(e.Stream))
	}
	if hasText {
		for _, s := range e.Str {
			if s != 0 && !w.strings.has(uint32(s)) {
				text += len(w.t.Text(s))
			}
		}
	}
	return text, names
}

const textFields = 1<<event.FieldStr0 | 1<<event.FieldStr1 | 1<<event.FieldStr2

// count adds e, which has its sequence number, to what the block says about
// itself.
func (w *Writer) count(e *event.Event, hasText bool) {
	m := &w.meta
	if m.events == 0 {
		m.min, m.max = e.Time, e.Time
	}
	m.events++
	m.min, m.max = min(m.min, e.Time), max(m.max, e.Time)
	m.counts[e.Kind]++
	s := w.stream
	if m.events == 1 || e.Stream != w.last {
		s = w.streams.add(uint32(e.Stream))
		w.stream, w.last = s, e.Stream
	}
	if int(s) == len(m.streams) {
		if !w.has(e.Stream) {
			w.used = append(w.used, make([]bool, max(0, int(e.Stream)+1-len(w.used)))...)
			w.used[e.Stream] = true
			w.inUse++
		}
		m.streams = append(m.streams, streamMeta{name: w.t.StreamName(e.Stream), first: e.Seq})
	}
	m.streams[s].events++
	if e.Kind == event.Gap {
		m.streams[s].lost += e.Int[0]
		m.lost += e.Int[0]
	}
	if hasText {
		p := parts[e.Kind]
		for i := range p {
			if p[i].isText() && (p[i].bit == 0 || e.Set&p[i].bit != 0) {
				if s := e.Str[p[i].field-event.FieldStr0]; s != 0 {
					w.strings.add(uint32(s))
				}
			}
		}
	}
}

// begin writes what a file begins with, once.
func (w *Writer) begin() error {
	if w.begun || w.err != nil {
		return w.err
	}
	w.begun = true
	w.out = appendPreface(w.out[:0])
	w.out = appendBlock(w.out, blockHeader, w.ordinal, appendFacts(nil, w.facts), nil)
	return w.writeOut(w.out)
}

// write writes one block that is not of events.
func (w *Writer) write(kind byte, meta, payload []byte) error {
	if w.err != nil {
		return w.err
	}
	w.out = appendBlock(w.out[:0], kind, w.ordinal, meta, payload)
	return w.writeOut(w.out)
}

func (w *Writer) writeOut(b []byte) error {
	w.ordinal++
	n, err := w.w.Write(b)
	w.offset += int64(n)
	if err != nil {
		w.err = fmt.Errorf("writing trace: %w", err)
	}
	return w.err
}

// Flush writes the events appended so far as a block, so that they outlive
// this process. Each call costs the size of a small block.
func (w *Writer) Flush() error {
	if w.closed {
		return errClosed
	}
	if err := w.begin(); err != nil {
		return err
	}
	if err := w.settle(); err != nil || w.block.N == 0 {
		return err
	}
	w.draft.encode(&w.enc, w.ordinal)
	err := w.put(w.draft)
	w.reset(&w.draft.meta)
	return err
}

// Close writes the events that are left, the index and the end mark. It does
// not close the underlying writer.
func (w *Writer) Close() error {
	if w.closed {
		return w.err
	}
	if err := w.Flush(); err != nil {
		w.closed = true
		return err
	}
	w.closed = true
	at := w.offset
	for _, p := range w.index.blocks() {
		if err := w.write(blockIndex, nil, p); err != nil {
			return err
		}
	}
	end := endMark{index: uint64(at), events: w.meta.before, lost: w.meta.lostBefore,
		streams: uint32(w.inUse), blocks: uint32(w.index.total)}
	return w.write(blockEnd, end.append(nil), nil)
}

var errClosed = errors.New("the trace writer is closed")
