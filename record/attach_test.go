package record_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/record/profile"
	"github.com/aoi-trace/aoi-trace/trace"
)

// attached returns the attachments of the trace at path, and their names in
// order.
func attached(t *testing.T, path string) (map[string]string, []trace.Attachment) {
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
	texts := map[string]string{}
	for name, b := range content {
		texts[name] = b.String()
	}
	return texts, r.Stats().Attachments
}

func TestAttach(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Attach("a \"quoted\"\nname", "text/plain", []byte("one\ntwo")); err != nil {
		t.Error(err)
	}
	w, err := rec.Attachment("log", "text/plain")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "never ")
	io.WriteString(w, "closed")
	big := strings.Repeat("0123456789abcdef", 200_000) // several parts
	for range 2 {
		if err := rec.Attach("big", "application/octet-stream", []byte(big)); err != nil {
			t.Error(err)
		}
	}
	if err := rec.Attach("", "text/plain", nil); err == nil {
		t.Error("an attachment without a name is taken")
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	got, list := attached(t, path)
	for name, want := range map[string]string{"a \"quoted\"\nname": "one\ntwo", "log": "never closed", "big": big, "big(2)": big} {
		if got[name] != want {
			t.Errorf("%q: got %.20q (%d bytes), want %.20q (%d bytes)", name, got[name], len(got[name]), want, len(want))
		}
	}
	if len(list) != 4 || list[1].Type != "text/plain" {
		t.Errorf("got %+v", list)
	}
}

func TestNothingIsAttached(t *testing.T) {
	var rec *record.Recorder
	if err := rec.Attach("a", "text/plain", []byte("b")); err != nil {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path, profile.On())
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	if _, list := attached(t, path); len(list) != 0 {
		t.Errorf("nobody asked for a profile, got %+v", list)
	}
}

func TestDuring(t *testing.T) {
	var did []string
	note := func(name string) record.Option {
		return record.During(func(r *record.Recorder) func() {
			did = append(did, "start "+name)
			r.Note(name)
			return func() {
				did = append(did, "stop "+name)
				r.Note("end of " + name)
			}
		})
	}
	path := filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path, note("a"), note("b"), record.During(func(*record.Recorder) func() { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	rec.Close()
	if got, want := strings.Join(did, ", "), "start a, start b, stop b, stop a"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := read(t, path)["main"], `end of a`; !strings.Contains(strings.Join(got, "\n"), want) {
		t.Errorf("the last note is missing: %q", got)
	}
}
