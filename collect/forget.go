package collect

import "github.com/aoi-trace/aoi-trace/event"

// textRoom is how many bytes of names and texts a collector remembers. Whole
// view sets, remarks and values of fields are texts that mostly come once: a
// server that runs for days would fill the memory with them.
const textRoom = 16 << 20

// forget drops all texts when there are too many, and numbers anew those that
// are still needed.
func (c *Collector) forget() {
	if c.text < c.room {
		return
	}
	t := c.out.w.Tables()
	old := t.Strings
	c.out.forget()
	c.merger.Rename(func(s event.Str) event.Str { return t.Str(old.Name(uint32(s))) })
	for _, s := range c.sources {
		s.reader.Forget()
		s.strings = s.strings[:0]
		clear(s.forks)
	}
	c.text = 0
}
