//go:build linux

package collect_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/record"
)

// targetEnv makes the test binary the program that is recorded; its value is
// the program's name in targets.
const targetEnv = "AOI_COLLECT_TARGET"

// targets are the programs that the tests record.
var targets = map[string]func(args []string){
	"streams":   streams,
	"burst":     burst,
	"forever":   forever,
	"signals":   waitForSignals,
	"exit":      func(args []string) { os.Exit(number(args[0])) },
	"nothing":   func([]string) {},
	"late":      startLate,
	"causal":    causal,
	"contract":  contract,
	"terminal":  inTerminal,
	"keeper":    keeper,
	"collector": func(args []string) { collector(args) },
	"rotator": func(args []string) {
		collector(args, func(o *collect.Options) { o.RotateEvery = 300 * time.Millisecond })
	},
}

func TestMain(m *testing.M) {
	if f := targets[os.Getenv(targetEnv)]; f != nil {
		f(os.Args[1:])
		return
	}
	os.Exit(m.Run())
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// streams records args[1] updates in each of args[0] streams of their own
// goroutines: v counts from 1, w is the stream.
func streams(args []string) {
	rec := record.Open()
	rec.Space(1, record.Contract{Enter: 10})
	n, each := number(args[0]), number(args[1])
	var all sync.WaitGroup
	for i := range n {
		name := fmt.Sprint("s", i)
		rec.Fork(name)
		all.Add(1)
		go func() {
			defer all.Done()
			s := rec.Stream(name)
			defer s.Close()
			for v := range each {
				s.Update(uint64(i), 1, uint64(v+1))
				if v%1000 == 999 {
					time.Sleep(time.Millisecond) // the ring must not overflow here
				}
			}
		}()
	}
	all.Wait()
	for i := range n {
		rec.Join(fmt.Sprint("s", i))
	}
	rec.Close()
}

// burst records args[0] moves as fast as it can into rings of args[1] bytes,
// and prints how many.
func burst(args []string) {
	rec := record.Open(record.Limit(int64(number(args[1]))))
	s := rec.Stream("s")
	n := number(args[0])
	for v := range n {
		s.Update(1, 2, uint64(v))
	}
	s.Close()
	rec.Close()
	fmt.Println(n)
}

// forever records in args[0] streams until it dies. The file args[1] holds,
// for each stream, how many of its events are recorded: it is counted when
// the call has returned. With args[2] it dies by itself after a while.
func forever(args []string) {
	rec := record.Open()
	n := number(args[0])
	w := openWitness(args[1], n)
	for i := range n {
		go func() {
			s := rec.Stream(fmt.Sprint("s", i))
			for v := uint64(1); ; v++ {
				s.Update(uint64(i), v^0x5555, v)
				w[i].Store(v)
				if v%256 == 0 {
					time.Sleep(50 * time.Microsecond)
				}
			}
		}()
	}
	if len(args) < 3 {
		select {}
	}
	time.Sleep(time.Duration(number(args[3])) * time.Microsecond)
	switch args[2] {
	case "panic":
		panic("the target panics")
	case "exit":
		os.Exit(3)
	case "throw":
		m := map[int]int{}
		for range 4 {
			go func() {
				for i := 0; ; i++ {
					m[i%100] = i // a concurrent map write is a throw, which no defer sees
				}
			}()
		}
		select {}
	case "fault":
		var p *int
		*p = 1
	}
}

// openWitness maps the counters of the file path.
func openWitness(path string, n int) []atomic.Uint64 {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, n*8, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	return unsafe.Slice((*atomic.Uint64)(unsafe.Pointer(&b[0])), n)
}

// readWitness returns the counters that the target left.
func readWitness(t *testing.T, path string) []uint64 {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []uint64
	for ; len(b) >= 8; b = b[8:] {
		out = append(out, binary.NativeEndian.Uint64(b))
	}
	return out
}

// waitForSignals notes each signal that it gets and ends at SIGTERM, with
// exit code 9.
func waitForSignals([]string) {
	ch := make(chan os.Signal, 10)
	signal.Notify(ch)
	rec := record.Open()
	defer rec.Close()
	rec.Note("ready")
	fmt.Println("ready")
	for sig := range ch {
		switch sig {
		case syscall.SIGURG, syscall.SIGCHLD:
			continue
		}
		rec.Note(sig.String())
		if sig == syscall.SIGTERM {
			os.Exit(9)
		}
	}
}

// startLate begins to record only after args[0] milliseconds.
func startLate(args []string) {
	time.Sleep(time.Duration(number(args[0])) * time.Millisecond)
	rec := record.Open()
	rec.Note("late")
	time.Sleep(20 * time.Millisecond)
	rec.Note("end")
}

// causal passes args[0] messages and lock sections between goroutines and
// records them around the real thing.
func causal(args []string) {
	rec := record.Open()
	ch, lock := rec.Name("c"), rec.Name("l")
	messages := make(chan uint64, 4)
	var mu sync.Mutex
	var section uint64
	var all sync.WaitGroup
	work := func(name string, f func(s *record.Stream, i int)) {
		rec.Fork(name)
		all.Add(1)
		go func() {
			defer all.Done()
			s := rec.Stream(name)
			defer s.Close()
			for i := range number(args[0]) {
				f(s, i)
				mu.Lock()
				section++
				n := section
				s.Acquire(lock, record.Exclusive, n)
				s.Release(lock, record.Exclusive, n)
				mu.Unlock()
			}
		}()
	}
	work("sender", func(s *record.Stream, i int) {
		s.Send(ch, uint64(i))
		messages <- uint64(i)
	})
	work("receiver", func(s *record.Stream, i int) { s.Recv(ch, <-messages) })
	all.Wait()
	rec.Join("sender")
	rec.Join("receiver")
	rec.Close()
}

// contract opens a recorder that promises less than the others.
func contract([]string) {
	rec := record.Open(record.StartUnknown(), record.SyncAll())
	rec.Note("here")
	rec.Close()
}
