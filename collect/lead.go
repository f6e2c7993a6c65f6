package collect

import (
	"slices"
	"strconv"

	"github.com/aoi-trace/aoi-trace/event"
)

// A lead is the trace event that begins the file. Each process has one of its
// own; the file has one, which promises only what all of them promise.
type lead struct {
	event   event.Event
	known   bool
	details []event.Detail
	out     bool           // it is in the file
	wall    string         // what the wall clock showed at time 0, once that is known
	least   []event.Detail // what all processes promise that were met
}

// meet takes the trace event of another process. It returns the text of a
// remark for the file if that process promises less than the file says
// already.
func (l *lead) meet(t *event.Tables, e *event.Event) string {
	text := t.Text(e.Str[0])
	details, err := event.DetailFields(event.Trace, text)
	if err != nil {
		details = nil
	}
	if !l.known {
		l.known, l.event, l.details, l.least = true, *e, details, details
		return ""
	}
	l.least = weaker(l.least, details)
	met := weaker(l.details, details)
	if l.out {
		if slices.Equal(met, l.details) {
			return ""
		}
		return "this process promises less than the trace does: " + text
	}
	l.details = met
	return ""
}

// weaker returns what both a and b promise. A key that is not there promises
// least, except for sample, where it means that every entity is recorded.
func weaker(a, b []event.Detail) []event.Detail {
	var out []event.Detail
	for _, key := range event.Kinds[event.Trace].Keys {
		va, vb := value(a, key.Name), value(b, key.Name)
		switch {
		case va == vb:
		case key.Name == "sample":
			va = smaller(va, vb)
		default:
			continue
		}
		if va != "" {
			out = append(out, event.Detail{Key: key.Name, Value: va})
		}
	}
	return out
}

// smaller returns the smaller of two shares; "" is all.
func smaller(a, b string) string {
	x, errA := strconv.ParseFloat(a, 64)
	y, errB := strconv.ParseFloat(b, 64)
	if errA != nil || errB == nil && y < x {
		return b
	}
	return a
}

func value(ds []event.Detail, key string) string {
	for _, d := range ds {
		if d.Key == key {
			return d.Value
		}
	}
	return ""
}

// first returns the event that begins the file, at the time of the first
// event that follows it at the latest. If no process told one, because it was
// lost, nothing is promised.
func (l *lead) first(t *event.Tables, follows *event.Event, recovered bool) event.Event {
	l.out = true
	if !l.known {
		l.known = true
		l.event = event.Event{Kind: event.Trace, Stream: follows.Stream, Time: follows.Time, Int: [3]uint64{1}}
		l.details = []event.Detail{{Key: "start", Value: "unknown"}}
	}
	if recovered {
		l.details = append(l.details, event.Detail{Key: "recovered", Value: "true"})
	}
	e := l.event
	e.Time = min(e.Time, follows.Time)
	e.Str[0] = t.Str(detailText(l.details))
	return e
}

// later returns the promises of a file that begins in the middle of the
// recording: views may hold there what no event of the file tells of.
func (l *lead) later() string {
	details := []event.Detail{{Key: "start", Value: "unknown"}}
	for _, d := range l.least {
		if d.Key != "start" {
			details = append(details, d)
		}
	}
	if l.wall != "" {
		details = append(details, event.Detail{Key: "wall", Value: l.wall})
	}
	return detailText(details)
}

// detailText returns the details as the text twin writes them.
func detailText(ds []event.Detail) string {
	line := "0 main trace version=1"
	for _, d := range ds {
		v := d.Value
		for _, key := range event.Kinds[event.Trace].Keys {
			if key.Name == d.Key && key.Type == event.StringType {
				v = strconv.Quote(v)
			}
		}
		line += " " + d.Key + "=" + v
	}
	t := event.NewTables()
	e, err := event.Parse(t, line)
	if err != nil {
		return "" // nothing is promised; what came from DetailFields parses
	}
	return t.Text(e.Str[0])
}
