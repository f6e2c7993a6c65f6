package align

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// clocks are two clocks that differ by an offset and a rate: when the clock
// shows t, the reference shows offset + (1+drift)·t.
type clocks struct {
	offset time.Duration
	drift  float64
}

func (c clocks) reference(t time.Duration) time.Duration {
	return t + c.offset + time.Duration(math.Floor(c.drift*float64(t)))
}

// exchange adds n messages each way that take delay at least, and twice as
// much now and then more, over length.
func (c clocks) exchange(rng *rand.Rand, n int, delay, length time.Duration) *Pair {
	p := &Pair{}
	took := func() time.Duration { return delay + time.Duration(rng.ExpFloat64()*float64(delay)) }
	for range n {
		at := time.Duration(rng.Int64N(int64(length)))
		p.To(c.reference(at), at+took())
		at = time.Duration(rng.Int64N(int64(length)))
		p.From(at, c.reference(at+took()))
	}
	return p
}

func TestFit(t *testing.T) {
	tests := []struct {
		name   string
		clocks clocks
		n      int
		delay  time.Duration
		length time.Duration
		within time.Duration // the bound must be less than this
	}{
		{"equal clocks", clocks{}, 1000, 100 * time.Microsecond, time.Minute, 200 * time.Microsecond},
		{"an offset", clocks{offset: 3 * time.Second}, 1000, 100 * time.Microsecond, time.Minute, 200 * time.Microsecond},
		{"behind", clocks{offset: -90 * time.Minute}, 1000, 100 * time.Microsecond, time.Minute, 200 * time.Microsecond},
		{"a drift", clocks{offset: time.Second, drift: 40e-6}, 5000, 100 * time.Microsecond, time.Hour, 200 * time.Microsecond},
		{"a great drift", clocks{drift: -900e-6}, 5000, 50 * time.Microsecond, 24 * time.Hour, 100 * time.Microsecond},
		{"few messages", clocks{offset: time.Hour, drift: 10e-6}, 3, time.Millisecond, time.Minute, 100 * time.Millisecond},
		{"one message each way", clocks{offset: time.Hour, drift: 10e-6}, 1, time.Millisecond, time.Minute, 200 * time.Millisecond},
	}
	for _, test := range tests {
		for seed := range uint64(50) {
			rng := rand.New(rand.NewPCG(seed, 1))
			p := test.clocks.exchange(rng, test.n, test.delay, test.length)
			f := p.Fit(0, test.length, 0)
			if !f.Known || f.Slack > 0 {
				t.Fatalf("%s, seed %d: %+v: want a bound and no slack", test.name, seed, f)
			}
			if f.Bound > test.within {
				t.Errorf("%s, seed %d: the bound is %v, want less than %v", test.name, seed, f.Bound, test.within)
			}
			// The drift of a reference's time is that of the clock's, nearly.
			if err := math.Abs(f.Drift - test.clocks.drift); err > f.Rate+1e-9 {
				t.Errorf("%s, seed %d: the drift %g is wrong by %g, more than %g", test.name, seed, f.Drift, err, f.Rate)
			}
			for i := range 101 {
				at := test.length * time.Duration(i) / 100
				if err := f.At(at) - test.clocks.reference(at); err.Abs() > f.Bound {
					t.Fatalf("%s, seed %d: at %v the fit is wrong by %v, beyond its bound %v", test.name, seed, at, err, f.Bound)
				}
			}
		}
	}
}

// What the fit makes of the messages is possible: none arrives before it was
// sent.
func TestNoneArrivesBeforeItWasSent(t *testing.T) {
	c := clocks{offset: -time.Minute, drift: 70e-6}
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 2))
		type message struct{ sent, received time.Duration }
		var p Pair
		var to, from []message
		for range 20000 {
			at := time.Duration(rng.Int64N(int64(time.Hour)))
			m := message{c.reference(at), at + time.Duration(rng.Int64N(1e6))}
			to = append(to, m)
			p.To(m.sent, m.received)
			m = message{at, c.reference(at + time.Duration(rng.Int64N(1e6)))}
			from = append(from, m)
			p.From(m.sent, m.received)
		}
		if n := len(p.to.points()) + len(p.from.points()); n > 200 {
			t.Errorf("the hulls of 40,000 messages have %d corners", n)
		}
		f := p.Fit(0, time.Hour, 0)
		for _, m := range to {
			if f.At(m.received) < m.sent {
				t.Fatalf("sent at %v, received at %v", m.sent, f.At(m.received))
			}
		}
		for _, m := range from {
			if m.received < f.At(m.sent) {
				t.Fatalf("sent at %v, received at %v", f.At(m.sent), m.received)
			}
		}
	}
}

func TestOneWay(t *testing.T) {
	var p Pair
	if f := p.Fit(0, time.Second, time.Hour); f.Known || f.At(time.Second) != time.Hour+time.Second {
		t.Errorf("without messages: %+v, want the guess and no bound", f)
	}
	p.To(5*time.Second, 2*time.Second)
	if f := p.Fit(0, time.Second, time.Second); f.Known || f.At(2*time.Second) != 5*time.Second {
		t.Errorf("a message that the guess contradicts: %+v, want it at 5 s", f)
	}
	if f := p.Fit(0, time.Second, time.Minute); f.Known || f.At(0) != time.Minute {
		t.Errorf("a message that allows the guess: %+v, want the guess", f)
	}
	if to, from := p.Messages(); to != 1 || from != 0 {
		t.Errorf("%d messages to and %d from, want 1 and 0", to, from)
	}
}

// Clocks that were set between the messages allow no line: the fit gives way
// and says by how much.
func TestContradiction(t *testing.T) {
	var p Pair
	for i := range 100 {
		at := time.Duration(i) * time.Second
		ahead := time.Duration(0)
		if i >= 50 {
			ahead = time.Second
		}
		p.To(at+ahead, at+1000)
		p.From(at, at+ahead+1000)
	}
	f := p.Fit(0, 100*time.Second, 0)
	if !f.Known || f.Slack < 100*time.Millisecond || f.Slack > time.Second {
		t.Errorf("the fit %+v does not say that the clocks contradict each other by some 0.5 s", f)
	}
	if f.Bound < f.Slack {
		t.Errorf("the bound %v is less than the slack %v", f.Bound, f.Slack)
	}
}

func TestHull(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, side := range []float64{1, -1} {
		h := hull{side: side}
		var all []point
		for range 3*batch + 7 {
			p := point{float64(rng.IntN(1000)), float64(rng.IntN(1000))}
			all = append(all, p)
			h.add(p)
		}
		corners := h.points()
		for _, p := range all {
			i := 0
			for i+2 < len(corners) && corners[i+1].x < p.x {
				i++
			}
			if side*turn(corners[i], corners[i+1], p) > 0 {
				t.Fatalf("side %v: %v is outside of %v and %v", side, p, corners[i], corners[i+1])
			}
		}
		for i := 2; i < len(corners); i++ {
			if side*turn(corners[i-2], corners[i-1], corners[i]) >= 0 {
				t.Errorf("side %v: corner %d is none", side, i-1)
			}
		}
	}
}
