//go:build linux

package collect_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/event"
)

// options returns the options that record target with args, and the buffer
// that its output goes to.
func options(t *testing.T, target string, args ...string) (collect.Options, *bytes.Buffer) {
	t.Helper()
	out := &bytes.Buffer{}
	return collect.Options{
		Command: append([]string{os.Args[0]}, args...),
		Env:     append(os.Environ(), targetEnv+"="+target, "GOCOVERDIR="+t.TempDir()),
		Output:  filepath.Join(t.TempDir(), "run.aoi"),
		Stdout:  out,
		Stderr:  out,
		Log:     func(s string) { t.Log("log: " + s) },
	}, out
}

// mustRun records and expects an exit code.
func mustRun(t *testing.T, o collect.Options, code int) *collect.Result {
	t.Helper()
	r, err := collect.Run(context.Background(), o)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if r.ExitCode != code {
		t.Errorf("got exit code %d, want %d", r.ExitCode, code)
	}
	return r
}

func TestRun(t *testing.T) {
	const n, each = 8, 20000
	o, _ := options(t, "streams", fmt.Sprint(n), fmt.Sprint(each))
	r := mustRun(t, o, 0)
	rec := read(t, o.Output)
	got := rec.updates()
	for i := range n {
		vs := got[fmt.Sprint("s", i)]
		if len(vs) != each {
			t.Errorf("stream %d has %d events, want %d", i, len(vs), each)
		}
		for j, v := range vs {
			if v != uint64(j+1) {
				t.Fatalf("stream %d: event %d says %d", i, j, v)
			}
		}
	}
	if r.Events != uint64(len(rec.events)) || r.Lost != 0 || r.Late != 0 || r.Processes != 1 || r.Streams != n+1 {
		t.Errorf("got %+v for %d events", r, len(rec.events))
	}
	info, err := os.Stat(o.Output)
	if err != nil || info.Size() != r.Bytes {
		t.Errorf("the file has %d bytes, the result says %d (%v)", info.Size(), r.Bytes, err)
	}
	if s := rec.lines(event.Space); len(s) != 1 || !strings.HasPrefix(s[0], "main space id=1 ") {
		t.Errorf("got spaces %q", s)
	}
}

// Edges hold in the file, and time is of the trace, not of the machine.
func TestRunCausal(t *testing.T) {
	o, _ := options(t, "causal", "5000")
	r := mustRun(t, o, 0)
	rec := read(t, o.Output)
	sent, section := map[uint64]bool{}, uint64(0)
	begun := map[string]bool{}
	for i, e := range rec.events {
		name := rec.tables.StreamName(e.Stream)
		switch e.Kind {
		case event.Fork:
			begun[rec.tables.Text(e.Str[0])] = true
		case event.Join:
			delete(begun, rec.tables.Text(e.Str[0]))
		case event.Send:
			sent[e.Int[0]] = true
		case event.Recv:
			if !sent[e.Int[0]] {
				t.Fatalf("event %d: message %d is received before it is sent", i, e.Int[0])
			}
		case event.Acquire:
			if e.Int[0] != section+1 {
				t.Fatalf("event %d: section %d follows section %d", i, e.Int[0], section)
			}
			section++
		}
		if name != "main" && !begun[name] {
			t.Fatalf("event %d of %s comes before its fork or after its join", i, name)
		}
	}
	if len(sent) != 5000 || section != 10000 || r.Late != 0 {
		t.Errorf("%d messages, %d sections, %d late", len(sent), section, r.Late)
	}
	if rec.stats.Last > time.Minute {
		t.Errorf("the trace ends at %v", rec.stats.Last)
	}
}

func TestRunExitCodes(t *testing.T) {
	for _, code := range []int{0, 7, 255} {
		o, _ := options(t, "exit", fmt.Sprint(code))
		if r := mustRun(t, o, code); r.Processes != 0 {
			t.Errorf("got %+v", r)
		}
	}
	o, _ := options(t, "")
	o.Command = []string{"sh", "-c", "kill -KILL $$"}
	mustRun(t, o, 128+int(syscall.SIGKILL))
}

// A program that is not instrumented leaves no file behind, and does not
// touch one that is there.
func TestRunUninstrumented(t *testing.T) {
	o, _ := options(t, "nothing")
	if r := mustRun(t, o, 0); r.Processes != 0 || r.Events != 0 || r.Bytes != 0 {
		t.Errorf("got %+v", r)
	}
	if _, err := os.Stat(o.Output); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the output is there: %v", err)
	}
	if err := os.WriteFile(o.Output, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	mustRun(t, o, 0)
	if b, _ := os.ReadFile(o.Output); string(b) != "precious" {
		t.Errorf("the file that was there holds %q", b)
	}
}

