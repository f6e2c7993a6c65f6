package ring

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestVirtualTime: inside a bubble of testing/synctest the clocks of package
// time are virtual. Where the processor's counter stamps events, their times
// stay those of the machine.
func TestVirtualTime(t *testing.T) {
	c := processClock()
	if !c.tsc {
		t.Skip("without the processor's counter the clock is package time's own")
	}
	before := c.triple()
	synctest.Test(t, func(*testing.T) {
		time.Sleep(time.Hour)
		inside := c.triple()
		if d := time.Duration(inside.mono - before.mono); d < 0 || d > time.Minute {
			t.Errorf("monotonic: %v passed, of which an hour was virtual", d)
		}
		if d := time.Duration(inside.wall - before.wall); d < 0 || d > time.Minute {
			t.Errorf("wall: %v passed, of which an hour was virtual", d)
		}
		if rate := float64(inside.mono-before.mono) / float64(inside.ticks-before.ticks); rate <= 0 || rate > 100 {
			t.Errorf("a tick takes %v ns", rate)
		}
	})
}
