//go:build linux

package collect_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/event"
)

// definitions are what a file must begin with that begins in the middle of
// keeper, but for the remark.
var definitions = []string{
	"aoi-trace trace version=1 start=unknown sync=all clock=",
	"aoi-trace space id=1 metric=circle enter=50 leave=55 eval=tick:1 filters=recorded",
	`aoi-trace name e=0 label="orc 0" tags=npc`,
	`aoi-trace name e=1 label="orc 1" tags=npc`,
	`aoi-trace name e=2 label="orc 2" tags=npc`,
	`aoi-trace name e=3 label="orc 3" tags=npc`,
	"aoi-trace radius e=1 enter=30 leave=33",
	"aoi-trace filter w=2 t=1 hidden=true rule=stealth",
	"aoi-trace fork g=zone",
}

// checkHead checks that a file begins with the definitions, and returns the
// remark.
func checkHead(t *testing.T, rec *recording) (remark string) {
	t.Helper()
	i := 0
	for _, want := range definitions {
		if rec.events[i].Kind == event.Note {
			remark = rec.tables.Text(rec.events[i].Str[0])
			i++
		}
		_, line, _ := strings.Cut(string(event.AppendText(nil, rec.tables, &rec.events[i])), " ")
		if !strings.HasPrefix(line, want) {
			t.Errorf("event %d is %s, want %s", i, line, want)
		}
		i++
	}
	return remark
}

// checkRun checks that the updates of a file count up by one and that their
// sequence numbers do, with what is between. It returns the first and the
// number after the last.
func checkRun(t *testing.T, rec *recording) (first, next uint64) {
	t.Helper()
	begun := false
	seq := map[event.StreamID]uint64{}
	for _, e := range rec.events {
		if n, ok := seq[e.Stream]; ok && e.Seq != n {
			t.Fatalf("%s#%d follows number %d", rec.tables.StreamName(e.Stream), e.Seq, n-1)
		}
		seq[e.Stream] = e.Seq + 1
		if e.Kind != event.Update {
			continue
		}
		if v := e.Int[0]; !begun {
			first, begun = v, true
		} else if v != next {
			t.Fatalf("update %d follows update %d", v, next-1)
		}
		next = e.Int[0] + 1
	}
	return first, next
}

func base(paths []string) (names []string) {
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	return names
}

