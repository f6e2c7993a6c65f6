//go:build linux

package collect_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// What a full ring drops is counted: recorded = in the file + lost.
func TestRunOverflow(t *testing.T) {
	const n = 2_000_000
	o, out := options(t, "burst", fmt.Sprint(n), fmt.Sprint(512<<10))
	r := mustRun(t, o, 0)
	rec := read(t, o.Output)
	in := uint64(len(rec.lines(event.Update)))
	if r.Lost == 0 {
		t.Fatalf("nothing was lost of %s: the test does not test", out)
	}
	if in+r.Lost != n || rec.stats.Lost != r.Lost {
		t.Errorf("%d events in the file and %d lost (the file says %d), want %d together", in, r.Lost, rec.stats.Lost, n)
	}
	last, lost := int64(-1), uint64(0)
	for _, e := range rec.events {
		switch e.Kind {
		case event.Gap:
			lost += e.Int[0]
			if from, to := time.Duration(e.Int[1]), time.Duration(e.Int[2]); from > to || to > rec.stats.Last+time.Second {
				t.Errorf("a gap from %v to %v", from, to)
			}
		case event.Update:
			if v := int64(e.Int[0]); v != last+1+int64(lost) {
				t.Fatalf("update %d follows update %d and %d lost", v, last, lost)
			}
			last, lost = int64(e.Int[0]), 0
		}
	}
	t.Logf("%d in the file, %d lost", in, r.Lost)
}

// A program that asks for it waits for room, and loses nothing.
func TestRunWait(t *testing.T) {
	const n = 500_000
	o, _ := options(t, "burst", fmt.Sprint(n), fmt.Sprint(512<<10))
	o.Overflow = "wait"
	r := mustRun(t, o, 0)
	vs := read(t, o.Output).updates()["s"]
	if len(vs) != n || r.Lost != 0 {
		t.Errorf("%d of %d events in the file, %d lost", len(vs), n, r.Lost)
	}
	for i, v := range vs {
		if v != uint64(i) {
			t.Fatalf("event %d says %d", i, v)
		}
	}
}

// A full disk does not trouble the target, and the error says what is missing.
func TestRunDiskFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	o, _ := options(t, "streams", "2", "50000")
	o.Output = "/dev/full"
	r, err := collect.Run(context.Background(), o)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(fmt.Sprint(err), "events are not in it") {
		t.Errorf("got %v", err)
	}
	if r == nil || r.ExitCode != 0 || r.Events != 0 || r.Unwritten != 1+1+2+2+100000 || r.Lost != 0 {
		t.Errorf("got %+v", r)
	}
}

// A collector that is killed leaves what it had written a second before, the
// target runs on, and the rings stay for Recover.
func TestCollectorKilled(t *testing.T) {
	dir := t.TempDir()
	witness := filepath.Join(dir, "witness")
	if err := os.WriteFile(witness, make([]byte, 8), 0o666); err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(dir, "run.aoi")
	cmd := exec.Command(os.Args[0], output, os.Args[0], "1", witness)
	cmd.Env = append(os.Environ(), targetEnv+"=collector", "TMPDIR="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	count := func() uint64 { return readWitness(t, witness)[0] }
	time.Sleep(1500 * time.Millisecond)
	cmd.Process.Kill()
	cmd.Wait()
	at := count()
	time.Sleep(50 * time.Millisecond)
	pid := readPid(t, output+".pid")
	defer syscall.Kill(pid, syscall.SIGKILL)
	if now := count(); now == at {
		t.Errorf("the target stands still at %d events", now)
	}
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(env), collect.DirEnv+"=")
	rings, _, _ := strings.Cut(rest, "\x00")
	defer os.RemoveAll(rings)
	syscall.Kill(pid, syscall.SIGKILL)
	recovered := filepath.Join(dir, "recovered.aoi")
	if _, err := collect.Recover(rings, recovered, nil); err != nil {
		t.Fatal(err)
	}
	end := uint64(0)
	for _, e := range read(t, recovered).events {
		switch {
		case e.Kind == event.Gap:
			end += e.Int[0]
		case e.Kind != event.Update:
		case end == 0: // what the collector had taken is not in the rings
			end = e.Int[0]
		default:
			if end++; end != e.Int[0] {
				t.Fatalf("recovered: event %d where event %d should be", e.Int[0], end)
			}
		}
	}
	if end < at {
		t.Errorf("recovered up to event %d of %d", end, at)
	}

	f, err := os.Open(output)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := trace.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	n := uint64(0)
	err = event.Each(r, func(_ *event.Tables, e event.Event) bool {
		if e.Kind == event.Update {
			if n++; e.Int[0] != n {
				t.Fatalf("event %d says %d", n, e.Int[0])
			}
		}
		return true
	})
	if st := r.Stats(); n == 0 || st.Complete {
		t.Errorf("%d of %d events in the file (%v), complete %v", n, at, err, st.Complete)
	}
	t.Logf("%d of %d events are in the file of the killed collector", n, at)
}

func readPid(t *testing.T, path string) (pid int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		_, err = fmt.Sscan(string(b), &pid)
	}
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// collector is a target that is a collector: it records args[1:] into
// args[0], beside which it writes the number of the process that it starts.
func collector(args []string, change ...func(*collect.Options)) {
	env := os.Environ()
	for i, v := range env {
		if strings.HasPrefix(v, targetEnv+"=") {
			env[i] = targetEnv + "=forever"
		}
	}
	o := collect.Options{
		Command: append([]string{"sh", "-c", `echo $$ >` + args[0] + `.pid; exec "$0" "$@"`}, args[1:]...),
		Env:     env,
		Output:  args[0],
	}
	for _, f := range change {
		f(&o)
	}
	collect.Run(context.Background(), o)
}
