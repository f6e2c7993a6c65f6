package analyzetest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// A Sync is how a Server's goroutines take turns.
type Sync int

// The ways of taking turns.
const (
	Alone    Sync = iota // one goroutine does everything
	Locks                // locks with section numbers around each share of the entities
	Messages             // each share is handed on by numbered messages
	Versions             // each share is handed on by published versions
	Forks                // goroutines forked and joined in each tick
)

// A Server is an AOI server as simple as can be: every evaluation looks at
// every pair. Its entities walk at random, come, go, come back under the same
// identifier and teleport. It keeps its contract exactly, unless Faults says
// what it does wrong, and records everything with happens-before complete.
//
// It is written from the contract's words and shares no code with package
// world, which it tests.
type Server struct {
	Seed       uint64
	Contract   event.Contract // of each space; Bounds are the world's size
	Spaces     int            // 1 if 0
	Entities   int            // identifiers in each space
	Ticks      int
	Sync       Sync
	Workers    int  // goroutines besides main, unless Alone
	Operations bool // begin and end around what it does
	Eager      bool // look at a mover's pairs at once, besides at the end of the tick
	Radii      bool // entities have radii of their own
	Hide       bool // rules hide pairs
	Unnamed    bool // events do not name their space: there must be one only
	Faults     []Fault
	Rate       float64 // how often a fault happens on each occasion; 0: one time in all
}

// A Recorded is what a Server recorded, in the order in which it happened.
type Recorded struct {
	Tables  *event.Tables
	Events  []event.Event
	Edges   [][2]int // indices of Events: the first happened before the second, on another stream
	Planted []Plant
}

// A Plant is one fault that was done.
type Plant struct {
	Fault Fault
	Index int // in Events: the wrong event, or the last one before what is missing
	W, T  uint64
}

type server struct {
	Server
	out    *Recorded
	rand   *rand.Rand
	now    time.Duration
	spaces []*refSpace
	main   *refStream
	crew   []*refStream
	tick   uint64
	plants int
}

type refStream struct {
	name string
	id   event.StreamID
	last int // index of its newest event, or -1
}

type refSpace struct {
	id       uint64
	entities []*refEntity
	shares   []*share
	hidden   map[[2]uint64]bool
	blind    map[[2]uint64]bool // a fault keeps these from entering
	stuck    map[[2]uint64]bool // a fault keeps these from leaving
	brief    map[[2]uint64]bool // a fault changed these: right again at the next evaluation
	flapping int                // ticks that the first two go on flapping
}

type refEntity struct {
	id         uint64
	alive      bool
	watches    bool
	pos        event.Vec
	inc        int
	view       map[uint64]int // target to incarnation
	own, ownT  *[2]float64    // enter and leave
	share      int
	untold     int    // a fault: the incarnation whose despawn is not told
	busy       uint64 // the tick of its last event that excuses its views
	radiusless bool   // a fault: its own radii are ignored
}

// share is some of a space's entities, which one goroutine at a time owns.
type share struct {
	name  string
	n     uint64
	wrote int   // index of the event that gave it up
	read  []int // the same, of readers since then
}

// Run runs the server.
func (s Server) Run() *Recorded {
	r := &Recorded{Tables: event.NewTables()}
	g := &server{Server: s, out: r, rand: rand.New(rand.NewPCG(s.Seed, 7))}
	g.main = g.stream("main")
	detail := "start=empty sync=all"
	g.emit(g.main, event.Event{Kind: event.Trace, Int: [3]uint64{1}, Str: [3]event.Str{r.Tables.Str(detail)}})
	for i := range max(1, s.Spaces) {
		g.declare(uint64(i + 1))
	}
	if s.Sync != Alone && s.Sync != Forks {
		for i := range s.Workers {
			g.crew = append(g.crew, g.fork(fmt.Sprintf("w%d", i)))
		}
	}
	for range s.Ticks {
		g.tick++
		for _, sp := range g.spaces {
			g.runTick(sp)
		}
		g.now = time.Duration(g.tick) * 50 * time.Millisecond
	}
	for _, w := range g.crew {
		g.join(w)
	}
	return r
}

