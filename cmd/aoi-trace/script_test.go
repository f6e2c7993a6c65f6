package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in testdata/*.txtar")

// TestMain lets the test binary stand for a recorded program: run with
// demo-server as its first argument, it is the command.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == demoServer {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each recorded program ends a second late
	os.Exit(m.Run())
}

// A script is the commands of one txtar file and the files below them.
//
//	aoi-trace ARG…     runs the command in process; $SELF is the test binary
//	exit CODE          the code it must have had; 0 where nothing is said
//	stdout FILE        what it must have printed; -update rewrites FILE
//	stderr FILE
//	has TEXT           what one of the two must contain
//	not TEXT           what neither may contain
//	stdin FILE         what the next command reads
//	flip FILE OFFSET   inverts a byte; a negative offset counts from the end
//	cut FILE SIZE      keeps the first SIZE bytes
//	absent FILE        must not exist
//	mkdir DIR          makes a directory
//	env NAME=VALUE     sets a variable
//	start NAME=VALUE PROGRAM ARG…   starts a program and does not wait for it
//	only GOOS          skips the script elsewhere
type script struct {
	t              *testing.T
	path           string
	lines          []string
	files          [][2]string // name and content
	stdin          string
	stdout, stderr string
	code           int
	ran, checked   string // the last command, and whether its code was checked
	changed        bool
}

func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts in testdata: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			full, err := filepath.Abs(path)
			if err != nil {
				t.Fatal(err)
			}
			s := &script{t: t, path: full}
			s.read()
			t.Chdir(t.TempDir())
			for _, f := range s.files {
				if err := os.WriteFile(f[0], []byte(f[1]), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			for i, line := range s.lines {
				if !s.step(i+1, line) {
					return
				}
			}
			s.checkCode(len(s.lines), "")
			if s.changed {
				s.write()
			}
		})
	}
}

// step runs one line. It returns false when the script must not go on.
func (s *script) step(n int, line string) bool {
	w := words(os.Expand(line, func(name string) string {
		if name == "SELF" {
			return os.Args[0]
		}
		return os.Getenv(name)
	}))
	if len(w) == 0 {
		return true
	}
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		s.t.Fatalf("line %d: %q needs %d arguments", n, line, i)
		return ""
	}
	switch w[0] {
	case "aoi-trace":
		s.checkCode(n, "")
		var out, errs bytes.Buffer
		s.code = run(w[1:], strings.NewReader(s.stdin), &out, &errs)
		s.stdout, s.stderr, s.stdin, s.ran, s.checked = out.String(), errs.String(), "", line, ""
	case "exit":
		s.checkCode(n, arg(1))
	case "stdout":
		s.compare(n, arg(1), s.stdout)
	case "stderr":
		s.compare(n, arg(1), s.stderr)
	case "has", "not":
		text := strings.Join(w[1:], " ")
		if strings.Contains(s.stdout+s.stderr, text) != (w[0] == "has") {
			s.t.Errorf("line %d: %s: after %q\nstdout:\n%s\nstderr:\n%s", n, line, s.ran, s.stdout, s.stderr)
		}
	case "stdin":
		s.stdin = s.file(arg(1))
	case "flip", "cut":
		data := []byte(s.file(arg(1)))
		at, err := strconv.Atoi(arg(2))
		if at < 0 {
			at += len(data)
		}
		if err != nil || at < 0 || at >= len(data) {
			s.t.Fatalf("line %d: %s: the file has %d bytes", n, line, len(data))
		}
		if w[0] == "cut" {
			data = data[:at]
		} else {
			data[at] ^= 0xff
		}
		if err := os.WriteFile(w[1], data, 0o666); err != nil {
			s.t.Fatal(err)
		}
	case "absent":
		if _, err := os.Stat(arg(1)); err == nil {
			s.t.Errorf("line %d: %s exists", n, w[1])
		}
	case "mkdir":
		if err := os.Mkdir(arg(1), 0o777); err != nil {
			s.t.Fatal(err)
		}
	case "env":
		name, value, _ := strings.Cut(arg(1), "=")
		s.t.Setenv(name, value)
	case "start":
		cmd := exec.Command(arg(2), w[3:]...)
		cmd.Env = append(os.Environ(), arg(1))
		if err := cmd.Start(); err != nil {
			s.t.Fatal(err)
		}
		s.t.Cleanup(func() {
			cmd.Process.Kill() // it has ended long ago, or the script failed
			cmd.Wait()
		})
	case "only":
		if arg(1) != runtime.GOOS {
			s.t.Skipf("only on %s", w[1])
		}
	default:
		s.t.Fatalf("line %d: there is no script command %q", n, w[0])
	}
	return !s.t.Failed()
}

// checkCode compares the last command's exit code with want, or with 0 if no
// line has checked it.
func (s *script) checkCode(n int, want string) {
	if want == "" {
		if s.ran == "" || s.checked != "" {
			return
		}
		want = "0"
	}
	s.checked = want
	if got := strconv.Itoa(s.code); got != want {
		s.t.Errorf("before line %d: %q exits %s, want %s\nstdout:\n%s\nstderr:\n%s", n, s.ran, got, want, s.stdout, s.stderr)
	}
}

// compare compares output with a file of the script.
func (s *script) compare(n int, name, got string) {
	i := slices.IndexFunc(s.files, func(f [2]string) bool { return f[0] == name })
	if i < 0 && *update {
		s.files = append(s.files, [2]string{name, ""})
		i = len(s.files) - 1
	}
	if i < 0 {
		s.t.Fatalf("line %d: the script has no file %s: go test -update writes it", n, name)
	}
	if want := s.files[i][1]; got != want {
		if *update {
			s.files[i][1], s.changed = got, true
			if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
				s.t.Fatal(err)
			}
			return
		}
		s.t.Errorf("line %d: after %q\ngot\n%s\nwant\n%s", n, s.ran, got, want)
	}
}

func (s *script) file(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// words splits a line at blanks, but not within single quotes.
func words(line string) (list []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	if len(list) > 0 && strings.HasPrefix(list[0], "#") {
		return nil
	}
	return list
}

// read reads the txtar file: lines, then files that begin with "-- NAME --".
func (s *script) read() {
	b, err := os.ReadFile(s.path)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, line := range strings.SplitAfter(string(b), "\n") {
		name, isHead := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "-- ")
		name, isEnd := strings.CutSuffix(name, " --")
		switch {
		case isHead && isEnd:
			s.files = append(s.files, [2]string{name, ""})
		case len(s.files) > 0:
			s.files[len(s.files)-1][1] += line
		default:
			s.lines = append(s.lines, strings.TrimSuffix(line, "\n"))
		}
	}
}

// write writes the txtar file anew.
func (s *script) write() {
	var b strings.Builder
	b.WriteString(strings.Join(s.lines, "\n") + "\n")
	for _, f := range s.files {
		b.WriteString("-- " + f[0] + " --\n" + f[1])
	}
	if err := os.WriteFile(s.path, []byte(strings.TrimSuffix(b.String(), "\n")+"\n"), 0o666); err != nil {
		s.t.Fatal(err)
	}
}
