package record

import (
	"fmt"
	"io"
)

// Attachment begins a file that becomes part of the trace, such as a profile
// or a log, with a media type. The collector puts it into the trace when
// recording ends: "aoi-trace info" lists it, and writes it out again. What has
// been written counts, even if the process dies; there is no buffer. At most
// 1 GiB of it is kept. Of two files of one name the later gets a number:
// "cpu.pprof(2)".
//
// The recorder does not close it. A nil recorder takes what is written and
// keeps nothing.
func (r *Recorder) Attachment(name, mime string) (io.WriteCloser, error) {
	return (*own)(r).attachment(name, mime)
}

// Attach puts a file into the trace at once, as Attachment does.
func (r *Recorder) Attach(name, mime string, data []byte) error {
	return (*own)(r).attach(name, mime, data)
}

func (o *own) attachment(name, mime string) (io.WriteCloser, error) {
	if o == nil {
		return nowhere{}, nil
	}
	f, err := o.pool.Attach(name, mime)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (o *own) attach(name, mime string, data []byte) error {
	w, err := o.attachment(name, mime)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	if e := w.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("attaching %q to the trace: %w", name, err)
	}
	return nil
}

// nowhere keeps nothing.
type nowhere struct{}

func (nowhere) Write(b []byte) (int, error) { return len(b), nil }

func (nowhere) Close() error { return nil }
