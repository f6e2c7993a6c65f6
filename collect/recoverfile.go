package collect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// RecoverFile makes an ordinary file of a damaged or cut one: every whole
// block of events and every whole attachment, with gaps where the reader
// found that events are missing. Times stay, and sequence numbers, but that each
// such gap takes one of its own. The trace says that it was recovered. The log is told what is wrong with the file;
// the error is one of a file of which nothing can be read, or of the output.
func RecoverFile(path, output string, log func(string)) (*Result, error) {
	began := time.Now()
	if log == nil {
		log = func(string) {}
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("recovering: %w", err)
	}
	defer in.Close()
	var attached []*attachment
	r, err := trace.NewReader(in, trace.WithAttachments(func(a trace.Attachment) io.Writer {
		attached = append(attached, &attachment{Attachment: a})
		return &attached[len(attached)-1].data
	}))
	if err != nil {
		return nil, fmt.Errorf("recovering %s: %w", path, err)
	}
	if same(in, output) {
		return nil, fmt.Errorf("recovering %s: the output is the same file: name another one", path)
	}
	to, err := openFile(output)
	if err != nil {
		return nil, err
	}
	c := copier{w: trace.NewWriter(to, trace.WithTables(r.Tables()))}
	err = event.Each(r, func(_ *event.Tables, e event.Event) bool { return c.take(&e) })
	damage := err
	c.unseen(r.Stats())
	if c.err == nil {
		for _, a := range attached {
			if int64(a.data.Len()) < a.Size {
				log(fmt.Sprintf("the attachment %s has %d bytes, of which %d are there: it is left out", a.Name, a.Size, a.data.Len()))
			} else if c.err == nil {
				c.err = c.w.Attach(a.Name, a.Type, a.data.Bytes())
			}
		}
	}
	if c.result.Events > 0 && c.err == nil {
		c.err = c.w.Close()
	}
	if err := to.Close(); c.err == nil {
		c.err = err
	}
	st := r.Stats()
	switch {
	case c.err != nil:
		return nil, fmt.Errorf("writing the trace: %w", c.err)
	case c.result.Events == 0 && damage != nil:
		return nil, fmt.Errorf("recovering %s: it has no whole block of events: %w", path, damage)
	case c.result.Events == 0:
		return nil, fmt.Errorf("recovering %s: it has no events", path)
	case damage != nil:
		log(fmt.Sprintf("%s: %v", path, damage))
	case !st.Complete:
		log(path + ": the end mark is missing; all its blocks are whole")
	default:
		log(path + ": nothing is wrong with it")
	}
	c.result.Processes, c.result.Files = 1, []string{output}
	c.result.Bytes, c.result.Duration = c.w.Offset(), time.Since(began)
	return &c.result, nil
}

// an attachment is one that is being read.
type attachment struct {
	trace.Attachment
	data bytes.Buffer
}

// A copier copies events of one file to another, whose tables it shares.
type copier struct {
	w      *trace.Writer
	begun  []bool // the streams that have events
	result Result
	err    error
}

// take writes one event. It reports whether the next may come.
func (c *copier) take(e *event.Event) bool {
	t := c.w.Tables()
	switch {
	case e.Kind == event.Trace:
		l := lead{}
		l.meet(t, e)
		*e = withSeq(l.first(t, e, true), e.Seq)
	case c.result.Events == 0: // what the trace began with is not there any more
		l := lead{}
		first := l.first(t, e, true)
		first.Stream = t.Stream(HeadStream)
		c.append(&first)
	}
	c.append(e)
	return c.err == nil
}

// unseen writes a gap for the events that the end mark says are missing and
// that no gap tells of: their streams did not come back.
func (c *copier) unseen(st trace.Stats) {
	told := c.result.Lost - st.Lost
	if c.result.Events == 0 || st.Damaged <= told {
		return
	}
	gap := event.Event{Kind: event.Gap, Time: st.Last, Stream: c.w.Tables().Stream(HeadStream),
		Int: [3]uint64{st.Damaged - told}, Mode: gapDamage, Set: event.Gap.Bit("why")}
	c.append(&gap)
}

func withSeq(e event.Event, seq uint64) event.Event { e.Seq = seq; return e }

func (c *copier) append(e *event.Event) {
	if c.err != nil {
		return
	}
	for int(e.Stream) >= len(c.begun) {
		c.begun = append(c.begun, false)
	}
	if !c.begun[e.Stream] {
		c.begun[e.Stream] = true
		c.result.Streams++
		c.w.Begin(e.Stream, e.Seq)
	}
	c.err = c.w.Append(e)
	c.result.Events++
	if e.Kind == event.Gap {
		c.result.Lost += e.Int[0]
	}
}

// same reports whether path is the open file f.
func same(f *os.File, path string) bool {
	a, err := f.Stat()
	b, other := os.Stat(path)
	return errors.Join(err, other) == nil && os.SameFile(a, b)
}
