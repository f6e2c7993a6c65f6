//go:build unix

package collect

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// forwarded are the signals that a user of the program sends to this process,
// not knowing, or not caring, that the program is another one.
var forwarded = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

// signals hands signals on to a process.
type signals struct {
	ch   chan os.Signal
	quit chan struct{}

	mu   sync.Mutex
	to   *os.Process
	left bool // the process has ended
	got  bool // a signal came after that

	flight bool // SIGUSR1 asks for a snapshot
	asked  int  // how many snapshots
}

// catch begins to catch signals. Those that are ignored, as under nohup, stay
// ignored, here and in the program that inherits that. In a flight SIGUSR1 is
// for this process.
func catch(flight bool) *signals {
	s := &signals{ch: make(chan os.Signal, 16), quit: make(chan struct{}), flight: flight}
	for _, sig := range forwarded {
		if !signal.Ignored(sig) {
			signal.Notify(s.ch, sig)
		}
	}
	return s
}

// forward hands to p what was caught and will be caught. Without p, leave
// comes first.
func (s *signals) forward(p *os.Process) {
	s.to = p
	go func() {
		for {
			select {
			case sig := <-s.ch:
				s.handle(sig)
			case <-s.quit:
				return
			}
		}
	}()
}

func (s *signals) handle(sig os.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.flight && sig == syscall.SIGUSR1:
		s.asked++
	case s.left:
		s.got = s.got || sig != syscall.SIGUSR1 && sig != syscall.SIGUSR2
	case (sig == syscall.SIGINT || sig == syscall.SIGQUIT) && foreground():
		// It came from the keyboard, and so did the program's own.
	default:
		s.to.Signal(sig) // fails only when the process has just ended
	}
}

// leave says that the process has ended.
func (s *signals) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = true
}

// caught reports whether a signal that asks to end came after leave.
func (s *signals) caught() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

// tell hands the snapshots that were asked for to f.
func (s *signals) tell(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; s.asked > 0; s.asked-- {
		f.ask("signal")
	}
}

func (s *signals) stop() {
	signal.Stop(s.ch)
	close(s.quit)
}

func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// exitCode returns what a shell would call the exit code.
func exitCode(s *os.ProcessState) int {
	if s == nil {
		return -1
	}
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return s.ExitCode()
}
