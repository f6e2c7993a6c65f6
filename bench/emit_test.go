package bench

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	rtrace "runtime/trace"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/aoi-trace/aoi-trace/record"
)

// The events that every contender records: entities that move a little, and
// views that change.
const (
	rows    = 1 << 12 // a power of two
	perCall = 64      // events of one bulk call or batch
)

var (
	ids  [rows]uint64
	at   [rows]record.Vec
	seen [rows]uint64
)

func init() {
	rng := rand.New(rand.NewPCG(1, 2))
	last := [256]record.Vec{}
	for i := range ids {
		e := i % len(last)
		last[e].X = float64(float32(last[e].X + rng.Float64()))
		last[e].Y = float64(float32(last[e].Y + rng.Float64()))
		ids[i], at[i], seen[i] = uint64(e), last[e], uint64(rng.IntN(256))
	}
}

// BenchmarkEmit measures one event. The names are tool/how/kind.
func BenchmarkEmit(b *testing.B) {
	b.Run("aoi-trace/stream/move", ours(func(s *Sink) func(int) {
		w := s.Stream("bench")
		return func(n int) {
			for i := range n {
				k := i & (rows - 1)
				w.Move(ids[k], at[k].X, at[k].Y, 0)
			}
		}
	}))
	b.Run("aoi-trace/stream/enter", ours(func(s *Sink) func(int) {
		w := s.Stream("bench")
		return func(n int) {
			for i := range n {
				k := i & (rows - 1)
				w.Enter(ids[k], seen[k])
			}
		}
	}))
	b.Run("aoi-trace/handle-less/move", ours(func(s *Sink) func(int) {
		return func(n int) {
			for i := range n {
				k := i & (rows - 1)
				s.Move(ids[k], at[k].X, at[k].Y, 0)
			}
		}
	}))
	b.Run("aoi-trace/handle-less/enter", ours(func(s *Sink) func(int) {
		return func(n int) {
			for i := range n {
				k := i & (rows - 1)
				s.Enter(ids[k], seen[k])
			}
		}
	}))
	b.Run("aoi-trace/batch/move", ours(func(s *Sink) func(int) {
		w := s.Stream("bench")
		return func(n int) {
			for i := 0; i < n; i += perCall {
				batch := w.Batch()
				for k := range perCall {
					k += i & (rows - 1)
					w.Move(ids[k], at[k].X, at[k].Y, 0)
				}
				batch.Publish()
			}
		}
	}))
	b.Run("aoi-trace/batch/enter", ours(func(s *Sink) func(int) {
		w := s.Stream("bench")
		return func(n int) {
			for i := 0; i < n; i += perCall {
				batch := w.Batch()
				for k := range perCall {
					k += i & (rows - 1)
					w.Enter(ids[k], seen[k])
				}
				batch.Publish()
			}
		}
	}))
	b.Run("aoi-trace/bulk/move", ours(func(s *Sink) func(int) {
		w := s.Stream("bench")
		return func(n int) {
			for i := 0; i < n; i += perCall {
				k := i & (rows - 1)
				w.Moves(ids[k:k+perCall], at[k:k+perCall])
			}
		}
	}))
	b.Run("aoi-trace/bulk/enter", ours(func(s *Sink) func(int) {
		w := s.Stream("bench")
		return func(n int) {
			for i := 0; i < n; i += perCall {
				k := i & (rows - 1)
				w.Enters(ids[k], seen[k:k+perCall])
			}
		}
	}))
	b.Run("aoi-trace/disabled/move", func(b *testing.B) {
		b.ReportAllocs()
		w := disabled
		for i := range b.N {
			k := i & (rows - 1)
			w.Move(ids[k], at[k].X, at[k].Y, 0)
		}
	})
	b.Run("aoi-trace/disabled/enter", func(b *testing.B) {
		b.ReportAllocs()
		w := disabled
		for i := range b.N {
			k := i & (rows - 1)
			w.Enter(ids[k], seen[k])
		}
	})
	// The loop that all others stand in: what is left is the event's.
	b.Run("nothing/loop/move", func(b *testing.B) {
		b.ReportAllocs()
		var sum uint64
		for i := range b.N {
			k := i & (rows - 1)
			sum += ids[k]
		}
		keep = sum
	})

	// runtime/trace takes one text. A constant one is its best case: the
	// position would have to be formatted first.
	b.Run("runtime-trace/log/enter", func(b *testing.B) {
		ctx := context.Background()
		theirs(func(c *Counter) error { return rtrace.Start(c) }, rtrace.Stop, func(b *testing.B) {
			for range b.N {
				rtrace.Log(ctx, "aoi", "enter")
			}
		})(b)
	})
	var logger *slog.Logger
	b.Run("slog/json/move", theirs(func(c *Counter) error {
		logger = slog.New(slog.NewJSONHandler(c, nil))
		return nil
	}, nil, func(b *testing.B) {
		ctx := context.Background()
		for i := range b.N {
			k := i & (rows - 1)
			logger.LogAttrs(ctx, slog.LevelInfo, "move",
				slog.Uint64("e", ids[k]), slog.Float64("x", at[k].X), slog.Float64("y", at[k].Y))
		}
	}))
	b.Run("slog/json/enter", theirs(func(c *Counter) error {
		logger = slog.New(slog.NewJSONHandler(c, nil))
		return nil
	}, nil, func(b *testing.B) {
		ctx := context.Background()
		for i := range b.N {
			k := i & (rows - 1)
			logger.LogAttrs(ctx, slog.LevelInfo, "enter", slog.Uint64("w", ids[k]), slog.Uint64("t", seen[k]))
		}
	}))
	var zero zerolog.Logger
	start := func(c *Counter) error {
		zero = zerolog.New(c).With().Timestamp().Logger()
		return nil
	}
	b.Run("zerolog/json/move", theirs(start, nil, func(b *testing.B) {
		for i := range b.N {
			k := i & (rows - 1)
			zero.Info().Uint64("e", ids[k]).Float64("x", at[k].X).Float64("y", at[k].Y).Msg("move")
		}
	}))
	b.Run("zerolog/json/enter", theirs(start, nil, func(b *testing.B) {
		for i := range b.N {
			k := i & (rows - 1)
			zero.Info().Uint64("w", ids[k]).Uint64("t", seen[k]).Msg("enter")
		}
	}))
	var lines *json.Encoder
	encode := func(c *Counter) error { lines = json.NewEncoder(c); return nil }
	b.Run("encoding-json/line/move", theirs(encode, nil, func(b *testing.B) {
		type move struct {
			Time int64   `json:"time"`
			Kind string  `json:"kind"`
			E    uint64  `json:"e"`
			X    float64 `json:"x"`
			Y    float64 `json:"y"`
		}
		for i := range b.N {
			k := i & (rows - 1)
			lines.Encode(move{time.Now().UnixNano(), "move", ids[k], at[k].X, at[k].Y})
		}
	}))
	b.Run("encoding-json/line/enter", theirs(encode, nil, func(b *testing.B) {
		type enter struct {
			Time int64  `json:"time"`
			Kind string `json:"kind"`
			W    uint64 `json:"w"`
			T    uint64 `json:"t"`
		}
		for i := range b.N {
			k := i & (rows - 1)
			lines.Encode(enter{time.Now().UnixNano(), "enter", ids[k], seen[k]})
		}
	}))
}

