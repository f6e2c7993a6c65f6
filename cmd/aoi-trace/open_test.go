package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// ghostText is a trace with one ghost, and enough after it for several blocks.
func ghostText() string {
	var b strings.Builder
	b.WriteString(`0 main trace version=1 start=empty
0 main space id=1 metric=circle enter=50 leave=55 eval=tick:1 filters=none despawn=explicit
0.01 z spawn e=1 pos=0,0,0
0.01 z spawn e=2 pos=10,0,0
0.05 z enter w=1 t=2
0.05 z enter w=2 t=1
0.05 z tick n=1
0.1 z leave w=2 t=1
0.1 z despawn e=2
0.1 z tick n=2
`)
	for n := 3; n < 60; n++ {
		fmt.Fprintf(&b, "%.2f z move e=1 pos=%d,0,0\n%.2f z tick n=%d\n", 0.05*float64(n), n, 0.05*float64(n), n)
	}
	return b.String()
}

// traceFile writes text as a trace file of small blocks and returns its path.
func traceFile(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := copyEvents(trace.NewWriter(&b, trace.WithBlockEvents(32)), event.NewTextReader(strings.NewReader(text))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "run.aoi")
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// try runs the command and returns its exit code and what it printed.
func try(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(""), &out, &errs)
	if strings.Contains(errs.String(), "goroutine ") {
		t.Errorf("aoi-trace %v printed a stack trace:\n%s", args, errs.String())
	}
	return code, out.String(), errs.String()
}

// edit changes a file.
func edit(t *testing.T, path string, f func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, f(b), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestFutureVersion(t *testing.T) {
	path := traceFile(t, ghostText())
	edit(t, path, func(b []byte) []byte {
		binary.LittleEndian.PutUint16(b[8:], trace.Version+8)
		binary.LittleEndian.PutUint32(b[12:], crc32.Checksum(b[:12], crc32.MakeTable(crc32.Castagnoli)))
		return b
	})
	code, stdout, stderr := try(t, "analyze", path)
	if code != exitDamaged || stdout != "" || !strings.Contains(stderr, "unknown version") || !strings.Contains(stderr, "\nhint: this aoi-trace reads file format 1") {
		t.Errorf("exit %d, stdout %q, stderr %q; want 3 and two lines on the version", code, stdout, stderr)
	}
}

// A damaged file gives what was found before the damage, then exit code 3:
// damage goes before findings.
func TestDamagedFile(t *testing.T) {
	path := traceFile(t, ghostText())
	if code, stdout, stderr := try(t, "analyze", path); code != exitFindings || !strings.Contains(stdout, "ghost") {
		t.Fatalf("the whole file: exit %d, want 1 and a ghost\n%s%s", code, stdout, stderr)
	}
	for _, test := range []struct {
		name string
		edit func([]byte) []byte
		want string
	}{
		{"flipped", func(b []byte) []byte { b[len(b)*6/10] ^= 0xff; return b }, "reading "},
		{"cut between blocks", cutAfterBlock, "the end mark is missing"},
		{"cut", func(b []byte) []byte { return b[:len(b)*7/10] }, "cut short"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := traceFile(t, ghostText())
			edit(t, path, test.edit)
			for _, args := range [][]string{{"analyze", path}, {"analyze", "--format=json", path}} {
				code, stdout, stderr := try(t, args...)
				if code != exitDamaged || !strings.Contains(stdout, "ghost") || !strings.Contains(stderr, test.want) {
					t.Errorf("%v: exit %d, want 3, the ghost, and %q on standard error\nstdout:\n%s\nstderr:\n%s", args, code, test.want, stdout, stderr)
				}
			}
			for _, args := range [][]string{{"info", path}, {"cat", path}} {
				code, stdout, stderr := try(t, args...)
				if code != exitDamaged || stdout == "" || !strings.Contains(stderr, test.want) {
					t.Errorf("%v: exit %d, want 3\nstdout:\n%s\nstderr:\n%s", args, code, stdout, stderr)
				}
			}
		})
	}
}

// cutAfterBlock keeps the first two blocks of events.
func cutAfterBlock(b []byte) []byte {
	at := 0
	for range 4 { // the magic of the header, of two blocks, and of the next
		at += bytes.Index(b[at:], []byte("\xa0aoiblk\xd7")) + 1
	}
	return b[:at-1]
}

// Whatever byte is damaged, no command panics, and a command that reports
// nothing has an exit code other than 0.
func TestEveryByteDamaged(t *testing.T) {
	path := traceFile(t, ghostText())
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 7 {
		edit(t, path, func([]byte) []byte {
			b := bytes.Clone(whole)
			b[i] ^= 0x5a
			return b
		})
		if code, stdout, stderr := try(t, "analyze", path); code == exitClean {
			t.Errorf("byte %d of %d damaged: exit 0\n%s%s", i, len(whole), stdout, stderr)
		}
	}
}

// An output that cannot be written is no damage of the input.
func TestFullDisk(t *testing.T) {
	path := traceFile(t, ghostText())
	for _, args := range [][]string{{"cat", path}, {"info", path}, {"analyze", path}, {"analyze", "--format=json", path}, {"detectors"}} {
		var errs bytes.Buffer
		code := run(args, strings.NewReader(""), fullDisk{}, &errs)
		if code != exitUsage || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("%v: exit %d, want 2 and the reason on standard error:\n%s", args, code, errs.String())
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }
