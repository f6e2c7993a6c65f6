package trace

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
)

// scanned returns the statistics that reading all of a file gives.
func scanned(t *testing.T, file []byte) Stats {
	t.Helper()
	_, st, err := readAll(file)
	if err != io.EOF {
		t.Fatal(err)
	}
	st.written = 0
	return st
}

func TestStatsFromIndex(t *testing.T) {
	var buf bytes.Buffer
	w := NewWriter(&buf, WithBlockEvents(3), WithFact("writer", "a test"))
	big := bytes.Repeat([]byte("0123456789"), 3*partSize/10+1)
	for i := range 20000 {
		e := event.Event{Kind: event.Tick, Stream: w.Tables().Stream("main"), Time: 5, Int: [3]uint64{uint64(i)}}
		if i%1000 == 999 {
			e = event.Event{Kind: event.Gap, Stream: e.Stream, Time: 7, Int: [3]uint64{4}}
		}
		if err := w.Append(&e); err != nil {
			t.Fatal(err)
		}
		if i == 10000 {
			if err := w.Attach("big", "application/octet-stream", big); err != nil {
				t.Fatal(err)
			}
			if err := w.Attach("empty", "", nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := buf.Bytes()
	if int64(len(file)) != w.Offset() {
		t.Errorf("got offset %d, want %d", w.Offset(), len(file))
	}
	got, err := ReadStats(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	want := scanned(t, file)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if want.Events != 20000 || want.Lost != 80 || len(want.Attachments) != 2 || want.Streams != 1 {
		t.Errorf("got stats %+v", want)
	}
	if _, _, err := readIndex(bytes.NewReader(file), int64(len(file))); err != nil {
		t.Errorf("the index is not used: %v", err)
	}

	// The index is only a cache.
	fromIndex, err := ReadIndex(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	cut := file[:len(file)-frameSize-endSize]
	fromBlocks, err := ReadIndex(bytes.NewReader(cut), int64(len(cut)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fromIndex, fromBlocks) || len(fromIndex) != want.Blocks {
		t.Errorf("the index has %d blocks, the file %d", len(fromIndex), len(fromBlocks))
	}
	st, err := ReadStats(bytes.NewReader(cut), int64(len(cut)))
	if err != nil || st.Complete || st.Events != want.Events {
		t.Errorf("without end mark: got %v, complete %v, %d events", err, st.Complete, st.Events)
	}

	for _, a := range want.Attachments {
		var b bytes.Buffer
		if err := CopyAttachment(&b, bytes.NewReader(file), int64(len(file)), a); err != nil {
			t.Fatal(err)
		}
		if a.Name == "big" && !bytes.Equal(b.Bytes(), big) || int64(b.Len()) != a.Size {
			t.Errorf("attachment %s: got %d other bytes, want %d", a.Name, b.Len(), a.Size)
		}
	}
	r, err := NewReader(bytes.NewReader(file), WithAttachments(func(a Attachment) io.Writer {
		if a.Name == "big" {
			return fails{}
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, errFails) {
		t.Errorf("a writer that fails: got %v, want its error", err)
	}
}

type fails struct{}

var errFails = errors.New("no room")

func (fails) Write([]byte) (int, error) { return 0, errFails }

// The sections of a file, read apart, hold what the file holds.
func TestSections(t *testing.T) {
	file, want := written(t, 11, 2000, WithBlockEvents(64))
	r := bytes.NewReader(file)
	index, err := ReadIndex(r, r.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2, 7, len(index)} {
		var got []string
		for part := range n {
			from, to := part*len(index)/n, (part+1)*len(index)/n
			end := r.Size()
			if to < len(index) {
				end = index[to].Offset
			}
			s := NewSectionReader(r, index[from].Offset, end)
			if err := event.Each(s, func(tables *event.Tables, e event.Event) bool {
				got = append(got, refText(tables, &e))
				return true
			}); err != nil {
				t.Fatalf("part %d of %d: %v", part, n, err)
			}
		}
		if i := firstDifference(got, want); i >= 0 {
			t.Fatalf("%d parts, event %d: got %q, want %q", n, i, at(got, i), at(want, i))
		}
	}
}

// An attachment whose source ends early is whole, with zeros, and told.
func TestAttachFromTooLittle(t *testing.T) {
	var file, got bytes.Buffer
	w := NewWriter(&file)
	if err := w.AttachFrom("a", "text/plain", partSize+10, strings.NewReader("begin")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want io.ErrUnexpectedEOF", err)
	}
	if err := w.AttachFrom("b", "text/plain", MaxAttachment+1, strings.NewReader("x")); err == nil {
		t.Error("an attachment that is too large is taken")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(&file, WithAttachments(func(Attachment) io.Writer { return &got }))
	for err == nil {
		_, err = r.Next()
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	if got.Len() != partSize+10 || !bytes.HasPrefix(got.Bytes(), []byte("begin\x00")) {
		t.Errorf("got %d bytes: %.10q", got.Len(), got.Bytes())
	}
}
