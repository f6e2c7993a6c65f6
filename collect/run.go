package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/aoi-trace/aoi-trace/record/ring"
)

// The environment variables that tell a program to record.
const (
	DirEnv      = "AOI_TRACE_DIR"      // the directory for its rings
	OverflowEnv = "AOI_TRACE_OVERFLOW" // what to do when a ring is full
)

// Options say what Run does.
type Options struct {
	Command []string // the program and its arguments
	Dir     string   // where it runs; "" is here
	Env     []string // its environment; nil is that of this process
	Output  string   // the trace file

	// What the program reads and writes. Files are handed over as they are;
	// nil is the null device.
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Overflow says what an event does that meets a full ring: "drop" (also
	// "") drops and counts it, "wait" makes the program wait.
	Overflow string

	// RotateBytes and RotateEvery, where they are set, end a file when it has
	// that many bytes, or after that time, and begin the next: run.0001.aoi,
	// run.0002.aoi, for the output run.aoi. Each opens on its own.
	RotateBytes int64
	RotateEvery time.Duration

	// Flight, if it is set, keeps only that much of the end of the recording,
	// in at most FlightBytes of memory (0: DefaultFlightBytes). It is written
	// into Output at the end and, before that, into run.0001.aoi and so on
	// at each SIGUSR1, which the command does not get then, and whenever the
	// program asks for it with Recorder.Snapshot.
	Flight      time.Duration
	FlightBytes int64

	// What the program leaves beside its events is attached to the trace: the
	// output of Go's execution tracer, and profiles, of programs that open
	// their recorder with record/profile.
	ExecTrace, CPUProfile, MemProfile bool

	// Log is told, in one line each, what the user should know: that
	// recording is not what it should be, and why.
	Log func(string)
}

// killAfter is how long a program has to end after SIGTERM, when the context
// is cancelled, before it is killed.
const killAfter = 5 * time.Second

// lateStart is how long Run waits, after the command itself has ended, for
// processes that it left behind to begin to record.
const lateStart = time.Second

// Run starts the command and records it, and every process it starts, into
// the output, until all of them have ended that record. Signals that ask
// this process to end or to act go to the command.
//
// The error says what is wrong with the recording; if it came before the
// command was started, the result is nil. The program's own failure is no
// error: it is in ExitCode. If ctx is cancelled, the command gets SIGTERM, and
// SIGKILL five seconds later; processes that it left behind are not followed
// any more.
func Run(ctx context.Context, o Options) (*Result, error) {
	if len(o.Command) == 0 {
		return nil, errors.New("recording a command: there is none")
	}
	if o.Overflow != "" && o.Overflow != "drop" && o.Overflow != "wait" {
		return nil, fmt.Errorf("recording a command: overflow %q is neither drop nor wait", o.Overflow)
	}
	if !ring.SharedMemory {
		return nil, errors.New("recording a command: this system has no memory that two processes share in files; record.To records from within the program")
	}
	cmd := exec.CommandContext(ctx, o.Command[0], o.Command[1:]...)
	if cmd.Err != nil {
		return nil, fmt.Errorf("starting the command: %w", cmd.Err)
	}
	out, err := o.open()
	if err != nil {
		return nil, err
	}
	dir, err := makeDir(o.Log)
	if err != nil {
		out.abandon()
		return nil, err
	}
	defer os.RemoveAll(dir)
	unlock, err := lockDir(dir)
	if err != nil {
		out.abandon()
		return nil, err
	}
	defer unlock()

	cmd.Dir = o.Dir
	cmd.Env = slices.Clip(o.Env) // what is appended must not go into the caller's
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, DirEnv+"="+dir)
	if o.Overflow != "" {
		cmd.Env = append(cmd.Env, OverflowEnv+"="+o.Overflow)
	}
	cmd.Env = append(cmd.Env, o.attachEnv()...)
	defer makeRoom(dir)()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = o.Stdin, o.Stdout, o.Stderr
	cmd.Cancel = func() error { return terminate(cmd.Process) }
	cmd.WaitDelay = killAfter

	c := newCollector(dir, out, o.Log)
	signals := catch(o.Flight > 0)
	defer signals.stop()
	if err := cmd.Start(); err != nil {
		out.abandon()
		return nil, fmt.Errorf("starting the command: %w", err)
	}
	signals.forward(cmd.Process)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	waited := c.follow(ctx, ended, signals)
	c.wanted = o.attachNames()

	r, err := c.end()
	r.ExitCode = exitCode(cmd.ProcessState)
	// An ExitError is in the exit code, and a process that was left behind may
	// keep the output open.
	var exit *exec.ExitError
	if err == nil && waited != nil && !errors.As(waited, &exit) && !errors.Is(waited, exec.ErrWaitDelay) && ctx.Err() == nil {
		err = fmt.Errorf("waiting for the command: %w", waited)
	}
	return r, err
}

// leastRoom is how many bytes must be free where the rings are to be: a
// recorder takes half of what is free, and does with little, but not well.
const leastRoom = 8 << 20

// makeDir makes the directory of the rings.
func makeDir(log func(string)) (string, error) {
	const pattern = "aoi-trace-"
	room, err := freeBytes(memoryDir)
	if err == nil && room < leastRoom {
		err = fmt.Errorf("%d KiB are free, %d are wanted", room>>10, leastRoom>>10)
	}
	if err == nil {
		var dir string
		if dir, err = os.MkdirTemp(memoryDir, pattern); err == nil {
			return dir, nil
		}
	}
	if log != nil {
		log(fmt.Sprintf("no room for the rings in %s: %v; they go to %s, where recording may be slower", memoryDir, err, os.TempDir()))
	}
	dir, err := os.MkdirTemp("", pattern)
	if err != nil {
		return "", fmt.Errorf("making a directory for the rings: %w", err)
	}
	return dir, nil
}

// follow polls until the command and every recorded process have ended. It
// returns what waiting for the command returned.
func (c *Collector) follow(ctx context.Context, ended <-chan error, signals *signals) error {
	var waited error
	var over time.Time // when the command ended
	p := pace{sleep: busySleep}
	for {
		signals.tell(c.out.flight)
		c.step(&p, !over.IsZero())
		if !over.IsZero() && c.idle(time.Since(over) > lateStart) {
			return waited
		}
		select {
		case waited = <-ended:
			over, ended = time.Now(), nil
			signals.leave()
		case <-time.After(p.sleep):
		}
		if !over.IsZero() && (ctx.Err() != nil || signals.caught()) {
			c.step(&p, true)
			return waited
		}
	}
}

// idle reports whether nothing is being recorded and nobody is left who may
// begin to. If sure is set, nobody is waited for. A ring whose maker died
// before it was ready stays as it is.
func (c *Collector) idle(sure bool) bool {
	if len(c.sources) > 0 || !sure && inherited(c.dir) {
		return false
	}
	c.scan() // what somebody began who has ended since the last look
	return len(c.sources) == 0
}
