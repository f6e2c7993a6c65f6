package record

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record/ring"
)

// DirEnv is the environment variable that names the directory of the rings.
// "aoi-trace record" sets it for the program that it starts; children of that
// program inherit it and are recorded too.
const DirEnv = "AOI_TRACE_DIR"

// OverflowEnv is the environment variable that says what an event does that
// meets a full ring: "wait" waits for room while somebody reads the ring;
// anything else drops the event and counts it. "aoi-trace record --overflow"
// sets it.
const OverflowEnv = "AOI_TRACE_OVERFLOW"

// A Contract is what a space declares about its AOI.
type Contract = event.Contract

// A Vec is a position, in the server's units.
type Vec = event.Vec

// A Name is an interned string: the name of an operation, a lock, a channel,
// a zone. The zero Name is the empty string, which stands for "none".
type Name = ring.Name

// A Mode says how a lock is held or an object is accessed.
type Mode = ring.Mode

// The modes of locks and accesses.
const (
	Shared    = ring.Shared    // reading
	Exclusive = ring.Exclusive // writing
)

// A Recorder records one process. A nil Recorder records nothing. All its
// methods may be called by any goroutine at any time.
type Recorder struct {
	pool *ring.Pool
	opts options

	main  *Stream
	here  goroutines
	taken objects      // names of locks, channels and published objects
	open  listeners    // those of Listen
	ends  ends         // of what runs beside
	after func() error // what To has left to do when the recorder is closed
}

type options struct {
	detail  []string // of the trace event
	unknown bool
	limit   int64
	wait    bool
	during  []func(*Recorder) (stop func())
}

// An Option changes what Open and To do.
type Option func(*options)

// StartUnknown says that the worlds were not empty when recording began, so
// that views may hold what no event tells of.
func StartUnknown() Option { return func(o *options) { o.unknown = true } }

// SyncAll promises that every lock, channel and atomic that orders accesses
// is recorded; only then is a race certain.
func SyncAll() Option { return func(o *options) { o.detail = append(o.detail, "sync=all") } }

// Limit bounds the memory of all rings together, in bytes (default 64 MiB, and
// at most half of what the tmpfs has free).
func Limit(bytes int64) Option { return func(o *options) { o.limit = bytes } }

// Wait makes an event that meets a full ring wait for room, as long as
// somebody reads the ring, instead of dropping it. It slows the program down
// to what the collector can take.
func Wait() Option { return func(o *options) { o.wait = true } }

// Open starts recording into the directory that AOI_TRACE_DIR names. Without
// it, or when nothing can be recorded there, it returns nil; in the second
// case one line on standard error says why.
func Open(opts ...Option) *Recorder {
	dir := os.Getenv(DirEnv)
	if dir == "" {
		return nil
	}
	r, err := open(dir, opts)
	if err != nil {
		fmt.Fprintf(os.Stderr, "aoi-trace: nothing is recorded: %v\n", err)
		return nil
	}
	return r
}

func open(dir string, opts []Option) (*Recorder, error) {
	r := &Recorder{}
	r.opts.wait = os.Getenv(OverflowEnv) == "wait"
	for _, opt := range opts {
		opt(&r.opts)
	}
	pool, err := ring.NewPool(ring.Config{Dir: dir, Limit: r.opts.limit, Wait: r.opts.wait, Warn: warn})
	if err != nil {
		return nil, err
	}
	r.pool = pool
	r.main = r.Stream("main")
	r.here.add(goroutine(), r.main)
	start := "start=empty"
	if r.opts.unknown {
		start = "start=unknown"
	}
	detail := append(append([]string{start}, r.opts.detail...), "clock="+pool.Clock())
	r.main.w.Trace(1, strings.Join(detail, " "))
	r.begin()
	return r, nil
}

func warn(msg string) { fmt.Fprintf(os.Stderr, "aoi-trace: %s\n", msg) }

// ErrClosed is returned when a recorder is closed twice.
var ErrClosed = errors.New("closing the recorder: it is closed already")

// Close ends the recording: it tells what was lost and not told yet, and lets
// the rings go. A program that dies without it loses nothing. Events that
// come after Close are dropped.
func (r *Recorder) Close() error {
	if r == nil {
		return nil
	}
	r.ends.run()
	if !r.pool.Close() {
		return ErrClosed
	}
	if r.after != nil {
		return r.after()
	}
	return nil
}

// Name interns s. Keep the result: interning takes a lock, using it does not.
func (r *Recorder) Name(s string) Name {
	if r == nil {
		return 0
	}
	return r.pool.Name(s)
}

// Stream starts a stream, which belongs to one goroutine at a time. A slash
// in the name becomes a colon. The name of an earlier stream gets a number:
// "zone(2)".
func (r *Recorder) Stream(name string) *Stream {
	if r == nil {
		return nil
	}
	return r.stream(name)
}

func (r *Recorder) stream(name string) *Stream {
	s := &Stream{}
	r.pool.Start(&s.w, strings.ReplaceAll(name, "/", ":"), false)
	return s
}