// A rotated recording is files of which each opens on its own, with nothing
// lost between two.
func TestRotate(t *testing.T) {
	o, _ := options(t, "keeper", "400", "1", "300")
	o.Overflow = "wait" // nothing is lost however busy the machine is
	o.RotateBytes = 40 << 10
	// A file that is there is not overwritten.
	other := filepath.Join(filepath.Dir(o.Output), "run.0006.aoi")
	if err := os.WriteFile(other, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	r := mustRun(t, o, 0)
	if len(r.Files) < 2 || filepath.Base(r.Files[0]) != "run.0007.aoi" || filepath.Base(r.Files[1]) != "run.0008.aoi" {
		t.Fatalf("got files %v", base(r.Files))
	}
	if b, err := os.ReadFile(other); string(b) != "mine" {
		t.Errorf("the file of another recording is %q, %v", b, err)
	}
	if _, err := os.Stat(o.Output); err == nil {
		t.Error("there is a file without a number")
	}
	next, bytes, sent, ticks := uint64(0), int64(0), uint64(0), 0
	last := time.Duration(0)
	zone := uint64(0)
	for i, path := range r.Files {
		rec := read(t, path)
		bytes += rec.stats.Bytes
		if i > 0 {
			if got, want := checkHead(t, rec), "this file goes on where "+filepath.Base(r.Files[i-1])+" ends"; got != want {
				t.Errorf("%s: got remark %q, want %q", path, got, want)
			}
		}
		if rec.stats.First < last {
			t.Errorf("%s begins at %v, before %v", path, rec.stats.First, last)
		}
		last = rec.stats.Last
		first, after := checkRun(t, rec)
		if first != next {
			t.Errorf("%s begins with update %d, want %d", path, first, next)
		}
		next, sent = after, sent+after-first
		depth := 0
		for _, e := range rec.events {
			switch e.Kind {
			case event.Tick:
				ticks++
			case event.Begin:
				depth++
			case event.End:
				if depth--; depth < 0 {
					t.Fatalf("%s cuts an operation", path)
				}
			}
			if rec.tables.StreamName(e.Stream) == "zone" {
				if e.Seq != zone {
					t.Fatalf("%s: zone#%d, want number %d", path, e.Seq, zone)
				}
				zone++
			}
		}
		if rec.stats.Lost != 0 || rec.stats.Damaged != 0 {
			t.Errorf("%s lost %d and %d", path, rec.stats.Lost, rec.stats.Damaged)
		}
	}
	if sent != 400*300 || ticks != 400 || r.Lost != 0 || r.Bytes != bytes {
		t.Errorf("got %d updates, %d ticks and %d bytes in the files of %+v", sent, ticks, bytes, r)
	}
}

// A rotation by time, and what comes after it in another stream.
func TestRotateEvery(t *testing.T) {
	o, _ := options(t, "keeper", "300", "2", "1")
	o.Overflow = "wait"
	o.RotateEvery = 200 * time.Millisecond
	r := mustRun(t, o, 0)
	if len(r.Files) < 2 || len(r.Files) > 6 {
		t.Fatalf("got files %v", base(r.Files))
	}
	n := uint64(0)
	for i, path := range r.Files {
		rec := read(t, path)
		if i > 0 {
			checkHead(t, rec)
		}
		first, next := checkRun(t, rec)
		n += next - first
	}
	if n != 300 {
		t.Errorf("got %d updates", n)
	}
}

// Everything is there if nothing was too old to keep.
func TestFlightShort(t *testing.T) {
	o, _ := options(t, "keeper", "50", "1", "10")
	o.Overflow = "wait"
	o.Flight = time.Minute
	r := mustRun(t, o, 0)
	rec := read(t, o.Output)
	if first, next := checkRun(t, rec); first != 0 || next != 500 || r.Dropped != 0 {
		t.Errorf("got updates %d to %d of %+v", first, next, r)
	}
	if got := rec.lines(event.Trace)[0]; !strings.Contains(got, "start=empty") {
		t.Errorf("got %s", got)
	}
	if got := r.Files; len(got) != 1 || got[0] != o.Output {
		t.Errorf("got files %v", got)
	}
	if r.Events != uint64(len(rec.events)) || r.Bytes != rec.stats.Bytes || r.Lost != 0 {
		t.Errorf("got %+v of a file with %+v", r, rec.stats)
	}
}

// A target that is killed leaves what it did last, up to its last call.
func TestFlightKill(t *testing.T) {
	o, _ := options(t, "keeper", "2500", "1", "3", "kill")
	o.Overflow = "wait"
	o.Flight = 500 * time.Millisecond
	r := mustRun(t, o, 128+9)
	rec := read(t, o.Output)
	remark := checkHead(t, rec)
	first, next := checkRun(t, rec)
	if first == 0 || next != 2500*3 {
		t.Errorf("got updates %d to %d", first, next)
	}
	if want := fmt.Sprintf("snapshot: the end; %d events before this file were not kept", r.Dropped); remark != want || r.Dropped == 0 {
		t.Errorf("got remark %q, want %q", remark, want)
	}
	// A block more than half a second is kept at most, and one is a second.
	if kept := rec.stats.Last - rec.stats.First; kept < o.Flight || kept > o.Flight+1500*time.Millisecond {
		t.Errorf("it kept %v", kept)
	}
}

// A program asks for snapshots: each is a file, unless one is being written,
// and the end is one.
func TestFlightSnapshot(t *testing.T) {
	o, _ := options(t, "keeper", "300", "1", "10", "snapshots")
	o.Overflow = "wait"
	o.Flight = time.Minute
	var said []string
	o.Log = func(s string) { said = append(said, s) }
	r := mustRun(t, o, 0)
	shots := len(r.Files) - 1
	if shots < 1 || shots > 3 || r.Files[shots] != o.Output || len(said) != shots {
		t.Fatalf("got files %v, log %q", base(r.Files), said)
	}
	for i, path := range r.Files {
		rec := read(t, path)
		first, next := checkRun(t, rec)
		notes := rec.lines(event.Note)
		want := 1 // each snapshot has the note that asked for it
		if i >= shots-1 {
			want = 3
		}
		if first != 0 || len(notes) < want || next < 1000*uint64(len(notes)) || notes[0] != `main note text="snapshot wanted: tick 99"` {
			t.Errorf("%s has updates %d to %d and the notes %q", path, first, next, notes)
		}
		if i < shots && !strings.HasPrefix(said[i], path+": the last ") {
			t.Errorf("it said %q of %s", said[i], path)
		}
	}
}

// Nor does a target lose anything that is killed at a random instant.
func TestFlightKills(t *testing.T) {
	for range max(3, kills()/5) {
		killed(t, 128+int(syscall.SIGKILL), nil, func(pid int) {
			time.Sleep(time.Duration(rand.IntN(60_000)) * time.Microsecond)
			syscall.Kill(pid, syscall.SIGKILL)
		}, func(o *collect.Options) { o.Flight = time.Minute })
	}
}

// SIGUSR1 asks for a snapshot, and the target does not get it.
func TestFlightSignal(t *testing.T) {
	o, _ := options(t, "signals")
	o.Flight = time.Minute
	saved := make(chan string, 2)
	o.Log = func(s string) { saved <- s }
	pr, pw := io.Pipe()
	o.Stdout = pw
	go func() {
		bufio.NewReader(pr).ReadString('\n') // it is ready
		for range 2 {
			syscall.Kill(os.Getpid(), syscall.SIGUSR1)
			<-saved
		}
		syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}()
	r := mustRun(t, o, 9)
	if got := base(r.Files); fmt.Sprint(got) != "[run.0001.aoi run.0002.aoi run.aoi]" {
		t.Fatalf("got files %v", got)
	}
	for i, want := range []string{"[ready]", "[ready]", "[ready terminated]"} {
		var got []string
		for _, line := range read(t, r.Files[i]).lines(event.Note) {
			got = append(got, strings.TrimPrefix(line, "main note text="))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s has the notes %v, want %s", r.Files[i], got, want)
		}
	}
}

// The recorder is killed while it rotates: the files that were complete are,
// the last is recovered, and so is what is in the rings.
func TestRotateKilled(t *testing.T) {
	dir := t.TempDir()
	witness, output := filepath.Join(dir, "witness"), filepath.Join(dir, "run.aoi")
	if err := os.WriteFile(witness, make([]byte, 8), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], output, os.Args[0], "1", witness)
	cmd.Env = append(os.Environ(), targetEnv+"=rotator", "TMPDIR="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second)
	cmd.Process.Kill()
	cmd.Wait()
	pid := readPid(t, output+".pid")
	time.Sleep(50 * time.Millisecond) // the target runs on, into its rings
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	syscall.Kill(pid, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(env), collect.DirEnv+"=")
	rings, _, _ := strings.Cut(rest, "\x00")
	defer os.RemoveAll(rings)

	files, err := filepath.Glob(filepath.Join(dir, "run.0*.aoi"))
	if err != nil || len(files) < 3 {
		t.Fatalf("got files %v, %v", base(files), err)
	}
	next := uint64(1)
	check := func(path string, lossless bool) {
		t.Helper()
		rec := read(t, path)
		for _, e := range rec.events {
			switch {
			case e.Kind == event.Gap:
				next += e.Int[0]
			case e.Kind != event.Update:
			case lossless && e.Int[0] != next:
				t.Fatalf("%s: update %d where %d should be", filepath.Base(path), e.Int[0], next)
			default:
				next = e.Int[0] + 1
			}
		}
	}
	last := len(files) - 1
	for _, path := range files[:last] {
		check(path, true)
	}
	recovered := filepath.Join(dir, "recovered.aoi")
	switch info, err := os.Stat(files[last]); {
	case err != nil:
		t.Fatal(err)
	case info.Size() > 0: // its first block was written
		_, err := collect.RecoverFile(files[last], recovered, nil)
		if err == nil {
			check(recovered, true)
		} else if !strings.Contains(err.Error(), "has no ") { // it was killed within the first block
			t.Fatal(err)
		}
	}
	inFiles := next
	if _, err := collect.Recover(rings, recovered, nil); err != nil {
		t.Fatal(err)
	}
	check(recovered, false)
	if at := readWitness(t, witness)[0]; next <= at || inFiles < 2 {
		t.Errorf("recovered up to event %d of %d, %d of them in files", next-1, at, inFiles-1)
	}
}

// The memory of a flight is bounded also when the time is not over.
func TestFlightBytes(t *testing.T) {
	o, _ := options(t, "keeper", "600", "1", "2000")
	o.Overflow = "wait"
	o.Flight, o.FlightBytes = time.Hour, 1<<20
	r := mustRun(t, o, 0)
	rec := read(t, o.Output)
	checkHead(t, rec)
	_, next := checkRun(t, rec)
	if next != 600*2000 || r.Lost != 0 {
		t.Errorf("the last update is %d", next)
	}
	if r.Dropped == 0 || rec.stats.Bytes > o.FlightBytes*3/2 {
		t.Errorf("it kept %d bytes and dropped %d events", rec.stats.Bytes, r.Dropped)
	}
}

// Keeping the end and keeping all in files cannot both be.
func TestFlightAndRotate(t *testing.T) {
	o, _ := options(t, "exit", "0")
	o.Flight, o.RotateEvery = time.Second, time.Second
	if _, err := collect.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "only one of them") {
		t.Errorf("got %v", err)
	}
}
