package exectrace

import "strings"

// A Cause says what keeps a goroutine from running.
type Cause uint8

// The causes.
const (
	Running   Cause = iota // nothing
	Scheduler              // it could run, and no processor was free for it
	GC                     // the garbage collector: an assist, a stop of the world, a phase to end
	Mutex                  // package sync: a lock, a condition, a WaitGroup
	Channel                // a send, a receive or a select
	Syscall                // a system call
	Network                // the network poller
	Sleep                  // time.Sleep
	Other                  // the runtime's own reasons, or none given
	unknown                // the trace does not say
	dead                   // it has ended, or has not begun
)

var causeNames = [...]string{"running", "scheduler", "gc", "mutex", "channel", "syscall", "network", "sleep", "other", "unknown", "dead"}

func (c Cause) String() string {
	if int(c) < len(causeNames) {
		return causeNames[c]
	}
	return "unknown"
}

// causeOf returns the cause that the runtime's reason for blocking stands for.
func causeOf(reason string) Cause {
	switch {
	case strings.HasPrefix(reason, "GC "), reason == "wait until GC ends", reason == "preempted":
		return GC // a goroutine is preempted into waiting to have its stack scanned
	case reason == "chan send", reason == "chan receive", reason == "select":
		return Channel
	case strings.HasPrefix(reason, "sync"):
		return Mutex
	case reason == "network":
		return Network
	case reason == "sleep":
		return Sleep
	}
	return Other
}
