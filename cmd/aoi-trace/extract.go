package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/trace"
)

// extract writes the attachment called name of a trace file to a file, or to
// standard output. If the trace has several of that name, it is the first.
func extract(cmd *cobra.Command, file, name, output string) error {
	var names []string
	var whole *size
	var to io.Writer = cmd.OutOrStdout()
	var out *os.File
	var failed error
	in, err := openTrace(file, cmd.InOrStdin(), trace.WithAttachments(func(a trace.Attachment) io.Writer {
		names = append(names, a.Name)
		if a.Name != name || whole != nil || failed != nil {
			return nil
		}
		if output != "" {
			if out, failed = os.Create(output); failed != nil {
				return nil
			}
			to = out
		}
		whole = &size{want: a.Size, to: to}
		return whole
	}))
	if err != nil {
		return err
	}
	defer in.Close()
	for err == nil {
		_, err = in.Next()
	}
	if out != nil {
		if e := out.Close(); e != nil && failed == nil {
			failed = e
		}
	}
	switch {
	case failed != nil:
		return &failure{code: exitUsage, err: fmt.Errorf("info: writing the attachment: %w", failed), hint: "-o FILE names another file"}
	case whole != nil && whole.err != nil:
		return &failure{code: exitUsage, err: fmt.Errorf("info: writing the attachment: %w", whole.err), hint: "-o FILE names another file"}
	case whole == nil:
		damage := in.finished(err)
		if damage != nil {
			return damage // which may be why it is not there
		}
		hint := "nothing is attached; aoi-trace record --exec-trace attaches exec.trace"
		if len(names) > 0 {
			hint = "attached are " + strings.Join(names, ", ")
		}
		return usage(hint, "info: %s has no attachment %q", in.name, name)
	case whole.got < whole.want:
		return unreadable("what could be read was written", "reading %s: %d of the %d bytes of %q are there",
			in.name, whole.got, whole.want, name)
	case err != nil && !errors.Is(err, io.EOF):
		return in.finished(err)
	}
	return nil
}

// A size counts what is written of want bytes.
type size struct {
	want, got int64
	to        io.Writer
	err       error
}

func (s *size) Write(b []byte) (int, error) {
	n, err := s.to.Write(b)
	s.got += int64(n)
	s.err = err
	return n, err
}
