//go:build linux

package collect_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/trace"
)

func init() { targets["attach"] = attaches }

// attaches attaches args[0] to its trace; then, with args[1], it starts
// itself with that, and ends without closing the recorder.
func attaches(args []string) {
	rec := record.Open()
	rec.Note("begin")
	w, err := rec.Attachment("log", "text/plain")
	if err != nil {
		panic(err)
	}
	io.WriteString(w, args[0])
	if len(args) > 1 {
		cmd := exec.Command(os.Args[0], args[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			panic(err)
		}
	}
	os.Exit(0)
}

// attachments returns what is attached to the trace file path, by name, and
// the names in order.
func attachments(t *testing.T, path string) (map[string][]byte, []trace.Attachment) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content := map[string]*bytes.Buffer{}
	r, err := trace.NewReader(f, trace.WithAttachments(func(a trace.Attachment) io.Writer {
		content[a.Name] = &bytes.Buffer{}
		return content[a.Name]
	}))
	for err == nil {
		_, err = r.Next()
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	got := map[string][]byte{}
	for name, b := range content {
		got[name] = b.Bytes()
	}
	return got, r.Stats().Attachments
}

// Each process of a command attaches, and is told apart.
func TestAttachments(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // which nobody else leaves anything in
	o, out := options(t, "attach", "of the parent", "of the child")
	before, _ := filepath.Glob(filepath.Join(os.TempDir(), "aoi-trace-files-*"))
	r := mustRun(t, o, 0)
	if r.Processes != 2 || out.Len() > 0 {
		t.Fatalf("got %+v, output %s", r, out)
	}
	read(t, o.Output) // which checks it
	got, list := attachments(t, o.Output)
	if len(list) != 2 || string(got["log"]) != "of the parent" {
		t.Fatalf("got %+v with %q", list, got)
	}
	child := list[1].Name
	if !strings.HasSuffix(child, "/log") || string(got[child]) != "of the child" {
		t.Errorf("got %q with %q", child, got[child])
	}
	after, _ := filepath.Glob(filepath.Join(os.TempDir(), "aoi-trace-files-*"))
	if len(after) > len(before) {
		t.Errorf("left behind: %v, before: %v", after, before)
	}
}

// An execution trace of a process that is killed is there, but for the last
// second, and nobody else's recording is disturbed by it.
func TestExecTraceOfTheKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "witness")
	if err := os.WriteFile(path, make([]byte, 2*8), 0o666); err != nil {
		t.Fatal(err)
	}
	o, _ := options(t, "forever", "2", path, "fault", fmt.Sprint((1500 * time.Millisecond).Microseconds()))
	o.ExecTrace = true
	mustRun(t, o, 2)
	want := readWitness(t, path)
	last := make([]uint64, len(want)) // in the file, or counted as lost by overflow
	rec := read(t, o.Output)
	for _, e := range rec.events {
		switch name := rec.tables.StreamName(e.Stream); e.Kind {
		case event.Update:
			last[e.Entity] = e.Int[0]
		case event.Gap:
			last[number(name[1:])] += e.Int[0]
		}
	}
	for i, n := range want {
		if last[i] < n {
			t.Errorf("stream %d: %d events were recorded and %d are in the file or counted", i, n, last[i])
		}
	}
	got, list := attachments(t, o.Output)
	if len(list) != 1 || list[0].Name != record.ExecTraceName || !strings.HasPrefix(list[0].Type, record.ExecTraceType+"; zero=") {
		t.Fatalf("got %+v", list)
	}
	if !bytes.HasPrefix(got[record.ExecTraceName], []byte("go 1.")) || len(got[record.ExecTraceName]) < 10_000 {
		t.Errorf("got %d bytes: %.20q", len(got[record.ExecTraceName]), got[record.ExecTraceName])
	}
}

// In flight mode and in a rotation, the last file has what is attached.
func TestAttachmentsOfTheLastFile(t *testing.T) {
	for name, set := range map[string]func(*collect.Options){
		"flight":   func(o *collect.Options) { o.Flight = time.Minute },
		"rotation": func(o *collect.Options) { o.RotateBytes = 1 << 20 },
	} {
		o, _ := options(t, "attach", "a log")
		set(&o)
		r := mustRun(t, o, 0)
		got, _ := attachments(t, r.Files[len(r.Files)-1])
		if string(got["log"]) != "a log" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// What the program cannot attach is told.
func TestAttachmentsThatDoNotCome(t *testing.T) {
	var told []string
	o, _ := options(t, "streams", "1", "10")
	o.CPUProfile, o.MemProfile = true, true
	o.Log = func(s string) { told = append(told, s) }
	mustRun(t, o, 0)
	for _, name := range []string{collect.CPUProfileName, collect.MemProfileName} {
		if !slices.ContainsFunc(told, func(s string) bool { return strings.Contains(s, "no "+name+" came") }) {
			t.Errorf("nothing is told about %s: %q", name, told)
		}
	}
}
