package trace

import "github.com/aoi-trace/aoi-trace/event"

// A draft is a block of events that is not written yet.
type draft struct {
	block   *event.Block
	meta    blockMeta
	streams numbering
	strings numbering
	heading []byte // encoded
	payload []byte
	encoded []byte // the whole block
}

func newDraft(t *event.Tables, capacity int) *draft {
	d := &draft{block: event.NewBlock(t, capacity)}
	d.streams.reset()
	d.strings.reset()
	return d
}

// WithBackground encodes full blocks on a goroutine of its own, one at a time,
// so that Append does not pause for it, except when a block fills while the
// one before is not done. It takes the memory of a second block. What is
// encoded is written by the next of the Writer's methods that meets it; errors
// come then. The tables and the underlying writer are not touched by the
// goroutine.
func WithBackground() WriterOption {
	return func(w *Writer) { w.done = make(chan struct{}, 1) }
}

// Written returns how many events are in blocks that were written.
func (w *Writer) Written() uint64 { return w.written }

// Poll writes a block that was encoded in the background and is done by now.
func (w *Writer) Poll() error {
	if !w.busy || len(w.done) == 0 {
		return w.err
	}
	return w.settle()
}

// Post is Flush without the wait, for a Writer WithBackground: it begins to
// encode what was appended, unless another block is still being encoded. Poll
// or any later call writes it; Written tells when it is out.
func (w *Writer) Post() error {
	if w.done == nil || w.closed {
		return w.Flush()
	}
	if err := w.Poll(); err != nil || w.busy {
		return err
	}
	return w.writeBlock()
}

// writeBlock ends the block that is being filled and begins the next.
func (w *Writer) writeBlock() error {
	if w.done == nil || w.block.N == 0 {
		return w.Flush()
	}
	if err := w.begin(); err != nil {
		return err
	}
	if err := w.settle(); err != nil {
		return err
	}
	d := w.draft
	if w.spare == nil {
		w.spare = newDraft(w.t, d.block.Cap())
	}
	d.prepare()
	w.draft, w.spare, w.busy = w.spare, d, true
	w.reset(&d.meta)
	ordinal := w.ordinal
	go func() {
		d.finish(&w.enc, ordinal)
		w.done <- struct{}{}
	}()
	return nil
}

// settle waits for the block that is being encoded, and writes it.
func (w *Writer) settle() error {
	if !w.busy {
		return w.err
	}
	<-w.done
	w.busy = false
	return w.put(w.spare)
}

// put writes an encoded draft.
func (w *Writer) put(d *draft) error {
	if w.err != nil {
		return w.err
	}
	w.index.addBlock(w.offset, &d.meta)
	err := w.writeOut(d.encoded)
	if err == nil {
		w.written += uint64(d.meta.events)
	}
	return err
}

// reset begins a block after the one that last tells about.
func (w *Writer) reset(last *blockMeta) {
	d := w.draft
	d.meta = blockMeta{before: last.before + uint64(last.events), lostBefore: last.lostBefore + last.lost, streams: d.meta.streams[:0]}
	d.block.Reset()
	d.streams.reset()
	d.strings.reset()
	w.text, w.names = 0, 0
}

// encode turns the draft into the bytes of block number ordinal.
func (d *draft) encode(c *encoder, ordinal uint32) {
	d.prepare()
	d.finish(c, ordinal)
}

// prepare is the part of encode that looks into the tables.
func (d *draft) prepare() {
	d.payload = appendStrings(d.payload[:0], d.block.Tables, &d.strings)
}

// finish is the rest of it.
func (d *draft) finish(c *encoder, ordinal uint32) {
	d.payload = c.appendColumns(d.payload, d.block, &d.streams, &d.strings, &d.meta.counts)
	d.heading = d.meta.append(d.heading[:0])
	d.encoded = appendBlock(d.encoded[:0], blockEvents, ordinal, d.heading, d.payload)
}
