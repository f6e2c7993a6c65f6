package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/record/ring"
)

// A Counter is a writer that counts bytes and keeps nothing.
type Counter struct{ N int64 }

// Write implements io.Writer.
func (c *Counter) Write(p []byte) (int, error) {
	c.N += int64(len(p))
	return len(p), nil
}

// A Sink is a recorder and the goroutine that drains its rings.
type Sink struct {
	*record.Recorder
	Events atomic.Int64 // drained
	Lost   atomic.Int64 // told by gaps
	Bytes  uint64       // that the events took in the rings, once it is closed
	dir    string
	stop   chan struct{}
	done   chan struct{}
	err    error
}

const pollEvery = time.Millisecond // as the collector does

// NewSink starts recording into shared memory. Each event is handed to emit,
// which may be nil, on the draining goroutine.
func NewSink(emit func(*event.Event), t *event.Tables) (*Sink, error) {
	dir, err := os.MkdirTemp(sharedMemory(), "aoi-bench")
	if err != nil {
		return nil, fmt.Errorf("making a folder for rings: %w", err)
	}
	before, had := os.LookupEnv(record.DirEnv)
	os.Setenv(record.DirEnv, dir)
	rec := record.Open()
	if had {
		os.Setenv(record.DirEnv, before)
	} else {
		os.Unsetenv(record.DirEnv)
	}
	if rec == nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("recording into %s: nothing is recorded", dir)
	}
	s := &Sink{Recorder: rec, dir: dir, stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		s.err = s.drain(emit, t)
		close(s.done)
	}()
	return s, nil
}

// Wait returns when n events have been drained or something was lost. It
// returns the error that ended the draining, if one did.
func (s *Sink) Wait(n int64) error {
	for s.Events.Load() < n && s.Lost.Load() == 0 {
		select {
		case <-s.done:
			return s.err
		case <-time.After(pollEvery / 10):
		}
	}
	return nil
}

// sharedMemory returns a folder on tmpfs, or "" for the usual one.
func sharedMemory() string {
	const dir = "/dev/shm"
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return dir
	}
	return ""
}

// drain reads all rings until the sink is closed.
func (s *Sink) drain(emit func(*event.Event), t *event.Tables) error {
	if t == nil {
		t = event.NewTables()
	}
	open := map[string]*ring.Reader{}
	var n int64 // since the last look
	take := func(e *event.Event) {
		if e.Kind == event.Gap {
			s.Lost.Add(int64(e.Int[0]))
			return
		}
		n++
		if emit != nil {
			emit(e)
		}
	}
	defer func() {
		for _, r := range open {
			r.Close()
		}
	}()
	for last := false; !last; {
		select {
		case <-s.stop:
			last = true
		case <-time.After(pollEvery):
		}
		paths, err := ring.List(s.dir)
		if err != nil {
			return err
		}
		for _, path := range paths {
			r := open[path]
			if r == nil {
				r, err = ring.OpenReader(path, t)
				if errors.Is(err, ring.ErrNotReady) {
					continue
				}
				if err != nil {
					return err
				}
				open[path] = r
			}
			if last {
				_, err = r.Finish(take)
			} else {
				_, err = r.Drain(take)
			}
			s.Events.Add(n)
			n = 0
			if err != nil {
				return err
			}
		}
	}
	for path := range open {
		n, err := published(path)
		if err != nil {
			return err
		}
		s.Bytes += n
	}
	return nil
}

// published returns how many bytes were ever written into a ring: its cursor,
// which stands in the header.
func published(path string) (uint64, error) {
	const cursorAt = 1024
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var b [8]byte
	if _, err := f.ReadAt(b[:], cursorAt); err != nil {
		return 0, err
	}
	return binary.NativeEndian.Uint64(b[:]), nil
}

// Close ends the recording and drains what is left.
func (s *Sink) Close() error {
	err := s.Recorder.Close()
	close(s.stop)
	<-s.done
	if err == nil {
		err = s.err
	}
	os.RemoveAll(s.dir)
	return err
}
