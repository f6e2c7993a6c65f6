package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

func newImportCmd() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "import FILE -o OUT",
		Short: "Makes a trace file of a trace as text",
		Long: `Reads a trace in the text twin, one event a line, as aoi-trace cat prints it
and as servers in other languages may write it, and makes a trace file of it.
FILE may be "-" for standard input.

  aoi-trace cat run.aoi | grep -v zone-7 | aoi-trace import - -o less.aoi`,
		Args: argsRange(1, 1, "one text file, or -"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "" {
				return usage("aoi-trace import "+args[0]+" -o OUT.aoi", "import: -o is missing: the trace file to write")
			}
			return importText(args[0], cmd.InOrStdin(), output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "the trace file to write")
	return cmd
}

// importText makes the trace file output of the text in path. A text that
// cannot be read leaves what was at output as it was.
func importText(path string, stdin io.Reader, output string) error {
	name, r := "standard input", stdin
	if path != "-" {
		f, err := openFile(path)
		if err != nil {
			return err
		}
		defer f.Close()
		name, r = path, f
	}
	err := writeOutput(output, func(w io.Writer) error {
		return copyEvents(trace.NewWriter(w), event.NewTextReader(r))
	})
	var failed *failure
	if err == nil || errors.As(err, &failed) {
		return err
	}
	var syntax *event.SyntaxError
	if errors.As(err, &syntax) {
		return unreadable("aoi-trace explain KIND lists the keys of a kind of event",
			"%s:%d:%d: %s", name, syntax.Line, syntax.Col, syntax.Msg)
	}
	return fmt.Errorf("importing %s: %w", name, err)
}

// copyEvents writes the events of src and closes w.
func copyEvents(w *trace.Writer, src event.Source) error {
	var failed error
	err := event.Each(src, func(t *event.Tables, e event.Event) bool {
		e = w.Tables().Copy(e, t)
		failed = w.Append(&e)
		return failed == nil
	})
	if failed == nil {
		failed = err
	}
	if closed := w.Close(); failed == nil {
		failed = closed
	}
	return failed
}
