package main

import (
	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/internal/summary"
)

type infoOptions struct {
	format  string
	all     bool
	extract string
	output  string
}

func newInfoCmd(s *shared) *cobra.Command {
	o := infoOptions{}
	cmd := &cobra.Command{
		Use:   "info FILE",
		Short: "Says what is in a trace file",
		Long: `Says what is in a trace file: time, events by kind, spaces with what their AOI
promises, streams, what was lost, what is attached, and whether the file is
whole. FILE may be "-".

--extract writes out one attachment instead:

  aoi-trace info run.aoi --extract exec.trace -o exec.trace
  go tool trace exec.trace`,
		Args: argsRange(1, 1, "one trace file, or -"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, s, args[0]) },
	}
	cmd.Flags().StringVar(&o.format, "format", "text", "text or json")
	cmd.Flags().BoolVar(&o.all, "all", false, "name every stream and gap")
	cmd.Flags().StringVar(&o.extract, "extract", "", "write out the attachment of this name")
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "the file to write the attachment to (default: standard output)")
	completes(cmd, "format", formats)
	return cmd
}

func (o *infoOptions) run(cmd *cobra.Command, s *shared, file string) error {
	if err := oneOf("--format", o.format, formats); err != nil {
		return err
	}
	if o.extract != "" {
		return extract(cmd, file, o.extract, o.output)
	}
	if o.output != "" {
		return usage("--extract NAME says which attachment", "info: -o is for --extract only")
	}
	in, err := openTrace(file, cmd.InOrStdin())
	if err != nil {
		return err
	}
	defer in.Close()
	sum, damage := summary.Read(in)
	info := &summary.Info{File: file, Trace: sum, Stats: in.Stats()}
	if o.format == "json" {
		err = info.WriteJSON(cmd.OutOrStdout())
	} else {
		page := s.page(cmd.OutOrStdout())
		page.Info(info, o.all)
		err = page.Err()
	}
	if err != nil {
		return err
	}
	return in.finished(damage)
}
