package record_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/record/ring"
)

// The kill test: a child emits on several streams as fast as it can and, when
// an event method has returned, stores how many it emitted in a file that it
// maps, its witness. It dies at a random moment. Whatever the witness counts
// must then be in the rings or counted there as lost, and at most the events
// that were at work may be there besides.

const (
	killDeath   = "AOI_TEST_DEATH"   // how the child dies; set in children only
	killWitness = "AOI_TEST_WITNESS" // the witness file
	killStreams = 3
	// sideBySide is how many events one call may publish.
	sideBySide = 64
)

func TestMain(m *testing.M) {
	if how := os.Getenv(killDeath); how != "" {
		victim(how)
	}
	os.Exit(m.Run())
}

// witnesses maps the counters of a witness file, one a cache line.
func witnesses(path string) ([killStreams]*atomic.Uint64, error) {
	var w [killStreams]*atomic.Uint64
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return w, err
	}
	defer f.Close()
	mem, err := syscall.Mmap(int(f.Fd()), 0, 4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return w, err
	}
	for i := range w {
		w[i] = (*atomic.Uint64)(unsafe.Pointer(&mem[i*128]))
	}
	return w, nil
}

// victim emits until it dies.
func victim(how string) {
	if how == "full" {
		noRoom()
	}
	w, err := witnesses(os.Getenv(killWitness))
	rec := record.Open()
	if err != nil || rec == nil {
		fmt.Println("no witness or no recorder:", err)
		os.Exit(1)
	}
	for i := range killStreams - 1 {
		s := rec.Stream(fmt.Sprint("s", i))
		go emitForever(rec, s, uint64(i), w[i])
	}
	// The last stream has no handle.
	go func() {
		rec.Note("handle-less")
		emitForever(rec, rec.Here(), killStreams-1, w[killStreams-1])
	}()
	fmt.Println("running")
	death := time.Duration(rand.IntN(20_000)) * time.Microsecond
	switch how {
	case "SIGKILL": // the parent does it
		select {}
	case "panic":
		time.Sleep(death)
		go panic("as asked")
		select {}
	case "exit":
		time.Sleep(death)
		os.Exit(7)
	case "throw":
		time.Sleep(death)
		m := map[int]int{}
		for {
			go func() {
				for {
					m[1]++ // concurrent writes: the runtime throws
				}
			}()
		}
	}
}

// noRoom records where files must not be longer than one small ring.
func noRoom() {
	size, _ := strconv.ParseUint(os.Getenv(killWitness), 10, 64)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size}); err != nil {
		fmt.Println("no limit:", err)
	}
	rec := record.Open()
	for i := range 100 {
		s := rec.Stream("zone")
		for range 1000 {
			s.Enter(uint64(i), 2)
		}
		rec.Note("handle-less")
	}
	fmt.Println("unharmed:", rec.Close())
	os.Exit(0)
}

// TestNoRoom records where there is room for no ring, and for small ones only:
// the program must run on, and one line must say what is wrong.
func TestNoRoom(t *testing.T) {
	for size, warnings := range map[string]int{"10000": 1, "200000": 0} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), killDeath+"=full", killWitness+"="+size, record.DirEnv+"="+t.TempDir())
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		if err != nil || stdout.String() != "unharmed: <nil>\n" {
			t.Errorf("at most %s bytes a file: got %v, %q, want it unharmed", size, err, stdout.String())
		}
		if n := strings.Count(stderr.String(), "recorded"); n != warnings {
			t.Errorf("at most %s bytes a file: got %d warnings, want %d:\n%s", size, n, warnings, stderr.String())
		}
	}
}

// TestNoDirectory opens a recorder where nothing can be recorded.
func TestNoDirectory(t *testing.T) {
	t.Setenv(record.DirEnv, filepath.Join(t.TempDir(), "missing"))
	if rec := record.Open(); rec != nil {
		t.Error("got a recorder for a directory that does not exist")
	}
}

// emitForever emits events that carry their number n, and then n^seed.
func emitForever(rec *record.Recorder, s *record.Stream, seed uint64, done *atomic.Uint64) {
	rnd := rand.New(rand.NewPCG(seed, uint64(os.Getpid())))
	ts := make([]uint64, sideBySide)
	for n := uint64(1); ; n++ {
		switch k := rnd.IntN(1000); {
		case k < 500:
			s.Enter(n, n^seed)
		case k < 900:
			s.Move(n, float64(n^seed), 0.5, 0)
		case k < 950:
			s.Begin(rec.Name(strconv.FormatUint(n^seed, 10)), n)
		case k < 999:
			s.Update(n, n^seed, n)
		default:
			for i := range ts {
				ts[i] = n + uint64(i)
			}
			s.Enters(n^seed, ts)
			n += sideBySide - 1
		}
		done.Store(n)
	}
}