var (
	keep     uint64
	disabled *record.Stream // nil, which the compiler does not know
)

// ours measures what body returns, which records n events of a stream. It is
// called for a burst at a time, and no burst begins before the sink has taken
// the one before: the time of an event is the producer's, and nothing is lost.
func ours(body func(*Sink) func(n int)) func(*testing.B) {
	return func(b *testing.B) {
		const burst = 2 * rows
		s, err := NewSink(nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		emit := body(s)
		b.ReportAllocs()
		b.ResetTimer()
		var took time.Duration
		n := 0
		for ; n < b.N; n += burst {
			start := time.Now()
			emit(burst)
			took += time.Since(start)
			if err := s.Wait(int64(n + burst)); err != nil {
				s.Close()
				b.Fatal(err)
			}
		}
		b.StopTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(took.Nanoseconds())/float64(n), "ns/op")
		b.ReportMetric(float64(s.Bytes)/float64(n), "B/event")
		b.ReportMetric(float64(s.Lost.Load())/float64(n), "lost/event")
	}
}

// theirs runs body between start and stop and reports the bytes written.
func theirs(start func(*Counter) error, stop func(), body func(*testing.B)) func(*testing.B) {
	return func(b *testing.B) {
		var c Counter
		if err := start(&c); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		b.ResetTimer()
		body(b)
		b.StopTimer()
		if stop != nil {
			stop()
		}
		b.ReportMetric(float64(c.N)/float64(b.N), "B/event")
	}
}
