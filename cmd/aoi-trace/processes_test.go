//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/order"
	"github.com/aoi-trace/aoi-trace/trace"
)

// The sources of a module that somebody else might have, with two instrumented
// packages and a server. Every process has entities 7 and 8 of its own: in
// view of each other in the even ones, far apart in the odd.
const (
	userWorld = `package world

import "github.com/aoi-trace/aoi-trace/record"

func Run(far bool) {
	rec := record.Open()
	defer rec.Close()
	rec.Space(1, record.Contract{Enter: 50, Leave: 55, Eval: 1, Filters: "none", Despawn: "explicit", Watchers: "all"})
	zone := rec.Stream("zone")
	x := 30.0
	if far {
		x = 400
	}
	zone.Spawn(7, 0, 0, 0)
	zone.Spawn(8, x, 0, 0)
	for n := range uint64(100) {
		zone.Move(8, x+float64(n)/10, 0, 0)
		if !far && n == 0 {
			zone.Enter(7, 8)
			zone.Enter(8, 7)
		}
		zone.Tick(n + 1)
	}
}
`
	userTest = `package %s

import (
	"testing"

	"example.test/user/world"
)

func TestWorld(t *testing.T) { world.Run(%v) }
`
	userServer = `package main

import (
	"os"

	"example.test/user/world"
)

func main() { world.Run(os.Args[1] == "far") }
`
	userScript = `#!/bin/sh
./server near &
./server far &
./server near &
wait
echo all three ended
exit 5
`
)

// userModule makes the module in a new directory, which becomes the current
// one.
func userModule(t *testing.T) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"go.mod": "module example.test/user\n\ngo 1.25.0\n\nrequire github.com/aoi-trace/aoi-trace v0.0.0\n\n" +
			"replace github.com/aoi-trace/aoi-trace => " + root + "\n",
		"world/world.go":       userWorld,
		"near/near_test.go":    fmt.Sprintf(userTest, "near", false),
		"far/far_test.go":      fmt.Sprintf(userTest, "far", true),
		"cmd/server/server.go": userServer,
		"servers.sh":           userScript,
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
}

// recordCommand runs the command under record, and returns what became of it.
func recordCommand(t *testing.T, command ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(append([]string{"record", "-o", "run.aoi", "--"}, command...), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// processes returns how many events each process of run.aoi has, after it was
// analysed: it must be clean.
func processes(t *testing.T) map[string]int {
	t.Helper()
	f, err := os.Open("run.aoi")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := trace.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r, err := analyze.Run(in, detectors.All)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Findings {
		t.Errorf("%s: %s", r.Findings[i].Detector, r.Findings[i].Message)
	}
	if r.Loss.Events > 0 {
		t.Errorf("%d events were lost", r.Loss.Events)
	}
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	if in, err = trace.NewReader(f); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	err = event.Each(in, func(t *event.Tables, e event.Event) bool {
		if e.Kind == event.Move {
			counts[order.Process(t.StreamName(e.Stream))]++
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func TestRecordGoTest(t *testing.T) {
	userModule(t)
	code, stdout, stderr := recordCommand(t, "go", "test", "-count=1", "./...")
	if code != 0 || !strings.Contains(stdout, "ok  \texample.test/user/near") {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	counts := processes(t)
	if len(counts) != 2 || counts[""] != 100 {
		t.Errorf("the moves by process are %v, want 100 of one without a name and 100 of another", counts)
	}
	for name, n := range counts {
		if name != "" && (n != 100 || !strings.HasPrefix(name, "near.test-") && !strings.HasPrefix(name, "far.test-")) {
			t.Errorf("process %q has %d moves, want 100 of near.test or far.test", name, n)
		}
	}
}

func TestRecordThreeServers(t *testing.T) {
	userModule(t)
	if out, err := exec.Command("go", "build", "./cmd/server").CombinedOutput(); err != nil {
		t.Fatalf("building the server: %v\n%s", err, out)
	}
	code, stdout, stderr := recordCommand(t, "./servers.sh")
	if code != 5 || stdout != "all three ended\n" {
		t.Errorf("exit code %d, standard output %q: want the script's own\n%s", code, stdout, stderr)
	}
	counts := processes(t)
	if len(counts) != 3 || counts[""] != 100 {
		t.Errorf("the moves by process are %v, want 100 of each of three, the first without a name", counts)
	}
	for name, n := range counts {
		if name != "" && (n != 100 || !strings.HasPrefix(name, "server-")) {
			t.Errorf("process %q has %d moves, want 100 of server-PID", name, n)
		}
	}
}
