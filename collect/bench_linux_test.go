package collect

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/record/ring"
)

// A crowd moves about and records what an AOI tick records: operations with a
// move and now and then a view change.
type crowd struct {
	rand *rand.Rand
	pos  [1000][2]float32
}

// step records n events, or one or two more, into w.
func (c *crowd) step(w *ring.Writer, op ring.Name, n int) (done int) {
	for done < n {
		e := c.rand.IntN(len(c.pos))
		p := &c.pos[e]
		p[0] += c.rand.Float32() - 0.5
		p[1] += c.rand.Float32() - 0.5
		switch c.rand.IntN(8) {
		case 0:
			w.Begin(op, uint64(e))
			w.Move(uint64(e), float64(p[0]), float64(p[1]), 0)
			w.Enter(uint64(e), uint64(c.rand.IntN(1000)))
			w.Enter(uint64(c.rand.IntN(1000)), uint64(e))
			w.End()
			done += 5
		case 1:
			w.Leave(uint64(e), uint64(c.rand.IntN(1000)))
			done++
		default:
			w.Move(uint64(e), float64(p[0]), float64(p[1]), 0)
			done++
		}
	}
	return done
}

// processTime returns the processor time that this process has taken, which
// other work on the machine changes less than it changes time itself.
func processTime() time.Duration {
	const clockProcess = 2
	var t syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockProcess, uintptr(unsafe.Pointer(&t)), 0)
	return time.Duration(t.Nano())
}

// BenchmarkCollect measures what a collector does with an event, from the
// ring to the file's bytes: decode, merge, encode. One poll takes 4,096
// events, as at four million events a second.
func BenchmarkCollect(b *testing.B) {
	for _, streams := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("%d streams", streams), func(b *testing.B) {
			benchmarkCollect(b, streams, newOutput(&counter{}))
		})
	}
}

// BenchmarkKeep is BenchmarkCollect of four streams into rotated files, and
// into a flight: one that keeps everything and writes it at the end, and a
// short one, which keeps the last tenth of a second.
func BenchmarkKeep(b *testing.B) {
	for _, bb := range []struct {
		name string
		o    Options
	}{
		{"rotation", Options{RotateBytes: 10 << 20}},
		{"flight", Options{Flight: time.Minute}},
		{"short flight", Options{Flight: 100 * time.Millisecond}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			o := bb.o
			o.Output = filepath.Join(b.TempDir(), "run.aoi")
			out, err := o.open()
			if err != nil {
				b.Fatal(err)
			}
			benchmarkCollect(b, 4, out)
		})
	}
}

func benchmarkCollect(b *testing.B, streams int, out *output) {
	dir := ring.Memory()
	defer ring.Remove(dir)
	pool, err := ring.NewPool(ring.Config{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	c := newCollector(dir, out, nil)
	ws := make([]ring.Writer, streams)
	for i := range ws {
		pool.Start(&ws[i], fmt.Sprint("zone-", i), false)
	}
	op := pool.Name("move")
	crowd := &crowd{rand: rand.New(rand.NewPCG(1, 1))}
	var spent time.Duration
	n, round := 0, 4096
	for n < b.N {
		made := 0
		for k := 0; k < min(round, b.N-n+1000); k += 64 {
			made += crowd.step(&ws[k/64%streams], op, 64)
		}
		n += made
		start := processTime()
		c.scan()
		c.poll(false)
		spent += processTime() - start
	}
	start := processTime()
	r, err := c.end()
	spent += processTime() - start
	if err != nil || r.Events+r.Dropped != uint64(n+1) || r.Lost != 0 {
		b.Fatalf("%d events: %+v, %v", n, r, err)
	}
	b.ReportMetric(float64(spent.Nanoseconds())/float64(n), "ns/event")
	b.ReportMetric(float64(r.Bytes)/float64(n), "B/event")
	b.ReportMetric(0, "ns/op")
}

type counter struct{ n int }

func (c *counter) Write(b []byte) (int, error) { c.n += len(b); return len(b), nil }
func (c *counter) Close() error                { return nil }
