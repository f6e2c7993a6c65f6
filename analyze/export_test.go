package analyze

import "github.com/aoi-trace/aoi-trace/event"

// RunSplit is Run over stretches of a trace, each by an engine of its own
// that replays what is before in silence, joined in the end.
func RunSplit(t *event.Tables, events []event.Event, cuts []int, ds []*Detector) *Report {
	var seq event.Sequencer
	whole := event.NewBlock(t, len(events)+1)
	for i := range events {
		e := events[i]
		seq.Assign(&e)
		whole.Append(&e)
	}
	part := func(from, to int) *event.Block {
		b := event.NewBlock(t, to-from+1)
		for i := from; i < to; i++ {
			e := whole.Event(i)
			b.Append(&e)
		}
		return b
	}
	var all *engine
	from := 0
	for i := range len(cuts) + 1 {
		to := len(events)
		if i < len(cuts) {
			to = cuts[i]
		}
		e := newEngine(ds)
		e.silent = true
		e.block(part(0, from))
		e.silent = false
		e.block(part(from, to))
		if to == len(events) && i == len(cuts) {
			e.world.Finish()
		}
		if all == nil {
			all = e
		} else {
			all.merge(e)
		}
		from = to
	}
	return all.report()
}
