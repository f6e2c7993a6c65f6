//go:build linux

package collect_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// whole returns a file of 100 events in blocks of ten, with an attachment in
// the middle, and where the blocks are.
func whole(t *testing.T) ([]byte, []trace.BlockInfo) {
	t.Helper()
	var file bytes.Buffer
	w := trace.NewWriter(&file, trace.WithBlockEvents(10))
	tables := w.Tables()
	for i := range uint64(100) {
		e := event.Event{Kind: event.Tick, Stream: tables.Stream("zone"), Int: [3]uint64{i}}
		if i == 0 {
			e = event.Event{Kind: event.Trace, Stream: tables.Stream("main"), Int: [3]uint64{1}, Str: [3]event.Str{tables.Str("start=empty sync=all")}}
		}
		if err := w.Append(&e); err != nil {
			t.Fatal(err)
		}
		if i == 49 {
			if err := w.Attach("profile", "application/octet-stream", []byte("what was hot")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	blocks, err := trace.ReadIndex(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), blocks
}

func TestRecoverFile(t *testing.T) {
	data, blocks := whole(t)
	for _, tt := range []struct {
		name   string
		spoil  func(b []byte) []byte
		events int    // ticks
		lost   uint64 // told by gaps
		trace  string
		said   string
	}{
		{"whole", func(b []byte) []byte { return b }, 99, 0, "start=empty sync=all recovered=true", "nothing is wrong"},
		{"without its end", func(b []byte) []byte { return b[:blocks[9].Offset] }, 89, 0, "start=empty sync=all recovered=true", "the end mark is missing"},
		{"cut within a block", func(b []byte) []byte { return b[:blocks[9].Offset+50] }, 89, 0, "start=empty sync=all recovered=true", "unexpected EOF"},
		{"damaged in the middle", func(b []byte) []byte { b[blocks[3].Offset+60] ^= 1; return b }, 89, 10, "start=empty sync=all recovered=true", "checksum"},
		{"damaged at the start", func(b []byte) []byte { b[blocks[0].Offset+60] ^= 1; return b }, 90, 10, "start=unknown recovered=true", "checksum"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			in, out := filepath.Join(dir, "in.aoi"), filepath.Join(dir, "out.aoi")
			if err := os.WriteFile(in, tt.spoil(bytes.Clone(data)), 0o666); err != nil {
				t.Fatal(err)
			}
			var said []string
			r, err := collect.RecoverFile(in, out, func(s string) { said = append(said, s) })
			if err != nil {
				t.Fatal(err)
			}
			rec := read(t, out)
			ticks, lost, gaps := 0, uint64(0), uint64(0)
			for _, e := range rec.events {
				switch e.Kind {
				case event.Tick:
					ticks++
					if e.Int[0] != e.Seq+1-gaps {
						t.Fatalf("tick %d has number %d after %d gaps", e.Int[0], e.Seq, gaps)
					}
				case event.Gap:
					gaps++
					lost += e.Int[0]
				}
			}
			if ticks != tt.events || lost != tt.lost || r.Lost != tt.lost || r.Events != uint64(len(rec.events)) {
				t.Errorf("got %d ticks, %d lost and %+v; want %d and %d", ticks, lost, r, tt.events, tt.lost)
			}
			if got := rec.lines(event.Trace)[0]; !strings.HasSuffix(got, "trace version=1 "+tt.trace) {
				t.Errorf("got %s", got)
			}
			if len(said) != 1 || !strings.Contains(said[0], tt.said) {
				t.Errorf("it said %q", said)
			}
			if a := rec.stats.Attachments; len(a) != 1 || a[0].Name != "profile" || a[0].Size != 12 {
				t.Errorf("got attachments %+v", a)
			}
		})
	}
}

// What cannot be recovered leaves no file, and the file to recover is safe.
func TestRecoverFileErrors(t *testing.T) {
	data, blocks := whole(t)
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.aoi"), filepath.Join(dir, "out.aoi")
	for _, tt := range []struct {
		data []byte
		out  string
		want string
	}{
		{data, in, "the output is the same file"},
		{data[:blocks[0].Offset+20], out, "no whole block of events"},
		{data[:blocks[0].Offset], out, "it has no events"},
		{data, filepath.Join(dir, "no", "out.aoi"), "opening the output"},
		{[]byte("not a trace"), out, "not a trace"},
	} {
		if err := os.WriteFile(in, tt.data, 0o666); err != nil {
			t.Fatal(err)
		}
		if r, err := collect.RecoverFile(in, tt.out, nil); r != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %+v and %v, want %q", r, err, tt.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%q leaves a file", tt.want)
		}
		if b, err := os.ReadFile(in); err != nil || !bytes.Equal(b, tt.data) {
			t.Errorf("%q changes the input: %v", tt.want, err)
		}
	}
	if _, err := collect.RecoverFile(filepath.Join(dir, "missing"), out, nil); err == nil {
		t.Error("a missing file is recovered")
	}
}