func (g *server) declare(id uint64) {
	g.emit(g.main, event.Event{Kind: event.Space, Space: id, Str: [3]event.Str{g.out.Tables.Str(g.Contract.Detail())}})
	sp := &refSpace{id: id, hidden: map[[2]uint64]bool{}, blind: map[[2]uint64]bool{}, stuck: map[[2]uint64]bool{}, brief: map[[2]uint64]bool{}}
	n := 1
	if g.Sync != Alone && g.Sync != Forks && !g.Contract.EvalMove && !g.Eager {
		n = 3
	}
	for i := range n {
		sp.shares = append(sp.shares, &share{name: fmt.Sprintf("space-%d/%d", id, i), wrote: -1})
	}
	for i := range g.Entities {
		sp.entities = append(sp.entities, &refEntity{
			id: uint64(i + 1), share: i % n, view: map[uint64]int{},
			watches: g.Contract.Watchers == "all" || i%3 != 2,
		})
	}
	g.spaces = append(g.spaces, sp)
}

// runTick lets every entity act, looks at all pairs if the tick is one of
// evaluation, and ends the tick.
func (g *server) runTick(sp *refSpace) {
	c := &g.Contract
	g.hold(g.main, sp, []int{0}, nil, func() { g.park(sp) })
	order := g.rand.Perm(len(sp.entities))
	g.phase(order, func(s *refStream, i int) {
		e := sp.entities[i]
		g.hold(s, sp, []int{e.share}, nil, func() { g.act(s, sp, e) })
	})
	if !c.EvalMove && (c.Eval <= 1 || g.tick%c.Eval == 0) {
		var others []int
		for k := range sp.shares {
			others = append(others, k)
		}
		g.phase(g.rand.Perm(len(sp.entities)), func(s *refStream, i int) {
			w := sp.entities[i]
			g.hold(s, sp, []int{w.share}, others, func() { g.look(s, sp, w) })
		})
	}
	var all []int
	for k := range sp.shares {
		all = append(all, k)
	}
	g.hold(g.main, sp, all, nil, func() {
		g.flap(sp)
		g.emit(g.main, g.about(sp, event.Event{Kind: event.Tick, Int: [3]uint64{g.tick}}))
	})
}

// phase calls f for each of the numbers, each on the stream that does it.
func (g *server) phase(numbers []int, f func(*refStream, int)) {
	switch g.Sync {
	case Alone:
		for _, i := range numbers {
			f(g.main, i)
		}
	case Forks:
		n := g.Workers
		if g.Contract.EvalMove || g.Eager {
			n = 1
		}
		var ws []*refStream
		for range n {
			ws = append(ws, g.fork(fmt.Sprintf("w%d", g.out.Tables.Streams.Len())))
		}
		for _, i := range numbers {
			f(ws[i%n], i)
		}
		for _, w := range ws {
			g.join(w)
		}
	default:
		for _, i := range numbers {
			f(g.crew[g.rand.IntN(len(g.crew))], i)
		}
	}
}

// hold calls f while the stream owns the shares that it writes and those that
// it only reads.
func (g *server) hold(s *refStream, sp *refSpace, write, read []int, f func()) {
	type held struct {
		sh    *share
		write bool
		n     uint64
	}
	var hs []held
	for k, sh := range sp.shares {
		for _, w := range write {
			if w == k {
				hs = append(hs, held{sh: sh, write: true})
			}
		}
		if len(hs) == 0 || hs[len(hs)-1].sh != sh {
			for _, r := range read {
				if r == k {
					hs = append(hs, held{sh: sh})
				}
			}
		}
	}
	for i := range hs {
		hs[i].n = g.take(s, hs[i].sh, hs[i].write)
	}
	f()
	for i := len(hs) - 1; i >= 0; i-- {
		g.give(s, hs[i].sh, hs[i].write, hs[i].n)
	}
}

func (g *server) take(s *refStream, sh *share, write bool) uint64 {
	name := [3]event.Str{g.out.Tables.Str(sh.name)}
	var at int
	switch g.Sync {
	case Locks:
		e := event.Event{Kind: event.Acquire, Str: name, Set: event.Acquire.Bit("n")}
		if write {
			sh.n++
			e.Mode = 1
		}
		e.Int[0] = sh.n
		at = g.emit(s, e)
		if write {
			for _, r := range sh.read {
				g.edge(r, at)
			}
		}
	case Messages:
		if sh.n == 0 {
			return 0
		}
		at = g.emit(s, event.Event{Kind: event.Recv, Str: name, Int: [3]uint64{sh.n}, Set: event.Recv.Bit("n")})
	case Versions:
		if sh.n == 0 {
			return 0
		}
		at = g.emit(s, event.Event{Kind: event.Observe, Str: name, Int: [3]uint64{sh.n}, Set: event.Observe.Bit("v")})
	default:
		return 0
	}
	g.edge(sh.wrote, at)
	return sh.n
}

