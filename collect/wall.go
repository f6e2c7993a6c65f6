package collect

import (
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record/ring"
)

// wall adds to e, which begins the file, what the wall clock showed at time 0
// of the trace; merge relates machines by it where no messages do. What was
// recovered may be of an earlier boot, whose clock was another.
func (c *Collector) wall(e *event.Event) {
	if c.recovered {
		return
	}
	at, took := time.Duration(0), time.Duration(1<<62)
	for range 3 { // the reading that nothing came between
		before := ring.Now()
		wall := time.Duration(time.Now().UnixNano())
		if after := ring.Now(); after-before < took {
			took = after - before
			at = wall - (before + took/2 - c.start)
		}
	}
	if at < 0 {
		return // a clock that was never set
	}
	t := c.out.w.Tables()
	text := t.Text(e.Str[0])
	if text != "" {
		text += " "
	}
	c.lead.wall = event.FormatTime(at)
	e.Str[0] = t.Str(text + "wall=" + c.lead.wall) // the last key of the table
}
