package record

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/record/ring"
)

// To records into the file path, which it creates, without "aoi-trace
// record": a goroutine of this process collects. Close completes the file; a
// process that dies before it leaves what was written up to about a second
// before.
func To(path string, opts ...Option) (*Recorder, error) {
	dir := ring.Memory()
	c, err := collect.Attach(dir, path)
	if err != nil {
		return nil, fmt.Errorf("recording to %s: %w", path, err)
	}
	r, err := open(dir, opts)
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("recording to %s: %w", path, err)
	}
	r.after = func() error {
		if _, err := c.Close(); err != nil {
			return fmt.Errorf("recording to %s: %w", path, err)
		}
		return nil
	}
	return r, nil
}
