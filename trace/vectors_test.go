package trace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
)

var update = flag.Bool("update", false, "write testdata/vectors/*.aoi from the texts beside them")

const vectorDir = "../testdata/vectors"

// made says how the files come about that no text can say: from the text of
// the pair, by damage or by what is no event. Their texts are what a reader
// makes of them; a last comment names the error that follows.
var made = map[string]func(*testing.T, []byte) []byte{
	"read-cut": func(t *testing.T, file []byte) []byte {
		ps := pieces(t, file)
		return file[:ps[4].to-10]
	},
	"read-damaged": func(t *testing.T, file []byte) []byte {
		file = slices.Clone(file)
		file[pieces(t, file)[2].to-1] ^= 0x40
		return file
	},
	"read-zero-tail": func(t *testing.T, file []byte) []byte {
		ps := pieces(t, file)
		return append(slices.Clone(file[:ps[4].to]), make([]byte, 300)...)
	},
	"read-unknown-block": func(t *testing.T, file []byte) []byte {
		ps := pieces(t, file)
		out := slices.Clone(file[:ps[2].from])
		out = appendBlock(out, 200, 2, []byte("of a kind that"), []byte("version 1 does not know"))
		for i, p := range ps[2:] {
			f, err := parseFrame(file[p.from:])
			if err != nil {
				t.Fatal(err)
			}
			out = appendBlock(out, f.kind, uint32(3+i), file[p.from+frameSize:p.from+frameSize+f.meta], file[p.to-f.payload:p.to])
		}
		return out
	},
	"read-codecs": func(t *testing.T, file []byte) []byte {
		// Codecs that are never the smallest for a file of this size: the tick
		// numbers 1 to 3 as raw, and times as bytes.
		m := blockMeta{events: 3, max: 3, streams: []streamMeta{{name: "s", events: 3}}}
		m.counts[event.Tick] = 3
		body := []byte{0}
		body = appendBody(body, codecBytes, []byte{0b00_00_01_10, 0, 0, 0, 0, 2, 0, 3})
		body = appendBody(body, codecConst, []byte{0})
		var raw []byte
		for i := range uint64(3) {
			raw = binary.LittleEndian.AppendUint64(raw, i+1)
		}
		body = appendBody(body, codecRaw, raw)
		return appendBlock(appendPreface(nil), blockEvents, 0, m.append(nil), body)
	},
}

// fileOf returns the trace file of a text, in blocks of size events.
func fileOf(t *testing.T, text string, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, WithBlockEvents(size))
	r := event.NewTextReader(strings.NewReader(text))
	err := event.Each(r, func(tables *event.Tables, e event.Event) bool {
		e = w.Tables().Copy(e, tables)
		if err := w.Append(&e); err != nil {
			t.Fatal(err)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// textOf returns the text of a file and, as a comment, the error at its end.
func textOf(t *testing.T, file []byte) string {
	t.Helper()
	var b strings.Builder
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	w := event.NewTextWriter(&b)
	err = event.Each(r, func(tables *event.Tables, e event.Event) bool {
		if err := w.Write(tables, &e); err != nil {
			t.Fatal(err)
		}
		return true
	})
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var fe *FormatError
	if errors.As(err, &fe) {
		fmt.Fprintf(&b, "# then an error at byte %d", fe.Offset)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			b.WriteString(": the file is cut")
		}
		b.WriteString("\n")
	} else if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Each text and the file beside it say the same, both ways.
func TestVectors(t *testing.T) {
	texts, err := filepath.Glob(filepath.Join(vectorDir, "*.txt"))
	if err != nil || len(texts) < 8 {
		t.Fatalf("%d vectors are there, and %v", len(texts), err)
	}
	for _, name := range texts {
		base := strings.TrimSuffix(filepath.Base(name), ".txt")
		t.Run(base, func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text, path := string(b), strings.TrimSuffix(name, ".txt")+".aoi"
			size := maxEvents
			make, isMade := made[base]
			if isMade {
				b, err := os.ReadFile(filepath.Join(vectorDir, "sample.txt"))
				if err != nil {
					t.Fatal(err)
				}
				text, size = string(b), 6
			}
			want := fileOf(t, text, size)
			if isMade {
				want = make(t, want)
			}
			if *update {
				if err := os.WriteFile(path, want, 0o666); err != nil {
					t.Fatal(err)
				}
				if isMade {
					if err := os.WriteFile(name, []byte(textOf(t, want)), 0o666); err != nil {
						t.Fatal(err)
					}
					b = []byte(textOf(t, want))
				}
			}
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(file, want) {
				t.Errorf("the file made of the text has %d bytes and differs from %s, which has %d; if the format is meant to change, run go test -update", len(want), path, len(file))
			}
			if got := textOf(t, file); got != string(b) {
				t.Errorf("got\n%s\nwant\n%s", got, b)
			}
		})
	}
}

// The vectors that a text can say hold every kind, and every kind of block
// of events that this package writes.
func TestVectorsHoldEveryKind(t *testing.T) {
	f, err := os.Open(filepath.Join(vectorDir, "every-kind.aoi"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	st, err := ReadStats(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	for k := event.Invalid + 1; k < event.NumKinds; k++ {
		if st.ByKind[k] == 0 {
			t.Errorf("no %v", k)
		}
	}
}

// Text, file and text again are the same, and so are the files.
func TestTextIdentity(t *testing.T) {
	for seed := range uint64(10) {
		var text []byte
		tables := event.NewTables()
		generate(rand.New(rand.NewPCG(seed, 2)), tables, 1000, func(e *event.Event) {
			text = append(event.AppendText(text, tables, e), '\n')
		})
		file := fileOf(t, string(text), 300)
		again := textOf(t, file)
		if again != string(text) {
			got, want := strings.Split(again, "\n"), strings.Split(string(text), "\n")
			i := firstDifference(got, want)
			t.Fatalf("seed %d, line %d: got %q, want %q", seed, i+1, at(got, i), at(want, i))
		}
		if !bytes.Equal(fileOf(t, again, 300), file) {
			t.Fatalf("seed %d: the same text makes another file", seed)
		}
	}
}
