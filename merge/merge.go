// Package merge makes one trace of several: of machines that talked to each
// other, or of runs to be looked at side by side. Call [Files].
//
// Each file keeps its processes to itself: the streams of a file called
// "east" are "east/zone", or "east:zoned-4711/zone" where the file had several
// processes, so that entity 7 of two files is two entities. Sequence numbers
// stay.
//
// The files' clocks are related by the messages between them: a send in one
// and a recv of the same number in another, or publish and observe, on a
// channel or object whose name all processes share (order.Shared). Messages
// both ways give offset, drift and a bound of the error; without them the wall
// clocks at which the files began are taken, and there is no bound. The order
// of the merged trace contradicts no edge, within the window of order.Merger.
//
// It reads each file twice, and keeps the messages between files in memory,
// about 100 bytes each.
package merge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order"
	"github.com/aoi-trace/aoi-trace/order/align"
	"github.com/aoi-trace/aoi-trace/trace"
)

// An Input is one file to merge.
type Input struct {
	Name string                        // goes before the names of its streams; without slash and colon
	Open func() (io.ReadCloser, error) // opens the trace file; it is called twice
}

// Options say how files are merged.
type Options struct {
	Shared []string // locks, channels and objects that are one in all files, besides those named //…
	Apart  bool     // nothing is one in two files: they are runs of their own, which sent each other nothing
}

// A Result says what was merged.
type Result struct {
	Events uint64 // in the merged trace
	Lost   uint64 // told by its gaps
	Late   uint64 // events that it has before what they follow
	Files  []File // in the order of the inputs; the first is the reference
}

// A File is what became of one input.
type File struct {
	Name   string
	Events uint64
	Offset time.Duration // what its time 0 is on the reference's clock
	Drift  float64       // how much the reference gains on it, per unit of time
	Known  bool          // messages bound the error
	Rate   float64       // the most that Drift is wrong, if Known
	Bound  time.Duration // the most that its times are wrong, against the reference's, if Known
	Slack  time.Duration // not 0: messages contradict a constant drift by this much, and the bound is not certain
	Wall   bool          // not Known: the wall clocks say how they lie; otherwise they are taken to begin together
	Via    string        // the file that its messages relate it to
	To     uint64        // messages that it received from Via
	From   uint64        // messages that it sent to Via
	Damage error         // what is wrong with the file; what could be read is merged
}

// Windows of the merger, beyond what the clocks may be wrong: where that has a
// bound, and where it has none.
const (
	knownWindow   = 2 * order.DefaultWindow
	unknownWindow = 10 * time.Second
)

// Files merges the inputs into one trace, which it writes to w. An error means
// that there is no merged trace; damage of an input is told in the result.
func Files(w io.Writer, inputs []Input, o Options) (*Result, error) {
	if err := checkNames(inputs); err != nil {
		return nil, err
	}
	m := &merging{shared: map[string]bool{}, apart: o.Apart, mail: newMail()}
	for _, name := range o.Shared {
		m.shared[name] = true
	}
	for i, in := range inputs {
		f := &file{Input: in, number: i}
		if err := m.scan(f); err != nil {
			return nil, fmt.Errorf("reading %s: %w", in.Name, err)
		}
		m.files = append(m.files, f)
	}
	m.place()
	return m.write(w)
}

func checkNames(inputs []Input) error {
	if len(inputs) == 0 {
		return errors.New("merging: there is no file")
	}
	seen := map[string]bool{}
	for _, in := range inputs {
		switch {
		case in.Name == "" || strings.ContainsAny(in.Name, "/:"):
			return fmt.Errorf("merging: the name %q of a file is empty, or has a slash or a colon in it", in.Name)
		case seen[in.Name]:
			return fmt.Errorf("merging: two files are called %s", in.Name)
		}
		seen[in.Name] = true
	}
	return nil
}

// A merging is files on their way into one.
type merging struct {
	files  []*file
	shared map[string]bool
	apart  bool
	mail   *mail
	shift  time.Duration // time 0 of the reference in the merged trace

	out    *trace.Writer
	result Result
	err    error // the first of out's
}

// A file is one input, read once.
type file struct {
	Input
	number      int
	details     []event.Detail // of its trace event
	first, last time.Duration
	events      uint64
	damage      error

	via  *file // whose clock fit relates its clock to; nil for the reference
	fit  align.Fit
	pair *align.Pair

	known bool
	bound time.Duration
	slack time.Duration
	wall  bool

	in      *trace.Reader
	from    *event.Tables
	streams map[event.StreamID]event.StreamID
	strings map[event.Str]event.Str
	reached time.Duration // the merged time up to which it was read
	over    bool
	files   []attachment
}

