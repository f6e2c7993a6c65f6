// Package align relates two clocks that nobody set to each other, by the
// messages between them: no message arrives before it was sent. Messages one
// way say that a clock is ahead by at least so much; those the other way, at
// most so much; every straight line between the two is possible. A [Pair]
// takes the messages, and [Pair.Fit] gives a line in the middle together with
// the most that any possible line differs from it.
//
// The line is straight because clocks that are not being set run at nearly
// constant rates. That a rate differs from the other's by more than [MaxDrift]
// is ruled out.
package align

import (
	"math"
	"time"
)

// MaxDrift bounds the difference of two rates: twice the 500 ppm by which
// kernels slew a clock.
const MaxDrift = 1e-3

// A Pair collects the messages between a clock and a reference clock. It
// keeps only those that matter, few whatever their number. The zero Pair is
// ready.
type Pair struct {
	to, from hull
}

// To adds a message that was sent when the reference showed sent and received
// when the clock showed received.
func (p *Pair) To(sent, received time.Duration) {
	p.to.side = 1
	p.to.add(point{float64(received), float64(sent) - float64(received)})
}

// From adds a message that was sent when the clock showed sent and received
// when the reference showed received.
func (p *Pair) From(sent, received time.Duration) {
	p.from.side = -1
	p.from.add(point{float64(sent), float64(received) - float64(sent)})
}

// Messages returns how many messages went to the clock and from it.
func (p *Pair) Messages() (to, from uint64) { return p.to.n, p.from.n }

// A Fit says what the reference clock showed when the clock showed something.
type Fit struct {
	Mid    time.Duration // where on the clock Offset holds
	Offset float64       // the reference was ahead by this much, in nanoseconds
	Drift  float64       // and gains this much per nanosecond of the clock

	Known bool          // messages bound the error
	Rate  float64       // the most that Drift can be wrong, if Known
	Bound time.Duration // the most it can be between the two ends, if Known
	Slack time.Duration // how far messages contradict a constant drift; then the bound is not certain
}

// At returns what the reference showed when the clock showed t.
func (f *Fit) At(t time.Duration) time.Duration {
	return t + time.Duration(math.Round(f.Offset+f.Drift*float64(t-f.Mid)))
}

// Fit fits the clock to the reference, for the times from first to last of
// the clock. Without messages both ways there is no bound: then the guess,
// how far the reference is ahead as other means have it, is taken, moved only
// as far as the messages demand.
func (p *Pair) Fit(first, last time.Duration, guess time.Duration) Fit {
	low, high := p.to.points(), p.from.points()
	ends := [2]float64{float64(first), float64(max(first, last))}
	for _, list := range [][]point{low, high} {
		if len(list) > 0 {
			ends[0] = min(ends[0], list[0].x)
			ends[1] = max(ends[1], list[len(list)-1].x)
		}
	}
	mid := time.Duration(ends[0] + (ends[1]-ends[0])/2)
	f := Fit{Mid: mid, Offset: float64(guess)}
	if len(low) == 0 || len(high) == 0 {
		for _, q := range low {
			f.Offset = max(f.Offset, q.y)
		}
		for _, q := range high {
			f.Offset = min(f.Offset, q.y)
		}
		return f
	}
	lines, slack := possible(low, high, float64(mid))
	f.Offset, f.Drift = middle(lines, ends[0]-float64(mid), ends[1]-float64(mid))
	bound := 0.0
	for _, l := range lines {
		f.Rate = max(f.Rate, math.Abs(l.drift-f.Drift))
	}
	for _, x := range ends {
		for _, l := range lines {
			bound = max(bound, math.Abs(l.at(x-float64(mid))-(f.Offset+f.Drift*(x-float64(mid)))))
		}
	}
	f.Known = true
	f.Slack = time.Duration(math.Ceil(slack))
	f.Bound = time.Duration(math.Ceil(bound+slack)) + 1 // 1 for rounding to nanoseconds
	return f
}
