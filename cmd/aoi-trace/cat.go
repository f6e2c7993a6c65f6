package main

import (
	"fmt"
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
			damage, err := writeText(cmd.OutOrStdout(), in)
			if err != nil {
				return fmt.Errorf("writing the text: %w", err)
			}
			return in.finished(damage)
		},
	}
}

// writeText writes the events of src in the text twin; if src fails midway,
// those before the failure. It returns src's error and w's.
func writeText(w io.Writer, src event.Source) (damage, err error) {
	text := event.NewTextWriter(w)
	damage = event.Each(src, func(t *event.Tables, e event.Event) bool {
		err = text.Write(t, &e)
		return err == nil
	})
	if flush := text.Flush(); err == nil {
		err = flush
	}
	return damage, err
}
