package trace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
)

// A piece is one block of a file and the events that are in it.
type piece struct {
	from, to int
	text     []string
}

// pieces cuts a good file into its blocks.
func pieces(t *testing.T, file []byte) (ps []piece) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for {
		f, offset, meta, payload, ok := r.scan.next()
		if !ok {
			break
		}
		p := piece{from: int(offset), to: int(offset) + f.size()}
		if f.kind == blockEvents {
			if err := r.events(meta, payload); err != nil {
				t.Fatal(err)
			}
			for i := range r.block.N {
				e := r.block.Event(i)
				p.text = append(p.text, refText(r.t, &e))
			}
		}
		ps = append(ps, p)
	}
	return ps
}

// isDamageGap reports whether a line is a gap event that a reader made up.
func isDamageGap(line string) bool {
	return strings.Contains(line, " gap ") && strings.Contains(line, "why=damage")
}

// undamaged returns the lines that stand in the file, without gaps by damage.
func undamaged(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), isDamageGap)
}

func TestBitFlips(t *testing.T) {
	flips := 20000
	if testing.Short() {
		flips = 2000
	}
	file, _ := written(t, 5, 400, WithBlockEvents(25))
	ps := pieces(t, file)
	rng := rand.New(rand.NewPCG(5, 5))
	broken := make([]byte, len(file))
	for range flips {
		copy(broken, file)
		hit := make([]bool, len(ps))
		for range 1 + rng.IntN(3) {
			at := rng.IntN(len(file))
			broken[at] ^= 1 << rng.IntN(8)
			for i, p := range ps {
				hit[i] = hit[i] || at >= p.from && at < p.to
			}
		}
		if bytes.Equal(file, broken) {
			continue
		}
		var want []string
		for i, p := range ps {
			if !hit[i] {
				want = append(want, p.text...)
			}
		}
		got, st, err := readAll(broken)
		var fe *FormatError
		if !errors.As(err, &fe) {
			t.Fatalf("got error %v, want a *FormatError", err)
		}
		if fe.Offset < 0 || fe.Offset > int64(len(file)) || broken[fe.Offset] == file[fe.Offset] && fe.Offset != 0 && !slices.ContainsFunc(ps, func(p piece) bool { return p.from == int(fe.Offset) }) {
			t.Fatalf("the damage is said to be at %d, where no block begins", fe.Offset)
		}
		want = undamaged(want)
		if i := firstDifference(undamaged(got), want); i >= 0 {
			t.Fatalf("%v: event %d: got %q, want %q", err, i, at(undamaged(got), i), at(want, i))
		}
		if st.Bytes != int64(len(file)) {
			t.Fatalf("got %d bytes read, want %d", st.Bytes, len(file))
		}
	}
}

// Bytes that are missing or too many damage no more than where they are.
func TestCutAndPasted(t *testing.T) {
	file, _ := written(t, 6, 400, WithBlockEvents(25))
	ps := pieces(t, file)
	rng := rand.New(rand.NewPCG(6, 6))
	for range 3000 {
		from := prefaceSize + rng.IntN(len(file)-prefaceSize)
		to := min(len(file), from+rng.IntN(300))
		insert := make([]byte, rng.IntN(100))
		if rng.IntN(2) == 0 {
			for i := range insert {
				insert[i] = byte(rng.Uint32())
			}
		}
		if from == to && len(insert) == 0 {
			continue
		}
		broken := slices.Concat(file[:from], insert, file[to:])
		var want []string
		for _, p := range ps {
			if bytes.Contains(broken, file[p.from:p.to]) {
				want = append(want, p.text...)
			}
		}
		got, _, err := readAll(broken)
		want = undamaged(want)
		if i := firstDifference(undamaged(got), want); i >= 0 {
			t.Fatalf("%d to %d replaced by %d bytes: %v: event %d: got %q, want %q", from, to, len(insert), err, i, at(undamaged(got), i), at(want, i))
		}
	}
}

