package recordtest

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/record"
)

// A server is an AOI of few lines: walkers on a line, views by distance.
type server struct {
	zone  *record.Stream
	at    []float64
	views map[[2]uint64]bool
	skips map[[2]uint64]bool // pairs whose enters it forgets
	n     uint64
}

func newServer(rec *record.Recorder) *server {
	rec.Space(1, record.Contract{Enter: 10, Leave: 12, Eval: 1, Filters: "none", Despawn: "explicit", Watchers: "all"})
	s := &server{zone: rec.Stream("zone"), at: []float64{0, 30, 60}, views: map[[2]uint64]bool{}}
	for e, x := range s.at {
		s.zone.Spawn(uint64(e), x, 0, 0)
	}
	return s
}

// tick moves walker 0 and brings the views up to date.
func (s *server) tick(dx float64) {
	s.at[0] += dx
	s.zone.Move(0, s.at[0], 0, 0)
	for w := range s.at {
		for t := range s.at {
			pair := [2]uint64{uint64(w), uint64(t)}
			switch d := math.Abs(s.at[w] - s.at[t]); {
			case w == t:
			case d <= 10 && !s.views[pair]:
				s.views[pair] = true
				if !s.skips[pair] {
					s.zone.Enter(pair[0], pair[1])
				}
			case d > 12 && s.views[pair]:
				delete(s.views, pair)
				if !s.skips[pair] {
					s.zone.Leave(pair[0], pair[1])
				}
			}
		}
	}
	s.n++
	s.zone.Tick(s.n)
}

func (s *server) walk() {
	for range 60 {
		s.tick(1)
	}
}

// A fake stands for the testing.TB of a user's test, which may fail.
type fake struct {
	testing.TB
	name      string
	errors    []string
	logs      []string
	fatal     bool
	cleanups  []func()
	directory string
}

func (f *fake) Helper()                      {}
func (f *fake) Name() string                 { return f.name }
func (f *fake) TempDir() string              { return f.directory }
func (f *fake) Cleanup(c func())             { f.cleanups = append(f.cleanups, c) }
func (f *fake) Logf(format string, a ...any) { f.logs = append(f.logs, fmt.Sprintf(format, a...)) }
func (f *fake) Errorf(form string, a ...any) { f.errors = append(f.errors, fmt.Sprintf(form, a...)) }
func (f *fake) Fatalf(form string, a ...any) { f.Errorf(form, a...); f.FailNow() }
func (f *fake) FailNow()                     { f.fatal = true; runtime.Goexit() }
func (f *fake) text() string                 { return strings.Join(f.errors, "\n") }
func (f *fake) has(part string) bool         { return strings.Contains(f.text(), part) }

// try runs test as the testing package does: on a goroutine of its own, then
// its cleanups, last one first.
func try(t *testing.T, test func(t testing.TB)) *fake {
	t.Helper()
	f := &fake{TB: t, name: t.Name(), directory: t.TempDir()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(f)
	}()
	<-done
	for i := len(f.cleanups) - 1; i >= 0; i-- {
		f.cleanups[i]()
	}
	return f
}

func TestHealthy(t *testing.T) {
	rec := Record(t) // the package on itself
	newServer(rec).walk()
}

func TestFaulty(t *testing.T) {
	f := try(t, func(t testing.TB) {
		s := newServer(Record(t))
		s.skips = map[[2]uint64]bool{{1, 0}: true}
		s.walk()
	})
	if !f.has("missed-enter") || !f.has("[certain]") || !f.has("zone#") {
		t.Errorf("a server that forgets an enter got %q, want a missed-enter with its proof", f.errors)
	}
	if logs := strings.Join(f.logs, "\n"); !strings.Contains(logs, "-run '^TestFaulty$' -aoi.keep=.") {
		t.Errorf("the log %q does not say how to keep the recording", logs)
	}
	if _, err := os.Stat(filepath.Join(f.directory, "test.aoi")); err != nil {
		t.Errorf("the recording was not in the test's own directory: %v", err)
	}
}

