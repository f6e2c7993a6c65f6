package collect

import (
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
)

// A later file of a recording has the time of the first, and so its wall
// clock; another process that does not know it takes no promise back.
func TestLaterFileSaysTheWallClock(t *testing.T) {
	tab := event.NewTables()
	met := func(l *lead) string {
		e, err := event.Parse(tab, "1 main trace version=1 start=empty sync=all")
		if err != nil {
			t.Fatal(err)
		}
		return l.meet(tab, &e)
	}
	var l lead
	met(&l)
	l.first(tab, &event.Event{}, false)
	l.wall = "1000.5"
	if note := met(&l); note != "" {
		t.Errorf("another process takes back what the first promised: %s", note)
	}
	if got, want := l.later(), "start=unknown sync=all wall=1000.5"; got != want {
		t.Errorf("a later file begins with %q, want %q", got, want)
	}
}
