package realworld_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/aoi-trace/aoi-trace/realworld/motion"
	"github.com/aoi-trace/aoi-trace/realworld/oracle"
)

// The programs under test, built once: "" with the reason why not.
var (
	goaoiPath, tracePath string
	noTrace              string
)

func TestMain(m *testing.M) {
	if os.Getenv(zinxMode) != "" {
		os.Exit(m.Run()) // this is a server, and needs no programs
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "realworld")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		goaoiPath = filepath.Join(dir, "goaoi")
		if out, err := build(goaoiPath, ".", "./cmd/goaoi"); err != nil {
			fmt.Fprintf(os.Stderr, "building goaoi: %v\n%s", err, out)
			return 1
		}
		if runtime.GOOS != "linux" {
			noTrace = "recording needs Linux, this is " + runtime.GOOS
		} else if _, err := os.Stat("../cmd/aoi-trace/main.go"); err != nil {
			noTrace = "there is no ../cmd/aoi-trace to record with"
		} else if out, err := build(filepath.Join(dir, "aoi-trace"), "..", "./cmd/aoi-trace"); err != nil {
			fmt.Fprintf(os.Stderr, "building aoi-trace: %v\n%s", err, out)
			return 1
		} else {
			tracePath = filepath.Join(dir, "aoi-trace")
		}
		return m.Run()
	}())
}

func build(to, dir, what string) ([]byte, error) {
	cmd := exec.Command("go", "build", "-o", to, what)
	cmd.Dir = dir
	return cmd.CombinedOutput()
}

// needData skips a test whose recordings are not on this machine.
func needData(t *testing.T, workload string) []string {
	t.Helper()
	files := motion.Recordings(workload, motion.Options{})
	if len(files) == 0 {
		t.Skipf("no recordings of %s here: set %s to their folder", workload, motion.DataEnv)
	}
	return files
}

// An analysis is what analyze --format json says of a file.
type analysis struct {
	exit     int
	Schema   int
	Findings []finding
	Unknown  []struct{ Detector, Reason string }
	Metrics  map[string]json.RawMessage
	Trace    struct {
		Events uint64
	}
	Loss struct{ Events uint64 }
}

// A finding is one defect; it names the first pair and some of the others.
type finding struct {
	Detector, Verdict, Message string
	Entities, Also             []string
	Count, Pairs               int
}

// metric returns a number that analyze measured.
func (a *analysis) metric(t *testing.T, name string) float64 {
	t.Helper()
	var v float64
	if err := json.Unmarshal(a.Metrics[name], &v); err != nil {
		t.Fatalf("metric %s: %v, in %s", name, err, a.Metrics[name])
	}
	return v
}

// recordGoaoi runs goaoi with args under aoi-trace, analyses the file, and
// returns that beside what brute force says. goaoi plays as fast as it can,
// minutes in a moment, and may outrun the recorder where other programs want
// the same cores: a recording with losses is made again.
func recordGoaoi(t *testing.T, args ...string) (a *analysis, report *oracle.Report) {
	t.Helper()
	verdicts := filepath.Join(t.TempDir(), "oracle.json")
	for range 5 {
		a = recorded(t, append([]string{goaoiPath, "-oracle", verdicts}, args...)...)
		if a.Loss.Events == 0 {
			break
		}
		t.Logf("%d events were lost; trying again", a.Loss.Events)
	}
	report, err := oracle.ReadFile(verdicts)
	if err != nil {
		t.Fatal(err)
	}
	return a, report
}

// recorded runs a command under aoi-trace and analyses the file. What is tested
// here is what is found, not how fast: the command may wait for the recorder.
func recorded(t *testing.T, command ...string) *analysis {
	t.Helper()
	if noTrace != "" {
		t.Skip(noTrace)
	}
	file := filepath.Join(t.TempDir(), "run.aoi")
	if _, stderr, exit := run(t, append([]string{"record", "--overflow", "wait", "-o", file, "--"}, command...)...); exit != 0 {
		t.Fatalf("recording %v: exit code %d\n%s", command, exit, stderr)
	}
	stdout, stderr, exit := run(t, "analyze", "--format", "json", file)
	a := &analysis{exit: exit}
	if err := json.Unmarshal(stdout, a); err != nil {
		t.Fatalf("analyze: exit code %d: %v\n%s", exit, err, stderr)
	}
	return a
}

func run(t *testing.T, args ...string) (stdout, stderr []byte, exit int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(tracePath, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var died *exec.ExitError
	if err != nil && !errors.As(err, &died) {
		t.Fatal(err)
	}
	return out.Bytes(), errs.Bytes(), cmd.ProcessState.ExitCode()
}
