package collect

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/aoi-trace/aoi-trace/record/ring"
)

// Join records the processes that have, or will have, their rings in dir,
// whoever starts them: programs that run with AOI_TRACE_DIR=dir, in this
// container or in another that shares the directory. It ends when at least
// one was recorded, all have ended, and no process that can be seen from here
// has dir in its environment; or when ctx is cancelled or this process is
// told to end. The directory stays. Of o, what the command is, reads and
// writes does not matter.
func Join(ctx context.Context, dir string, o Options) (*Result, error) {
	if err := isDir(dir); err != nil {
		return nil, err
	}
	unlock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	out, err := o.open()
	if err != nil {
		return nil, err
	}
	c := newCollector(dir, out, o.Log)
	signals := catch(o.Flight > 0)
	defer signals.stop()
	signals.leave() // there is nobody to hand them to
	signals.forward(nil)
	p := pace{sleep: busySleep}
	for {
		signals.tell(c.out.flight)
		c.step(&p, false)
		if len(c.procs) > 0 && c.idle(false) {
			break
		}
		select {
		case <-time.After(p.sleep):
		case <-ctx.Done():
		}
		if ctx.Err() != nil || signals.caught() {
			c.step(&p, true)
			break
		}
	}
	return c.end()
}

// Recover makes a file of the rings that a dead collector left in dir. It
// reads copies: the rings stay as they are, and what still writes into them
// is not disturbed. The trace says that it was recovered.
func Recover(dir, output string, log func(string)) (*Result, error) {
	if err := isDir(dir); err != nil {
		return nil, err
	}
	unlock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	paths, err := ring.List(dir)
	if err != nil {
		return nil, fmt.Errorf("listing the rings: %w", err)
	}
	copies, err := os.MkdirTemp("", "aoi-trace-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for copies of the rings: %w", err)
	}
	defer os.RemoveAll(copies)
	for _, path := range paths {
		if err := copyFile(filepath.Join(copies, filepath.Base(path)), path); err != nil {
			return nil, fmt.Errorf("copying a ring: %w", err)
		}
	}
	out, err := (&Options{Output: output}).open()
	if err != nil {
		return nil, err
	}
	c := newCollector(copies, out, log)
	c.recovered, c.files = true, dir
	if c.scan() {
		c.tell("a ring was being set up when the copy was made; it is left out")
	}
	c.poll(true)
	return c.end()
}

func isDir(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a directory", dir)
	}
	if err != nil {
		return fmt.Errorf("looking for rings: %w", err)
	}
	return nil
}

// copyFile copies from the beginning on, so that the header is not younger
// than the records behind it.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