// What cannot work fails before the program starts, and leaves nothing.
func TestRunRefuses(t *testing.T) {
	dir := t.TempDir()
	marker := filepath.Join(dir, "started")
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte("no program"), 0o666); err != nil {
		t.Fatal(err)
	}
	garbage := filepath.Join(dir, "garbage")
	if err := os.WriteFile(garbage, []byte("\x7fELF no program"), 0o777); err != nil {
		t.Fatal(err)
	}
	touch := []string{"sh", "-c", "touch " + marker}
	fresh := filepath.Join(dir, "out.aoi")
	tests := []struct {
		name, output, overflow string
		command                []string
		want                   string
	}{
		{"no command", fresh, "", nil, "there is none"},
		{"overflow", fresh, "abort", touch, "neither drop nor wait"},
		{"missing command", fresh, "", []string{"no-such-command-here"}, "executable file not found"},
		{"missing path", fresh, "", []string{filepath.Join(dir, "none")}, "no such file"},
		{"not executable", fresh, "", []string{script}, "permission denied"},
		{"no program", fresh, "", []string{garbage}, "starting the command"},
		{"output in no directory", filepath.Join(dir, "no", "out.aoi"), "", touch, "opening the output"},
		{"output is a directory", dir, "", touch, "opening the output"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := collect.Run(context.Background(), collect.Options{Command: tt.command, Output: tt.output, Overflow: tt.overflow})
			if err == nil || !strings.Contains(err.Error(), tt.want) || r != nil {
				t.Errorf("got %v and %v, want an error with %q", r, err, tt.want)
			}
			if _, err := os.Stat(fresh); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the output is there: %v", err)
			}
			if _, err := os.Stat(marker); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the command was started: %v", err)
			}
		})
	}
}

// The first process keeps its names, the other stands behind its own.
func TestRunProcesses(t *testing.T) {
	o, _ := options(t, "streams")
	o.Command = []string{"sh", "-c", `"$0" 2 500; "$0" 3 700`, os.Args[0]}
	r := mustRun(t, o, 0)
	if r.Processes != 2 || r.Streams != 3+4 {
		t.Errorf("got %+v", r)
	}
	rec := read(t, o.Output)
	counts := map[string]int{}
	prefix := ""
	for name, vs := range rec.updates() {
		if p, _, ok := strings.Cut(name, "/"); ok {
			if prefix != "" && prefix != p {
				t.Errorf("two prefixes: %s and %s", prefix, p)
			}
			prefix = p
		}
		counts[name] = len(vs)
	}
	if !strings.HasPrefix(prefix, "collect.test-") {
		t.Errorf("got the process name %q", prefix)
	}
	want := map[string]int{"s0": 500, "s1": 500, prefix + "/s0": 700, prefix + "/s1": 700, prefix + "/s2": 700}
	if fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", counts, want)
	}
	forks := strings.Join(rec.lines(event.Fork), "\n")
	if !strings.Contains(forks, prefix+"/main fork g="+prefix+"/s2") || !strings.Contains(forks, "\nmain fork g=s1") {
		t.Errorf("got forks\n%s", forks)
	}
}

// Processes that run beside each other all come whole.
func TestRunBeside(t *testing.T) {
	o, _ := options(t, "streams")
	o.Command = []string{"sh", "-c", `for i in 1 2 3 4; do "$0" 2 5000 & done; wait`, os.Args[0]}
	r := mustRun(t, o, 0)
	got := read(t, o.Output).updates()
	if r.Processes != 4 || r.Lost != 0 || r.Late != 0 || len(got) != 8 {
		t.Errorf("got %+v with %d streams of updates", r, len(got))
	}
	for name, vs := range got {
		if len(vs) != 5000 {
			t.Errorf("%s has %d events", name, len(vs))
		}
		for i, v := range vs {
			if v != uint64(i+1) {
				t.Fatalf("%s: event %d says %d", name, i, v)
			}
		}
	}
}

// A process that the command leaves behind is followed to its end, also when
// it begins to record after the command's end.
func TestRunDaemon(t *testing.T) {
	o, _ := options(t, "late")
	o.Command = []string{"sh", "-c", `"$0" 150 >/dev/null 2>&1 </dev/null & exit 5`, os.Args[0]}
	mustRun(t, o, 5)
	if got := fmt.Sprint(read(t, o.Output).lines(event.Note)); got != "[main note text=late main note text=end]" {
		t.Errorf("got %s", got)
	}
}

// The file promises only what every process promises that it knows of when it
// begins; a remark tells of later ones.
func TestRunContracts(t *testing.T) {
	o, _ := options(t, "contract")
	mustRun(t, o, 0)
	first := read(t, o.Output)
	if got := first.lines(event.Trace)[0]; !strings.HasPrefix(got, "main trace version=1 start=unknown sync=all clock=") {
		t.Errorf("got %q", got)
	}
	o.Command = []string{"sh", "-c", targetEnv + `=streams "$0" 1 5; sleep 0.1; "$0"`, os.Args[0]}
	mustRun(t, o, 0)
	rec := read(t, o.Output)
	if got := rec.lines(event.Trace); len(got) != 1 || !strings.Contains(got[0], "start=empty") {
		t.Errorf("got %q", got)
	}
	if got := strings.Join(rec.lines(event.Note), "\n"); !strings.Contains(got, "promises less") {
		t.Errorf("got notes %q", got)
	}
}

func TestRunStdio(t *testing.T) {
	o, out := options(t, "")
	o.Command = []string{"cat"}
	o.Stdin = strings.NewReader("through and through")
	mustRun(t, o, 0)
	if out.String() != "through and through" {
		t.Errorf("got %q", out)
	}
}

func TestRunCancel(t *testing.T) {
	o, _ := options(t, "signals")
	pr, pw := io.Pipe()
	o.Stdout = pw
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		pr.Read(make([]byte, 100)) // it is ready
		cancel()
	}()
	r, err := collect.Run(ctx, o)
	if err != nil || r.ExitCode != 9 {
		t.Fatalf("got %+v and %v", r, err)
	}
	if got := fmt.Sprint(read(t, o.Output).lines(event.Note)); got != "[main note text=ready main note text=terminated]" {
		t.Errorf("got %s", got)
	}
}
