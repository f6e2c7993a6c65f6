//go:build linux

package collect_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/event"
)

// Signals that this process gets go to the target, whose exit code counts.
func TestRunSignals(t *testing.T) {
	o, _ := options(t, "signals")
	pr, pw := io.Pipe()
	o.Stdout = pw
	go func() {
		bufio.NewReader(pr).ReadString('\n') // it is ready
		for _, sig := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGHUP, syscall.SIGUSR2, syscall.SIGTERM} {
			syscall.Kill(os.Getpid(), sig)
			time.Sleep(20 * time.Millisecond) // signals have no order among themselves
		}
	}()
	r, err := collect.Run(context.Background(), o)
	if err != nil || r.ExitCode != 9 {
		t.Fatalf("got %+v and %v", r, err)
	}
	want := []string{"ready", `"user defined signal 1"`, "hangup", `"user defined signal 2"`, "terminated"}
	var lines []string
	for _, w := range want {
		lines = append(lines, "main note text="+w)
	}
	if got := read(t, o.Output).lines(event.Note); fmt.Sprint(got) != fmt.Sprint(lines) {
		t.Errorf("got %q, want %q", got, lines)
	}
}
