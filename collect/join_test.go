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
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/record/ring"
)

// startTarget starts a target that records into dir.
func startTarget(t *testing.T, dir, target string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), targetEnv+"="+target, record.DirEnv+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestJoin(t *testing.T) {
	dir, output := t.TempDir(), filepath.Join(t.TempDir(), "run.aoi")
	type end struct {
		r   *collect.Result
		err error
	}
	ended := make(chan end)
	go func() {
		r, err := collect.Join(context.Background(), dir, collect.Options{Output: output})
		ended <- end{r, err}
	}()
	time.Sleep(20 * time.Millisecond)
	if _, err := collect.Join(context.Background(), dir, collect.Options{Output: output + "2"}); err == nil || !strings.Contains(err.Error(), "another collector") {
		t.Errorf("a second collector: %v", err)
	}
	startTarget(t, dir, "streams", "2", "3000").Wait()
	e := <-ended
	if e.err != nil || e.r.Processes != 1 {
		t.Fatalf("got %+v and %v", e.r, e.err)
	}
	for name, vs := range read(t, output).updates() {
		if len(vs) != 3000 {
			t.Errorf("%s has %d events", name, len(vs))
		}
	}
	if left, _ := ring.List(dir); len(left) != 0 {
		t.Errorf("rings are left: %v", left)
	}
}

func TestJoinCancel(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	output := filepath.Join(t.TempDir(), "run.aoi")
	if r, err := collect.Join(ctx, dir, collect.Options{Output: output}); err != nil || r.Processes != 0 {
		t.Errorf("got %+v and %v", r, err)
	}
	if _, err := os.Stat(output); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the output is there: %v", err)
	}
	if _, err := collect.Join(ctx, output, collect.Options{Output: output}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

// What is in the rings of a program that nobody collected becomes a file, as
// often as it is asked for, also while the program runs.
func TestRecover(t *testing.T) {
	dir := t.TempDir()
	witness := filepath.Join(t.TempDir(), "witness")
	if err := os.WriteFile(witness, make([]byte, 8), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := startTarget(t, dir, "forever", "1", witness)
	time.Sleep(100 * time.Millisecond)
	recover := func() (n uint64) {
		output := filepath.Join(t.TempDir(), "run.aoi")
		r, err := collect.Recover(dir, output, nil)
		if err != nil {
			t.Fatal(err)
		}
		rec := read(t, output)
		if got := rec.lines(event.Trace)[0]; !strings.HasSuffix(got, " recovered=true") {
			t.Errorf("got %s", got)
		}
		for _, v := range rec.updates()["s0"] {
			if n++; v != n {
				t.Fatalf("event %d says %d", n, v)
			}
		}
		n += r.Lost
		return n
	}
	at := readWitness(t, witness)[0]
	if n := recover(); n < at {
		t.Errorf("%d events were recorded and %d recovered", at, n)
	}
	cmd.Process.Kill()
	cmd.Wait()
	at = readWitness(t, witness)[0]
	for range 2 {
		if n := recover(); n < at {
			t.Errorf("%d events were recorded and %d recovered", at, n)
		}
	}
}

// A process that records itself.
func TestAttach(t *testing.T) {
	for _, dir := range []string{t.TempDir(), ring.Memory()} {
		output := filepath.Join(t.TempDir(), "run.aoi")
		c, err := collect.Attach(dir, output)
		if err != nil {
			t.Fatal(err)
		}
		pool, err := ring.NewPool(ring.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		var w ring.Writer
		pool.Start(&w, "s", false)
		const n = 10000
		for v := range uint64(n) {
			w.Update(1, 2, v)
			if v%1000 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		pool.Close()
		r, err := c.Close()
		if err != nil || r.Events != n+1 || r.Processes != 1 || r.Lost != 0 {
			t.Errorf("%s: got %+v and %v", dir, r, err)
		}
		for i, v := range read(t, output).updates()["s"] {
			if v != uint64(i) {
				t.Fatalf("event %d says %d", i, v)
			}
		}
		if r, err := c.Close(); r != nil || err != nil {
			t.Errorf("closing again: %v, %v", r, err)
		}
	}
	if _, err := collect.Attach(t.TempDir(), filepath.Join(t.TempDir(), "no", "run.aoi")); err == nil {
		t.Error("an output in no directory is taken")
	} else if got := fmt.Sprint(err); !strings.HasPrefix(got, "opening the output: ") {
		t.Errorf("got %q", got)
	}
}