type attachment struct {
	about trace.Attachment
	data  *bytes.Buffer
}

// reference returns what the reference's clock showed when the file's showed t.
func (f *file) reference(t time.Duration) time.Duration {
	for ; f.via != nil; f = f.via {
		t = f.fit.At(t)
	}
	return t
}

// write is the second reading.
func (m *merging) write(w io.Writer) (*Result, error) {
	m.out = trace.NewWriter(w)
	lead, err := m.lead()
	if err != nil {
		return nil, err
	}
	m.append(&lead)
	merger := order.NewMerger(m.out.Tables(), m.append)
	merger.Window = knownWindow
	for _, f := range m.files {
		if f.via != nil && !f.known {
			if to, from := f.pair.Messages(); to+from > 0 {
				merger.Window = max(merger.Window, unknownWindow)
			}
		}
		merger.Window = max(merger.Window, knownWindow+2*f.bound)
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", f.Name, err)
		}
		defer r.Close()
		if err := f.begin(r); err != nil {
			return nil, fmt.Errorf("reading %s: %w", f.Name, err)
		}
	}
	pace := pace{merger: merger}
	for m.err == nil {
		f := m.behind()
		if f == nil {
			break
		}
		b, err := f.in.Next()
		if err != nil {
			f.over = true
			if err != io.EOF {
				f.damage = err
			} else if !f.in.Stats().Complete {
				f.damage = fmt.Errorf("the end mark is missing: %w", io.ErrUnexpectedEOF)
			}
			continue
		}
		for i := range b.N {
			e := b.Event(i)
			m.translate(f, &e)
			f.reached = max(f.reached, e.Time)
			merger.Push(f.number, &e)
		}
		if f = m.behind(); f != nil {
			pace.to(f.reached - knownWindow)
		}
	}
	for _, f := range m.files {
		pace.to(f.reached + merger.Window + 1)
	}
	merger.Flush()
	m.result.Late = merger.Late()
	return m.end()
}

// A pace advances a merger in steps no longer than its window, so that an
// event that waits in vain is let go when its time has run out, not when a
// whole block has gone before it.
type pace struct {
	merger *order.Merger
	at     time.Duration
}

// mostSteps bounds the steps, where a block spans days.
const mostSteps = 1000

func (p *pace) to(horizon time.Duration) {
	for step := max(p.merger.Window, (horizon-p.at)/mostSteps); p.at < horizon; {
		p.at = min(horizon, p.at+step)
		p.merger.Advance(p.at)
	}
}

// behind returns the file that was read the least far, or nil if all are read.
func (m *merging) behind() *file {
	var least *file
	for _, f := range m.files {
		if !f.over && (least == nil || f.reached < least.reached) {
			least = f
		}
	}
	return least
}

func (m *merging) append(e *event.Event) {
	if m.err != nil {
		return
	}
	if m.err = m.out.Append(e); m.err != nil {
		return
	}
	m.result.Events++
	if e.Kind == event.Gap {
		m.result.Lost += e.Int[0]
	}
}

// end attaches what the files had attached, and completes the trace.
func (m *merging) end() (*Result, error) {
	for _, f := range m.files {
		for _, a := range f.files {
			if m.err == nil && int64(a.data.Len()) == a.about.Size { // it is whole
				m.err = m.out.Attach(f.Name+"/"+a.about.Name, a.about.Type, a.data.Bytes())
			}
		}
		m.result.Files = append(m.result.Files, f.told())
	}
	if m.err == nil {
		m.err = m.out.Close()
	}
	if m.err != nil {
		return nil, fmt.Errorf("writing the merged trace: %w", m.err)
	}
	return &m.result, nil
}

// told is what the result says of the file.
func (f *file) told() File {
	t := File{Name: f.Name, Events: f.events, Known: f.known, Bound: f.bound, Slack: f.slack, Wall: f.wall, Damage: f.damage,
		Offset: f.reference(0)}
	rate := 1.0
	for g := f; g.via != nil; g = g.via {
		rate *= 1 + g.fit.Drift
		t.Rate += g.fit.Rate * (1 + align.MaxDrift)
	}
	t.Drift = rate - 1
	if f.via != nil {
		t.Via = f.via.Name
		t.To, t.From = f.pair.Messages()
	}
	return t
}
