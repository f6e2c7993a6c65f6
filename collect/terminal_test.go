//go:build linux

package collect_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/event"
)

// terminal returns the two ends of a new terminal.
func terminal(t *testing.T) (keyboard, screen *os.File) {
	t.Helper()
	const unlock, number = 0x40045431, 0x80045430 // TIOCSPTLCK, TIOCGPTN
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	var n int32
	for _, op := range []uintptr{unlock, number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, keyboard.Fd(), op, uintptr(unsafe.Pointer(&n))); errno != 0 {
			t.Skip(errno)
		}
	}
	screen, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { screen.Close() })
	return keyboard, screen
}

// A control-C reaches the target once, not a second time through the
// collector: to many servers the second one means to stop at once.
func TestRunTerminal(t *testing.T) {
	keyboard, screen := terminal(t)
	output := filepath.Join(t.TempDir(), "run.aoi")
	cmd := exec.Command(os.Args[0], output)
	cmd.Env = append(os.Environ(), targetEnv+"=terminal")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	keyboard.Read(make([]byte, 100)) // it is ready
	keyboard.WriteString("\x03")
	time.Sleep(100 * time.Millisecond)
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 9 {
		t.Errorf("got %v, want exit code 9", err)
	}
	got := strings.Join(read(t, output).lines(event.Note), "\n")
	if want := "main note text=ready\nmain note text=interrupt\nmain note text=terminated"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// inTerminal is a target that records another one and hands its terminal on.
func inTerminal(args []string) {
	env := []string{}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, targetEnv+"=") {
			env = append(env, v)
		}
	}
	r, err := collect.Run(context.Background(), collect.Options{
		Command: []string{os.Args[0]},
		Env:     append(env, targetEnv+"=signals"),
		Output:  args[0],
		Stdin:   os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	os.Exit(r.ExitCode)
}
