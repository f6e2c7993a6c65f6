//go:build !unix

package collect

import (
	"os"
	"os/signal"
)

// signals keeps an interrupt from ending this process: the program gets its
// own.
type signals struct{ ch chan os.Signal }

func catch(bool) *signals {
	s := &signals{ch: make(chan os.Signal, 1)}
	signal.Notify(s.ch, os.Interrupt)
	return s
}

func (s *signals) forward(*os.Process) {}
func (s *signals) leave()              {}
func (s *signals) caught() bool        { return false }
func (s *signals) tell(*flight)        {}
func (s *signals) stop()               { signal.Stop(s.ch) }

func terminate(p *os.Process) error { return p.Kill() }

func exitCode(s *os.ProcessState) int {
	if s == nil {
		return -1
	}
	return s.ExitCode()
}
