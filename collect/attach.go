package collect

import (
	"fmt"
	"time"

	"github.com/aoi-trace/aoi-trace/record/ring"
)

// Attach begins to collect the rings of dir, a directory or what ring.Memory
// returned, into the file output. It is for a process that records itself.
// Close ends it, after the recorder was closed.
func Attach(dir, output string) (*Collector, error) {
	out, err := (&Options{Output: output}).open()
	if err != nil {
		return nil, err
	}
	c := newCollector(dir, out, nil)
	c.stop = make(chan struct{})
	c.done.Add(1)
	go func() {
		defer c.done.Done()
		c.loop()
	}()
	return c, nil
}

// loop polls until stop.
func (c *Collector) loop() {
	p := pace{sleep: busySleep}
	for {
		c.step(&p, false)
		select {
		case <-c.stop:
			c.step(&p, true)
			return
		case <-time.After(p.sleep):
		}
	}
}

// Close takes what is left, completes the file and removes the rings of a
// collector that Attach returned. Calling it again does nothing.
func (c *Collector) Close() (r *Result, err error) {
	c.once.Do(func() {
		close(c.stop)
		c.done.Wait()
		r, err = c.end()
		if e := ring.Remove(c.dir); err == nil && e != nil {
			err = fmt.Errorf("removing the rings: %w", e)
		}
	})
	return r, err
}