// A damaged block is told as a gap of each of its streams, with the exact
// number of events that are missing, before the stream's next event.
func TestDamageIsAGap(t *testing.T) {
	var buf bytes.Buffer
	w := NewWriter(&buf, WithBlockEvents(4))
	for i := range 40 {
		e := event.Event{Kind: event.End, Stream: w.Tables().Stream([]string{"a", "b"}[i%2])}
		if err := w.Append(&e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := buf.Bytes()
	ps := pieces(t, file)
	file[ps[3].to-1] ^= 1 // the third block of events: numbers 4 and 5 of each
	got, st, err := readAll(file)
	var fe *FormatError
	if !errors.As(err, &fe) || fe.Offset != int64(ps[3].from) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want a *FormatError at byte %d", err, ps[3].from)
	}
	want := []string{"0 a gap lost=2 why=damage @4", "0 b gap lost=2 why=damage @4", "0 a end @6", "0 b end @6"}
	if i := firstDifference(got[8:12], want); i >= 0 {
		t.Errorf("got %q, want %q", got[8:12], want)
	}
	if st.Damaged != 4 || st.Events != 36 || st.Lost != 0 || !st.Complete || st.DamagedBytes != int64(ps[3].to-ps[3].from) {
		t.Errorf("got stats %+v", st)
	}

	// The streams do not come back after the last blocks; the end mark knows.
	file[ps[3].to-1] ^= 1
	file[ps[10].to-1] ^= 1
	if _, st, _ = readAll(file); st.Damaged != 4 {
		t.Errorf("the last block is damaged: got %d events damaged, want 4", st.Damaged)
	}

	// A whole block that is gone leaves whole blocks.
	file[ps[10].to-1] ^= 1
	gone := slices.Concat(file[:ps[3].from], file[ps[3].to:])
	if _, st, err = readAll(gone); st.Damaged != 4 || !errors.As(err, &fe) {
		t.Errorf("a block is gone: got %d events damaged and %v", st.Damaged, err)
	}
}

func TestZeroTail(t *testing.T) {
	file, want := written(t, 7, 100, WithBlockEvents(30))
	ps := pieces(t, file)
	for _, zeros := range []int{1, 7, 35, 36, 4096, 200000} {
		for _, cut := range []int{len(file), ps[3].to} {
			got, st, err := readAll(append(slices.Clone(file[:cut]), make([]byte, zeros)...))
			if err != io.EOF || st.Complete != (cut == len(file)) {
				t.Errorf("%d zeros after %d bytes: got %v, complete %v", zeros, cut, err, st.Complete)
			}
			if i := firstDifference(got, want[:len(got)]); i >= 0 || cut == len(file) && len(got) != len(want) {
				t.Errorf("%d zeros after %d bytes: %d events", zeros, cut, len(got))
			}
		}
	}
	// Zeros between blocks are damage.
	broken := slices.Concat(file[:ps[3].from], make([]byte, 5000), file[ps[3].from:])
	got, st, err := readAll(broken)
	if i := firstDifference(got, want); i >= 0 || st.DamagedBytes != 5000 {
		t.Errorf("zeros between blocks: %d of %d events, %d bytes damaged, %v", len(got), len(want), st.DamagedBytes, err)
	}
}

// A small file that claims much is refused before room is made for it.
func TestClaims(t *testing.T) {
	blockOf := func(kind byte, meta, payload []byte) []byte {
		return appendBlock(appendPreface(nil), kind, 0, meta, payload)
	}
	huge := binary.AppendUvarint(nil, 1<<40)
	claimed := func(meta, payload uint32) []byte {
		b := blockOf(blockEvents, nil, make([]byte, 900))
		binary.LittleEndian.PutUint32(b[prefaceSize+16:], meta)
		binary.LittleEndian.PutUint32(b[prefaceSize+20:], payload)
		binary.LittleEndian.PutUint32(b[prefaceSize+32:], checksum(b[prefaceSize:prefaceSize+32]))
		return b
	}
	one := blockMeta{events: 1, streams: []streamMeta{{name: "s", events: 1}}}
	one.counts[event.End] = 1
	most := blockMeta{events: maxEvents, streams: []streamMeta{{name: "s", events: maxEvents}}}
	most.counts[event.End] = maxEvents
	for name, file := range map[string][]byte{
		"payload":  claimed(0, maxPayload),
		"meta":     claimed(maxMeta, 0),
		"both":     claimed(1<<32-1, 1<<32-1),
		"events":   blockOf(blockEvents, huge, nil),
		"strings":  blockOf(blockEvents, one.append(nil), slices.Concat(huge, make([]byte, 500))),
		"string":   blockOf(blockEvents, one.append(nil), slices.Concat([]byte{1}, binary.AppendUvarint(nil, maxStrings), make([]byte, 500))),
		"column":   blockOf(blockEvents, one.append(nil), slices.Concat([]byte{0, codecConst}, huge, make([]byte, 500))),
		"runs":     blockOf(blockEvents, most.append(nil), slices.Concat([]byte{0, codecRuns, 100}, huge, make([]byte, 500))),
		"patches":  blockOf(blockEvents, most.append(nil), slices.Concat([]byte{0, codecPatched, 100, 0, 0}, huge, make([]byte, 500))),
		"attached": blockOf(blockAttach, slices.Concat([]byte{1, 'a', 0}, binary.AppendUvarint(nil, maxAttached), []byte{0}), make([]byte, 100)),
		"facts":    blockOf(blockHeader, huge, nil),
		"nothing":  blockOf(blockEvents, nil, nil),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := readAll(file)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
			t.Errorf("%s: a file of %d bytes took %d bytes of memory", name, len(file), got)
		}
		if name != "attached" && err == io.EOF {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestUnknownBlocksAreSkipped(t *testing.T) {
	file, want := written(t, 8, 50, WithBlockEvents(10))
	ps := pieces(t, file)
	// A block of kind 99 takes the ordinal 4; those after it move up by one.
	out := slices.Clone(file[:ps[4].from])
	out = appendBlock(out, 99, 4, []byte("meta of the future"), []byte("and what it holds"))
	for i, p := range ps[4:] {
		f, err := parseFrame(file[p.from:])
		if err != nil {
			t.Fatal(err)
		}
		out = appendBlock(out, f.kind, uint32(5+i), file[p.from+frameSize:p.from+frameSize+f.meta], file[p.to-f.payload:p.to])
	}
	got, st, err := readAll(out)
	if i := firstDifference(got, want); err != io.EOF || i >= 0 || st.Damage != nil {
		t.Errorf("got %v, event %d differs", err, i)
	}
}

func TestVersion(t *testing.T) {
	file, _ := written(t, 9, 10)
	binary.LittleEndian.PutUint16(file[8:], 7)
	binary.LittleEndian.PutUint32(file[12:], checksum(file[:12]))
	_, err := NewReader(bytes.NewReader(file))
	if !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "7") {
		t.Errorf("got %v, want ErrVersion that names 7", err)
	}
}

// A reader that fails is not damage.
func TestReaderFails(t *testing.T) {
	file, _ := written(t, 10, 1000, WithBlockEvents(100))
	for n := range len(file) / 50 {
		r, err := NewReader(io.MultiReader(bytes.NewReader(file[:n*50]), failing{}))
		for err == nil {
			_, err = r.Next()
		}
		var fe *FormatError
		if !errors.Is(err, errFails) || errors.As(err, &fe) {
			t.Fatalf("after %d bytes: got %v, want the reader's error", n*50, err)
		}
	}
}

func TestReaderStops(t *testing.T) {
	file, _ := written(t, 10, 10)
	r, err := NewReader(io.MultiReader(bytes.NewReader(file[:100]), idle{}))
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v, want io.ErrNoProgress", err)
	}
}

// idle has neither bytes nor an error to give.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errFails }

func FuzzReader(f *testing.F) {
	for seed := range uint64(4) {
		file, _ := written(f, seed, 60, WithBlockEvents(20))
		f.Add(file)
	}
	var crowded bytes.Buffer
	w := NewWriter(&crowded)
	crowd(w.Tables(), 600, 100, single, func(e *event.Event) {
		if err := w.Append(e); err != nil {
			f.Fatal(err)
		}
	})
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(crowded.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		read := func(file []byte) {
			text, _, err := readAll(file)
			if err == nil {
				t.Fatal("reading ended without io.EOF")
			}
			// What a reader lets through, the text twin takes.
			for _, line := range text {
				line = line[:strings.LastIndex(line, " @")]
				tables := event.NewTables()
				e, err := event.Parse(tables, line)
				if err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				if again := string(event.AppendText(nil, tables, &e)); again != line {
					t.Fatalf("got %q, want %q", again, line)
				}
			}
			if _, err := ReadStats(bytes.NewReader(file), int64(len(file))); err != nil && err == io.EOF {
				t.Fatal("ReadStats gave io.EOF")
			}
		}
		read(file)
		// The same with checksums put right, so that what they guard is met.
		read(resummed(file))
	})
}

// resummed returns file with the checksums of its blocks made right, as far
// as blocks can be told.
func resummed(file []byte) []byte {
	file = slices.Clone(file)
	if len(file) >= prefaceSize {
		binary.LittleEndian.PutUint32(file[prefaceSize-4:], checksum(file[:prefaceSize-4]))
	}
	for at := prefaceSize; at+frameSize <= len(file); {
		b := file[at:]
		if string(b[:len(blockMagic)]) != blockMagic {
			at++
			continue
		}
		meta, payload := uint64(binary.LittleEndian.Uint32(b[16:])), uint64(binary.LittleEndian.Uint32(b[20:]))
		if frameSize+meta+payload > uint64(len(b)) {
			at++
			continue
		}
		binary.LittleEndian.PutUint32(b[24:], checksum(b[frameSize:frameSize+meta]))
		binary.LittleEndian.PutUint32(b[28:], checksum(b[frameSize+meta:frameSize+meta+payload]))
		binary.LittleEndian.PutUint32(b[32:], checksum(b[:32]))
		at += int(frameSize + meta + payload)
	}
	return file
}
