package ring

import "time"

// Now returns the time on the clock that the events of Drain are of: on Linux
// CLOCK_MONOTONIC, elsewhere a clock of this process.
func Now() time.Duration { return time.Duration(processClock().now()) }
