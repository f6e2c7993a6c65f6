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
	at := time.Duration(time.Now().UnixNano()) - (ring.Now() - c.start)
	if at < 0 {
		return // a clock that was never set
	}
	t := c.out.w.Tables()
	text := t.Text(e.Str[0])
	if text != "" {
		text += " "
	}
	e.Str[0] = t.Str(text + "wall=" + event.FormatTime(at)) // the last key of the table
}