func (g *server) give(s *refStream, sh *share, write bool, n uint64) {
	name := [3]event.Str{g.out.Tables.Str(sh.name)}
	switch g.Sync {
	case Locks:
		e := event.Event{Kind: event.Release, Str: name, Int: [3]uint64{n}, Set: event.Release.Bit("n")}
		if !write {
			sh.read = append(sh.read, g.emit(s, e))
			return
		}
		e.Mode = 1
		sh.wrote, sh.read = g.emit(s, e), nil
	case Messages:
		sh.n++
		sh.wrote = g.emit(s, event.Event{Kind: event.Send, Str: name, Int: [3]uint64{sh.n}, Set: event.Send.Bit("n")})
	case Versions:
		sh.n++
		sh.wrote = g.emit(s, event.Event{Kind: event.Publish, Str: name, Int: [3]uint64{sh.n}, Set: event.Publish.Bit("v")})
	}
}

func (g *server) stream(name string) *refStream {
	return &refStream{name: name, id: g.out.Tables.Stream(name), last: -1}
}

func (g *server) fork(name string) *refStream {
	at := g.emit(g.main, event.Event{Kind: event.Fork, Str: [3]event.Str{g.out.Tables.Str(name)}})
	s := g.stream(name)
	s.last = -2 - at // its first event follows the fork
	return s
}

func (g *server) join(s *refStream) {
	at := g.emit(g.main, event.Event{Kind: event.Join, Str: [3]event.Str{g.out.Tables.Str(s.name)}})
	if s.last < -1 {
		g.edge(-2-s.last, at)
	} else {
		g.edge(s.last, at)
	}
}

func (g *server) edge(from, to int) {
	if from >= 0 && g.out.Events[from].Stream != g.out.Events[to].Stream {
		g.out.Edges = append(g.out.Edges, [2]int{from, to})
	}
}

// emit records e on s and returns its index.
func (g *server) emit(s *refStream, e event.Event) int {
	g.now += time.Duration(1 + g.rand.IntN(20_000))
	e.Stream, e.Time = s.id, g.now
	at := len(g.out.Events)
	g.out.Events = append(g.out.Events, e)
	if s.last < -1 {
		g.edge(-2-s.last, at)
	}
	s.last = at
	return at
}

// about makes e an event of the space.
func (g *server) about(sp *refSpace, e event.Event) event.Event {
	if !g.Unnamed || sp.id > 1 {
		e.Space, e.Set = sp.id, e.Set|e.Kind.Bit("space")
	}
	return e
}

// Source returns the events in blocks of at most size; 0 is one block.
func (r *Recorded) Source(size int) event.Source { return NewSource(r.Tables, r.Events, size) }

// Text returns the events in the text twin.
func (r *Recorded) Text() string { return Text(r.Tables, r.Events) }

// Text returns events in the text twin.
func Text(t *event.Tables, events []event.Event) string {
	var b strings.Builder
	for i := range events {
		b.Write(event.AppendText(nil, t, &events[i]))
		b.WriteByte('\n')
	}
	return b.String()
}

type source struct {
	t      *event.Tables
	events []event.Event
	seq    event.Sequencer
	size   int
}

// NewSource returns a source of events, in blocks of at most size; 0 is one
// block. It gives the events their sequence numbers.
func NewSource(t *event.Tables, events []event.Event, size int) event.Source {
	if size == 0 {
		size = max(1, len(events))
	}
	return &source{t: t, events: events, size: size}
}

func (s *source) Next() (*event.Block, error) {
	if len(s.events) == 0 {
		return nil, io.EOF
	}
	n := min(s.size, len(s.events))
	b := event.NewBlock(s.t, n)
	for i := range n {
		e := s.events[i]
		s.seq.Assign(&e)
		b.Append(&e)
	}
	s.events = s.events[n:]
	return b, nil
}
