package collect

import (
	"fmt"
	"strings"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record/ring"
)

// A process is one recorded process. The first keeps the names of its
// streams; those of every other stand behind the process's name and number,
// as in "zoned-4711/net".
type process struct {
	name   string // with the number
	prefix string // before the names of its streams; "" for the first
}

// A processKey tells processes apart, even when a number is used again.
type processKey struct {
	pid     int
	started int64
}

// process returns the process that made the ring.
func (c *Collector) process(i ring.Info) *process {
	k := processKey{i.Pid, i.Started.UnixNano()}
	if p := c.procs[k]; p != nil {
		return p
	}
	name := strings.ReplaceAll(i.Process, "/", ":") // a slash ends a process's name
	if name == "" {
		name = "process"
	}
	p := &process{name: fmt.Sprintf("%s-%d", name, i.Pid)}
	if len(c.procs) > 0 {
		p.prefix = p.name + "/"
	}
	for again := 2; c.taken[p.name]; again++ {
		p.name = fmt.Sprintf("%s-%d(%d)", name, i.Pid, again)
		p.prefix = p.name + "/"
	}
	c.taken[p.name] = true
	c.procs[k] = p
	return p
}

// A source is one ring at work.
type source struct {
	path   string
	lane   int
	proc   *process
	reader *ring.Reader
	emit   func(*event.Event)
	text   *int // the collector's count of bytes of texts

	from    *event.Tables // what its events refer to
	to      *event.Tables // what the trace's events refer to
	streams []uint32      // numbers in to, plus 1, by the number in from
	strings []uint32      // likewise
	forks   map[event.Str]event.Str
}

// textKinds are the kinds whose events refer to strings.
var textKinds = func() (set event.KindSet) {
	for k := event.Invalid + 1; k < event.NumKinds; k++ {
		if k.Fields()&(1<<event.FieldStr0|1<<event.FieldStr1|1<<event.FieldStr2) != 0 {
			set |= event.SetOf(k)
		}
	}
	return set
}()

// translate moves the names in e from the ring's tables to the trace's.
func (s *source) translate(e *event.Event) {
	if i := int(e.Stream); i < len(s.streams) && s.streams[i] != 0 {
		e.Stream = event.StreamID(s.streams[i] - 1)
	} else {
		e.Stream = event.StreamID(s.number(&s.streams, &s.from.Streams, &s.to.Streams, s.proc.prefix, uint32(e.Stream)))
	}
	switch {
	case !textKinds.Has(e.Kind):
	case e.Kind == event.Fork || e.Kind == event.Join:
		e.Str[0] = s.forked(e.Str[0])
	default:
		for i, str := range e.Str {
			if str != 0 {
				e.Str[i] = event.Str(s.number(&s.strings, &s.from.Strings, &s.to.Strings, "", uint32(str)))
			}
		}
	}
}

// number returns the number in to of string i of from, behind prefix.
func (s *source) number(known *[]uint32, from, to *event.Table, prefix string, i uint32) uint32 {
	if int(i) < len(*known) && (*known)[i] != 0 {
		return (*known)[i] - 1
	}
	for int(i) >= len(*known) {
		*known = append(*known, 0)
	}
	name := from.Name(i)
	*s.text += len(name)
	n := to.Add(prefix + name)
	(*known)[i] = n + 1
	return n
}

// forked returns the name, in the trace, of the stream called name.
func (s *source) forked(name event.Str) event.Str {
	n, ok := s.forks[name]
	if !ok {
		text := s.from.Text(name)
		*s.text += len(text)
		n = s.to.Str(s.proc.prefix + text)
		s.forks[name] = n
	}
	return n
}
