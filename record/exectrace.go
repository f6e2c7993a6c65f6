package record

import (
	"fmt"
	"os"
	rtrace "runtime/trace"
)

// ExecTraceEnv is the environment variable that, when it is set, has a
// recorder run Go's execution tracer beside it. "aoi-trace record
// --exec-trace" sets it.
const ExecTraceEnv = "AOI_TRACE_EXEC"

// ExecTraceName and ExecTraceType are the name and the media type of the
// execution trace in the trace file. Its times are of the clock of the events.
const (
	ExecTraceName = "exec.trace"
	ExecTraceType = "application/x-go-trace; clock=monotonic"
)

// traceExecution starts the execution tracer, if it was asked for. The runtime
// writes once a second, and whenever a buffer is full: a process that dies
// leaves all but its last second.
func (r *Recorder) traceExecution() (stop func()) {
	if os.Getenv(ExecTraceEnv) == "" {
		return nil
	}
	f, err := r.Attachment(ExecTraceName, ExecTraceType)
	if err == nil {
		if err = rtrace.Start(f); err != nil {
			f.Close()
		}
	}
	if err != nil {
		warn(fmt.Sprintf("no execution trace is recorded: %v", err))
		return nil
	}
	return func() {
		rtrace.Stop()
		f.Close() // what it failed to write cannot be told any more
	}
}
