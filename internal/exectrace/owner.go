package exectrace

import (
	"cmp"
	"slices"
	"time"
)

// slack is by how much the clocks of the two traces may differ.
const slack = time.Microsecond

// NoGoroutine stands for a goroutine that the trace does not tell.
const NoGoroutine = -1

// An Owner is the goroutine that recorded a stretch of a stream.
type Owner struct {
	From, To  time.Duration // its first and last event there
	Events    int
	Goroutine int64 // NoGoroutine if several ran whenever the stream had an event
}

// Owners finds the goroutines that recorded a stream, from the times of its
// events, which must not go back: a stream belongs to one goroutine at a time,
// and who recorded an event ran at that time. What is outside the trace is
// left out. Each owner is the only goroutine that ran at all the times between
// From and To; where a stream is handed over, the few events that both the
// earlier and the later owner may have recorded count as the earlier one's.
func (t *Trace) Owners(times []time.Duration) (owners []Owner) {
	intervals := t.intervals()
	var active []interval
	var left []int64 // who may own the stretch
	var o Owner
	end := func() {
		if o.Events == 0 {
			return
		}
		o.Goroutine = NoGoroutine
		if len(left) == 1 {
			o.Goroutine = left[0]
		}
		owners = append(owners, o)
	}
	for _, at := range times {
		for len(intervals) > 0 && intervals[0].from <= at+slack {
			active = append(active, intervals[0])
			intervals = intervals[1:]
		}
		active = slices.DeleteFunc(active, func(i interval) bool { return i.to < at-slack })
		if len(active) == 0 {
			continue
		}
		runs := func(id int64) bool {
			return slices.ContainsFunc(active, func(i interval) bool { return i.id == id })
		}
		if o.Events > 0 && slices.ContainsFunc(left, runs) {
			left = slices.DeleteFunc(left, func(id int64) bool { return !runs(id) })
			o.To = at
			o.Events++
			continue
		}
		end()
		left = left[:0]
		for _, i := range active {
			if !slices.Contains(left, i.id) {
				left = append(left, i.id)
			}
		}
		o = Owner{From: at, To: at, Events: 1}
	}
	end()
	return owners
}

// An interval is a stretch of time in which a goroutine ran.
type interval struct {
	from, to time.Duration
	id       int64
}

// intervals returns when goroutines ran, by the beginning.
func (t *Trace) intervals() (list []interval) {
	for _, g := range t.Goroutines {
		for i, s := range g.spans {
			if s.cause != Running {
				continue
			}
			end := t.To
			if i+1 < len(g.spans) {
				end = g.spans[i+1].from
			}
			list = append(list, interval{s.from, end, g.ID})
		}
	}
	slices.SortFunc(list, func(a, b interval) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.id, b.id))
	})
	return list
}
