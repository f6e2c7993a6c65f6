package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/event"
)

func newCatCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "cat FILE",
		Short: "Prints a trace as text, one event a line",
		Long: `Prints a trace in the text twin, one event a line: TIME STREAM KIND key=value…
What aoi-trace import makes of the text has the same events. FILE may be "-".`,
		Args: argsRange(1, 1, "one trace file, or -"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := openTrace(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			defer in.Close()
			return in.damaged(writeText(cmd.OutOrStdout(), in))
		},
	}
}

// writeText writes the events of src in the text twin; if src fails midway,
// those before the failure.
func writeText(w io.Writer, src event.Source) error {
	text := event.NewTextWriter(w)
	var failed error
	err := event.Each(src, func(t *event.Tables, e event.Event) bool {
		failed = text.Write(t, &e)
		return failed == nil
	})
	if flush := text.Flush(); failed == nil {
		failed = flush
	}
	if failed != nil {
		return &failure{code: exitUsage, err: failed}
	}
	return err
}
