//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/merge"
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
	// Two of these, one with the listening end of a socket, send each other
	// every message in turn.
	userTalker = `package main

import (
	"encoding/binary"
	"io"
	"net"
	"os"

	"github.com/aoi-trace/aoi-trace/record"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	rec := record.Open()
	defer rec.Close()
	there, back := rec.Name("//there"), rec.Name("//back")
	zone := rec.Stream("zone")
	zone.Spawn(7, 0, 0, 0)
	buf := make([]byte, 8)
	if os.Args[1] == "listen" {
		l, err := net.Listen("unix", "socket")
		must(err)
		conn, err := l.Accept()
		must(err)
		for range 500 {
			_, err := io.ReadFull(conn, buf)
			must(err)
			n := binary.LittleEndian.Uint64(buf)
			zone.Recv(there, n)
			zone.Move(7, float64(n), 0, 0)
			zone.Send(back, n)
			_, err = conn.Write(buf)
			must(err)
		}
		return
	}
	conn, err := net.Dial("unix", "socket")
	for err != nil {
		conn, err = net.Dial("unix", "socket")
	}
	for n := range uint64(500) {
		binary.LittleEndian.PutUint64(buf, n)
		zone.Send(there, n)
		_, err := conn.Write(buf)
		must(err)
		_, err = io.ReadFull(conn, buf)
		must(err)
		zone.Recv(back, n)
	}
}
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
		"cmd/talker/talker.go": userTalker,
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

// Two servers that are recorded apart and talk to each other: the messages
// relate the files as closely as the wall clocks of one machine do.
func TestMergeTwoServers(t *testing.T) {
	userModule(t)
	if out, err := exec.Command("go", "build", "./cmd/talker").CombinedOutput(); err != nil {
		t.Fatalf("building the server: %v\n%s", err, out)
	}
	var errs [2]bytes.Buffer
	codes := make(chan int)
	for i, name := range []string{"east", "west"} {
		what := []string{"dial", "listen"}[i]
		go func() {
			codes <- run([]string{"record", "-o", name + ".aoi", "--", "./talker", what}, strings.NewReader(""), io.Discard, &errs[i])
		}()
	}
	if a, b := <-codes, <-codes; a != 0 || b != 0 {
		t.Fatalf("exit codes %d and %d\n%s%s", a, b, &errs[0], &errs[1])
	}
	var inputs []merge.Input
	for _, name := range []string{"east", "west"} {
		inputs = append(inputs, merge.Input{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(name + ".aoi") }})
	}
	out, err := os.Create("all.aoi")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	r, err := merge.Files(out, inputs, merge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	west := r.Files[1]
	if !west.Known || west.Slack > 0 || west.To != 500 || west.From != 500 || r.Late > 0 || r.Lost > 0 {
		t.Errorf("got %+v, %+v; want 500 messages each way that bound the error, none late", r, west)
	}
	// Both recordings are of this machine: their wall clocks are one.
	began := func(name string) time.Duration {
		var wall time.Duration
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		in, err := trace.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		err = event.Each(in, func(tab *event.Tables, e event.Event) bool {
			_, text, _ := strings.Cut(tab.Text(e.Str[0]), "wall=")
			wall, err = event.ParseTime(text)
			return false
		})
		if err != nil {
			t.Fatal(err)
		}
		return wall
	}
	apart := began("west.aoi") - began("east.aoi")
	// A wall clock may be slewed, or read late on a busy machine.
	if d := (apart - west.Offset).Abs(); d > west.Bound+100*time.Millisecond {
		t.Errorf("by the messages west begins %v after east, within %v; by the wall clock %v", west.Offset, west.Bound, apart)
	}
}