func TestSelected(t *testing.T) {
	faulty := func(opts ...Option) func(testing.TB) {
		return func(t testing.TB) {
			s := newServer(Record(t, opts...))
			s.skips = map[[2]uint64]bool{{1, 0}: true}
			s.walk()
		}
	}
	tests := []struct {
		name string
		opts []Option
		want bool // fails
	}{
		{"only another", []Option{Only("ghost")}, false},
		{"only it", []Option{Only("missed-enter")}, true},
		{"without others", []Option{Without("ghost")}, true},
		{"without it and what goes with it", []Option{Without("missed-enter", "asymmetry")}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if f := try(t, faulty(test.opts...)); (len(f.errors) > 0) != test.want {
				t.Errorf("got errors %q, want any: %v", f.errors, test.want)
			}
		})
	}
	if f := try(t, faulty(Only("ghots"))); !f.fatal || !f.has("there is no detector ghots") {
		t.Errorf("a detector that is not there: fatal %v, %q", f.fatal, f.errors)
	}
}

// What a test recorded until it gave up is analysed all the same.
func TestFailNow(t *testing.T) {
	f := try(t, func(t testing.TB) {
		s := newServer(Record(t))
		s.skips = map[[2]uint64]bool{{1, 0}: true}
		s.walk()
		t.FailNow()
	})
	if !f.fatal || !f.has("missed-enter") {
		t.Errorf("after FailNow: fatal %v, errors %q; want the finding", f.fatal, f.errors)
	}
}

func TestParallel(t *testing.T) {
	for i := range 4 {
		t.Run(fmt.Sprint("server ", i), func(t *testing.T) {
			t.Parallel()
			f := try(t, func(t testing.TB) {
				s := newServer(Record(t))
				if i%2 == 1 {
					s.skips = map[[2]uint64]bool{{0, 1}: true}
				}
				s.walk()
			})
			if (len(f.errors) > 0) != (i%2 == 1) {
				t.Errorf("server %d got %q", i, f.errors)
			}
		})
	}
}

func TestLoss(t *testing.T) {
	flood := func(opts ...Option) func(testing.TB) {
		return func(t testing.TB) {
			rec := Record(t, append(opts, With(record.Limit(200<<10)))...)
			zone := rec.Stream("zone")
			for i := range 2_000_000 {
				zone.Move(uint64(i), float64(i)/3, 0, 0)
			}
		}
	}
	if f := try(t, flood()); !f.has("events were lost") {
		t.Errorf("a recorder that lost events got %q", f.errors)
	}
	if f := try(t, flood(AllowLoss())); len(f.errors) > 0 || !strings.Contains(strings.Join(f.logs, "\n"), "events were lost") {
		t.Errorf("with AllowLoss: errors %q, logs %q", f.errors, f.logs)
	}
}

func TestNothingRecorded(t *testing.T) {
	if f := try(t, func(t testing.TB) { Record(t) }); !f.has("nothing was recorded") {
		t.Errorf("a test that records nothing got %q", f.errors)
	}
}

func TestClosedByTheTest(t *testing.T) {
	f := try(t, func(t testing.TB) {
		rec := Record(t)
		newServer(rec).walk()
		if err := rec.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	if len(f.errors) > 0 {
		t.Errorf("a recorder that the test closed itself got %q", f.errors)
	}
}

func TestKeep(t *testing.T) {
	defer func(old string) { *keep = old }(*keep)
	*keep = filepath.Join(t.TempDir(), "traces")
	t.Run("sub: test", func(t *testing.T) {
		f := try(t, func(t testing.TB) {
			newServer(Record(t)).walk()
			newServer(Record(t)).walk()
		})
		if len(f.errors) > 0 {
			t.Errorf("got %q", f.errors)
		}
	})
	for _, name := range []string{"TestKeep-sub-_test.aoi", "TestKeep-sub-_test(2).aoi"} {
		if info, err := os.Stat(filepath.Join(*keep, name)); err != nil || info.Size() == 0 {
			t.Errorf("the recording was not kept: %v", err)
		}
	}

	path := filepath.Join(t.TempDir(), "mine.aoi")
	try(t, func(t testing.TB) { newServer(Record(t, Keep(path))).walk() })
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the recording was not kept: %v", err)
	}
}
