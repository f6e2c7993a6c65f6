package merge

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order"
	"github.com/aoi-trace/aoi-trace/trace"
)

// scan is the first reading of f: for its messages, and its first and last
// times.
func (m *merging) scan(f *file) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	in, err := trace.NewReader(r)
	if err != nil {
		return err
	}
	for {
		b, err := in.Next()
		if err != nil {
			var damage *trace.FormatError
			if errors.Is(err, io.EOF) || errors.As(err, &damage) {
				return nil // the second reading tells of damage
			}
			return err
		}
		for i := range b.N {
			if f.events == 0 {
				f.first = b.Time[i]
			}
			f.events++
			f.first, f.last = min(f.first, b.Time[i]), max(f.last, b.Time[i])
			switch b.Kind[i] {
			case event.Trace:
				if f.details == nil {
					// A reader has checked it.
					f.details, _ = event.DetailFields(event.Trace, b.Text(b.Str[0][i]))
				}
			case event.Send, event.Recv, event.Publish, event.Observe:
				if name := m.name(f, b.Text(b.Str[0][i])); order.Shared(name) {
					m.mail.note(f.number, name, b, i)
				}
			}
		}
	}
}

// name returns what a lock, channel or object of f is called in the merged
// trace.
func (m *merging) name(f *file, name string) string {
	if m.shared[name] && !order.Shared(name) {
		name = "//" + name
	}
	if m.apart && order.Shared(name) { // by the processes of this file alone
		name = "//" + f.Name + "/" + strings.TrimPrefix(name, "//")
	}
	return name
}

// begin starts the second reading.
func (f *file) begin(r io.Reader) (err error) {
	f.streams = map[event.StreamID]event.StreamID{}
	f.strings = map[event.Str]event.Str{}
	f.in, err = trace.NewReader(r, trace.WithAttachments(func(a trace.Attachment) io.Writer {
		data := &bytes.Buffer{}
		f.files = append(f.files, attachment{a, data})
		return data
	}))
	if err == nil {
		f.from = f.in.Tables()
	}
	return err
}

// translate moves e, an event of f, into the merged trace.
func (m *merging) translate(f *file, e *event.Event) {
	to := m.out.Tables()
	e.Time = m.time(f, e.Time)
	process := ""
	if e.Kind == event.Fork || e.Kind == event.Join {
		process = order.Process(f.from.StreamName(e.Stream))
	}
	s, ok := f.streams[e.Stream]
	if !ok {
		s = to.Stream(f.stream(f.from.StreamName(e.Stream)))
		f.streams[e.Stream] = s
	}
	e.Stream = s
	switch e.Kind {
	case event.Trace: // the merged trace has its own; this one keeps its number
		text := "the trace of " + f.Name + " begins: " + f.from.Text(e.Str[0])
		*e = event.Event{Kind: event.Note, Time: e.Time, Stream: e.Stream}
		e.Str[0] = to.Str(strings.TrimSuffix(text, ": "))
	case event.Fork, event.Join:
		text := f.from.Text(e.Str[0])
		if process != "" && order.Process(text) == "" {
			text = process + "/" + text
		}
		e.Str[0] = to.Str(f.stream(text))
	case event.Acquire, event.Release, event.Send, event.Recv, event.Close, event.Publish, event.Observe, event.Access:
		if e.Kind == event.Access {
			e.Str[1] = m.text(f, e.Str[1])
		}
		e.Str[0] = to.Str(m.name(f, f.from.Text(e.Str[0])))
	default:
		for i, str := range e.Str {
			e.Str[i] = m.text(f, str)
		}
	}
	if e.Kind == event.Gap {
		for i, bit := range gapTimes {
			if e.Set&bit != 0 {
				e.Int[1+i] = uint64(m.time(f, time.Duration(min(e.Int[1+i], uint64(event.MaxTime)))))
			}
		}
	}
}

// gapTimes are the bits of the keys of a gap that are times, from Int[1] on.
var gapTimes = [2]event.Set{event.Gap.Bit("from"), event.Gap.Bit("to")}

// text returns the number that a string of f has in the merged trace.
func (m *merging) text(f *file, s event.Str) event.Str {
	if s == 0 {
		return 0
	}
	n, ok := f.strings[s]
	if !ok {
		n = m.out.Tables().Str(f.from.Text(s))
		f.strings[s] = n
	}
	return n
}

// time returns the time in the merged trace. What a gap says of times may lie
// before the first event.
func (m *merging) time(f *file, t time.Duration) time.Duration {
	return max(0, f.reference(t)+m.shift)
}

// stream returns the name of a stream of f in the merged trace.
func (f *file) stream(name string) string {
	if strings.Contains(name, "/") {
		return f.Name + ":" + name
	}
	return f.Name + "/" + name
}
