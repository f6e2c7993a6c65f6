package profile_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/record/profile"
	"github.com/aoi-trace/aoi-trace/trace"
)

// attached returns the attachments of the trace at path.
func attached(t *testing.T, path string) map[string]*bytes.Buffer {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found := map[string]*bytes.Buffer{}
	r, err := trace.NewReader(f, trace.WithAttachments(func(a trace.Attachment) io.Writer {
		found[a.Name] = &bytes.Buffer{}
		return found[a.Name]
	}))
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := r.Next(); err == io.EOF {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestHeapAfterGC(t *testing.T) {
	for _, test := range []struct {
		period      time.Duration
		least, most int
	}{{0, 1, 1}, {time.Hour, 1, 1}, {time.Nanosecond, 2, profile.MaxHeaps}} {
		path := filepath.Join(t.TempDir(), "run.aoi")
		rec, err := record.To(path, profile.HeapAfterGC(test.period))
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			runtime.GC()
			time.Sleep(10 * time.Millisecond)
		}
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		found := attached(t, path)
		if n := len(found); n < test.least || n > test.most {
			t.Errorf("period %v: %d profiles after 20 collections, want %d to %d", test.period, n, test.least, test.most)
		}
		for i := range len(found) {
			name := fmt.Sprintf("heap-%d.pprof", i+1)
			if b := found[name]; b == nil || !bytes.HasPrefix(b.Bytes(), []byte{0x1f, 0x8b}) {
				t.Errorf("period %v: %s is missing or not compressed", test.period, name)
			}
		}
	}
}

func TestHeapAfterGCDisabled(t *testing.T) {
	t.Setenv(record.DirEnv, "")
	if rec := record.Open(profile.HeapAfterGC(0)); rec != nil {
		t.Errorf("got %v, want no recorder", rec)
	}
}
