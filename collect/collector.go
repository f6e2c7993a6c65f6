package collect

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order"
	"github.com/aoi-trace/aoi-trace/record/ring"
	"github.com/aoi-trace/aoi-trace/trace"
)

// How long a collector sleeps between two looks into the rings: the shorter
// time while events come, up to the longer when few or none come. A virtual
// machine may take 0.1 ms of processor time to wake up.
const (
	busyEvents = 256
	busySleep  = time.Millisecond
	idleSleep  = 5 * time.Millisecond

	// After a poll that brought this many events the rings fill faster than
	// they should; the next poll comes sooner.
	floodEvents = 1 << 15
	floodSleep  = 100 * time.Microsecond

	// Looking for new rings and for processes that have ended costs system
	// calls; every so many polls is often enough.
	lookEvery = 4
)

// A Collector takes the events out of all rings in one directory, including
// those that appear later, and writes them to one file. It is not safe for
// concurrent use; what [Attach] returns has a goroutine that uses it.
type Collector struct {
	dir string
	log func(string)

	out    *output
	merger *order.Merger
	lead   lead

	procs   map[processKey]*process
	taken   map[string]bool // names of processes
	sources []*source
	known   map[string]bool // paths of rings that are or were sources
	files   string          // where attachments are: dir, but for a recovery
	wanted  []string        // names of attachments that must come
	told    map[string]bool // troubles that were logged
	lanes   int
	text    int // bytes of texts that came since the last forget
	room    int // how many there may be

	began     time.Time
	opened    time.Duration // machine time at which collecting began
	last      time.Duration // machine time at which the poll before began
	scanned   time.Duration // machine time at which the last look for new rings began
	start     time.Duration // machine time 0 of the trace, when lead.out
	recovered bool

	stop chan struct{} // of the goroutine that Attach started
	done sync.WaitGroup
	once sync.Once
}

// A Result says what became of a collection.
type Result struct {
	ExitCode  int           // of the command; 128 plus the signal that ended it
	Events    uint64        // in the file, or the files of a rotation
	Lost      uint64        // counted by the gaps in the file
	Unwritten uint64        // events that came and could not be written
	Late      uint64        // events that the file has before what they follow
	Streams   int           // that have events
	Processes int           // that were recorded; 0: the program is not instrumented, and there is no file
	Bytes     int64         // of the file
	Duration  time.Duration // of the collection
	Files     []string      // that were written; of a flight, the last is what it kept at the end
	Dropped   uint64        // events that a flight did not keep to the end
}

// newCollector returns a collector of the rings in dir into out.
func newCollector(dir string, out *output, log func(string)) *Collector {
	if log == nil {
		log = func(string) {}
	}
	c := &Collector{
		dir: dir, log: log, files: dir,
		out:   out,
		procs: map[processKey]*process{},
		taken: map[string]bool{},
		known: map[string]bool{},
		told:  map[string]bool{},
		began: time.Now(),
		room:  textRoom,
	}
	c.opened = ring.Now()
	c.last = c.opened
	if out.turns != nil {
		out.turns.lead = &c.lead
	}
	if out.flight != nil {
		out.flight.lead = &c.lead
	}
	c.merger = order.NewMerger(c.out.w.Tables(), c.write)
	return c
}

// tell logs what went wrong, once each.
func (c *Collector) tell(format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	if !c.told[msg] {
		c.told[msg] = true
		c.log(msg)
	}
}

// scan opens the rings that are new. It reports whether one is still being
// set up.
func (c *Collector) scan() (pending bool) {
	c.scanned = ring.Now()
	paths, err := ring.List(c.dir)
	if err != nil {
		c.tell("listing the rings: %v", err)
	}
	var fresh []*source
	for _, path := range paths {
		if c.known[path] {
			continue
		}
		t := event.NewTables()
		r, err := ring.OpenReader(path, t)
		switch {
		case errors.Is(err, ring.ErrNotReady):
			pending = true
			continue
		case errors.Is(err, os.ErrNotExist):
			continue
		}
		c.known[path] = true
		if err != nil {
			c.tell("opening the ring %s: %v; what is in it is lost", path, err)
			continue
		}
		fresh = append(fresh, &source{path: path, reader: r, text: &c.text, from: t, to: c.out.w.Tables(), forks: map[event.Str]event.Str{}})
	}
	slices.SortStableFunc(fresh, func(a, b *source) int { // the first process is the one that began first
		return a.reader.Info().Started.Compare(b.reader.Info().Started)
	})
	for _, s := range fresh {
		s.lane, c.lanes = c.lanes, c.lanes+1
		s.proc = c.process(s.reader.Info())
		s.emit = func(e *event.Event) { c.take(s, e) }
		c.sources = append(c.sources, s)
	}
	return pending
}

// poll looks once into every ring and writes what is old enough to be in
// order. It returns how many events came. If care is set it also looks for
// processes that have ended.
func (c *Collector) poll(care bool) int {
	now := ring.Now()
	n := 0
	left := c.sources[:0]
	for _, s := range c.sources {
		// Ask first, then drain: what it did before it ended is there by now.
		over := s.reader.Closed() || care && !s.reader.Alive()
		drain := s.reader.Drain
		if over {
			drain = s.reader.Finish
		}
		k, err := drain(s.emit)
		n += k
		if err != nil {
			c.tell("reading the ring %s of %s: %v; the rest of it is lost", s.path, s.proc.name, err)
			over = true
		}
		if over {
			c.finish(s)
		} else {
			left = append(left, s)
		}
	}
	clear(c.sources[len(left):])
	c.sources = left
	// A ring that appeared since the last scan may hold what is older than now.
	c.merger.Advance(min(c.last, c.scanned))
	c.last = now
	c.out.flush(time.Now())
	if c.out.flight != nil {
		c.out.flight.step(c.out, c.tell)
	}
	c.forget()
	return n
}

// A pace says when to poll, when to scan and when to take care.
type pace struct {
	sleep time.Duration
	turn  int
}

// step polls once, and now and then looks for new rings and ended processes.
func (c *Collector) step(p *pace, look bool) {
	look = look || p.turn%lookEvery == 0
	p.turn++
	if look {
		c.scan()
	}
	switch n := c.poll(look); {
	case n >= floodEvents:
		p.sleep = floodSleep
	case n >= busyEvents:
		p.sleep = busySleep
	default:
		p.sleep = min(2*p.sleep, idleSleep)
	}
}

// finish lets a ring go that will bring nothing any more.
func (c *Collector) finish(s *source) {
	if err := s.reader.Close(); err != nil {
		c.tell("closing the ring %s: %v", s.path, err)
	}
	if isFile(s.path) {
		if err := os.Remove(s.path); err != nil {
			c.tell("removing the ring: %v", err)
		}
	}
}

// isFile reports whether the ring is a file, not memory of this process.
func isFile(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// take hands one event of a ring to the merger.
func (c *Collector) take(s *source, e *event.Event) {
	s.translate(e)
	if e.Kind == event.Trace {
		note := c.lead.meet(c.out.w.Tables(), e)
		if note == "" {
			return
		}
		c.tell("%s: %s", s.proc.name, note)
		*e = event.Event{Kind: event.Note, Time: e.Time, Stream: e.Stream}
		e.Str[0] = c.out.w.Tables().Str(note)
	}
	c.merger.Push(s.lane, e)
}

// write puts an event into the file, in the order of the merger.
func (c *Collector) write(e *event.Event) {
	if !c.lead.out {
		first := c.lead.first(c.out.w.Tables(), e, c.recovered)
		c.start = min(c.opened, first.Time)
		c.wall(&first)
		c.put(&first)
	}
	c.put(e)
	if c.out.flight != nil && e.Kind == event.Note {
		if why, ok := strings.CutPrefix(c.out.w.Tables().Text(e.Str[0]), ring.SnapshotNote); ok {
			c.out.flight.ask(why)
		}
	}
}

// put turns machine time into time of the trace and writes the event.
func (c *Collector) put(e *event.Event) {
	e.Time = c.since(e.Time)
	if e.Kind == event.Gap {
		for i := 1; i <= 2; i++ {
			if e.Set&gapTimes[i] != 0 {
				e.Int[i] = uint64(c.since(time.Duration(e.Int[i])))
			}
		}
	}
	if err := c.out.append(e); err != nil {
		c.tell("%v; a gap stands in its place", err)
	}
}

// gapTimes are the bits of the keys of a gap that are times, by their Int.
var gapTimes = [3]event.Set{1: event.Gap.Bit("from"), 2: event.Gap.Bit("to")}

// since returns the time of the trace at machine time t, never less than 0.
func (c *Collector) since(t time.Duration) time.Duration { return max(0, t-c.start) }

// end writes everything that is left and completes the file.
func (c *Collector) end() (*Result, error) {
	for _, s := range c.sources {
		if _, err := s.reader.Drain(s.emit); err != nil {
			c.tell("reading the ring %s of %s: %v; the rest of it is lost", s.path, s.proc.name, err)
		}
		if err := s.reader.Close(); err != nil {
			c.tell("closing the ring %s: %v", s.path, err)
		}
	}
	alive := c.sources
	c.sources = nil
	c.merger.Flush()
	if c.lead.known && !c.lead.out { // a trace event and nothing else
		e := c.lead.first(c.out.w.Tables(), &c.lead.event, c.recovered)
		c.start = min(c.opened, e.Time)
		c.wall(&e)
		c.put(&e)
	}
	if c.out.flight == nil && c.out.events > 0 && c.out.w.Flush() == nil {
		c.out.flushed = c.out.events
		c.attach(c.out.w, alive)
	}
	err := c.out.close()
	r := &Result{
		Events:    c.out.events,
		Lost:      c.out.lost,
		Late:      c.merger.Late(),
		Streams:   c.out.used(),
		Processes: len(c.procs),
		Bytes:     c.out.bytes,
		Duration:  time.Since(c.began),
	}
	if err != nil {
		r.Events, r.Unwritten = c.out.flushed, c.out.events-c.out.flushed+c.out.failed
	}
	switch f := c.out.flight; {
	case f != nil:
		kept, e := f.end(c.out, c.tell, func(w *trace.Writer) { c.attach(w, alive) })
		if err == nil {
			err = e
		}
		r.Events, r.Lost, r.Streams, r.Bytes, r.Dropped, r.Files = kept.Events, kept.Lost, kept.Streams, kept.Bytes, f.dropped, f.files
	case len(c.procs) == 0: // there is no file
	case c.out.turns != nil:
		r.Files = c.out.turns.files
	default:
		r.Files = c.out.files
	}
	return r, err
}