// checkVictim counts the events of a dead child's stream and checks each.
type checkVictim struct {
	seed, came, lost uint64
	torn             []string
}

func (c *checkVictim) add(tables *event.Tables, e *event.Event) {
	if e.Kind == event.Gap {
		c.lost += e.Int[0]
		return
	}
	n := c.came + c.lost + 1
	c.came++
	ok := e.Entity == n
	switch e.Kind {
	case event.Enter: // one of many carries the number as its target
		ok = ok && e.Target == n^c.seed || e.Target == n
	case event.Move:
		ok = ok && e.Pos == event.Vec{X: float64(n ^ c.seed), Y: 0.5}
	case event.Begin:
		ok = ok && tables.Text(e.Str[0]) == strconv.FormatUint(n^c.seed, 10)
	case event.Update:
		ok = ok && e.Target == n^c.seed && e.Int[0] == n
	default:
		ok = false
	}
	if !ok && len(c.torn) < 5 {
		c.torn = append(c.torn, fmt.Sprintf("number %d is %s", n, event.AppendBody(nil, tables, e)))
	}
}

func TestKill(t *testing.T) {
	kills := 20
	if s := os.Getenv("AOI_KILLS"); s != "" {
		kills, _ = strconv.Atoi(s)
	} else if testing.Short() {
		kills = 5
	}
	var emitted, came, lost, besides uint64
	for i := range kills {
		how := []string{"SIGKILL", "SIGKILL", "SIGKILL", "panic", "exit", "throw"}[i%6]
		e, c, l, b := killOne(t, how, i%2 == 0)
		emitted, came, lost, besides = emitted+e, came+c, lost+l, besides+b
		if t.Failed() {
			return
		}
	}
	t.Logf("%d kills: %d events emitted, %d came, %d counted as lost in full rings, %d at work when the child died came too; 0 missing, 0 torn",
		kills, emitted, came, lost, besides)
}

// killOne runs and kills one child, while or before a reader drains.
func killOne(t *testing.T, how string, live bool) (emitted, came, lost, besides uint64) {
	dir, err := os.MkdirTemp("/dev/shm", "aoi-kill-test-")
	if err != nil {
		dir = t.TempDir()
	}
	defer os.RemoveAll(dir)
	witness := filepath.Join(dir, "witness")
	if err := os.WriteFile(witness, make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := witnesses(witness)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killDeath+"="+how, killWitness+"="+witness, record.DirEnv+"="+dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if n, _ := out.Read(make([]byte, 7)); n != 7 {
		cmd.Wait()
		t.Fatalf("the child did not run: %s", stderr.String())
	}

	tables := event.NewTables()
	readers := map[string]*ring.Reader{}
	defer func() {
		for _, r := range readers {
			r.Close()
		}
	}()
	streams := map[string]*checkVictim{}
	take := func(e *event.Event) {
		name := tables.StreamName(e.Stream)
		c := streams[name]
		if c == nil {
			if name == "main" || name == "g1" && e.Kind == event.Note {
				return // the child's first words
			}
			c = &checkVictim{seed: killStreams - 1}
			fmt.Sscanf(name, "s%d", &c.seed)
			streams[name] = c
		}
		c.add(tables, e)
	}
	drain := func(last bool) {
		paths, err := ring.List(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			r := readers[path]
			if r == nil {
				if r, err = ring.OpenReader(path, tables); errors.Is(err, ring.ErrNotReady) {
					continue
				} else if err != nil {
					t.Fatal(err)
				}
				readers[path] = r
			}
			if last {
				if r.Alive() {
					t.Errorf("ring %s: its producer is dead and seems alive", path)
				}
				_, err = r.Finish(take)
			} else {
				_, err = r.Drain(take)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var wg sync.WaitGroup
	if how == "SIGKILL" {
		wg.Add(1)
		go func() {
			defer wg.Done()
			time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond)
			cmd.Process.Kill()
		}()
	}
	dead := make(chan bool)
	go func() { cmd.Wait(); close(dead) }()
	for alive := true; alive; {
		select {
		case <-dead:
			alive = false
		case <-time.After(time.Millisecond):
			if live {
				drain(false)
			}
		}
	}
	wg.Wait()
	drain(true)
	for i := range w {
		name := fmt.Sprint("s", i)
		if i == killStreams-1 {
			name = "g1"
		}
		c := streams[name]
		n := w[i].Load()
		if c == nil {
			c = &checkVictim{}
		}
		for _, torn := range c.torn {
			t.Errorf("%s, stream %s: %s", how, name, torn)
		}
		if all := c.came + c.lost; all < n || all > n+sideBySide {
			t.Errorf("%s, stream %s: the child emitted %d events; %d came and %d are counted as lost", how, name, n, c.came, c.lost)
		}
		emitted += n
		came += c.came
		lost += c.lost
		besides += c.came + c.lost - n
	}
	return
}
