package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/collect"
)

type collectOptions struct {
	output string
	keep   keepOptions
}

func newCollectCmd() *cobra.Command {
	o := collectOptions{}
	cmd := &cobra.Command{
		Use:   "collect DIR [-o FILE]",
		Short: "Records programs that somebody else starts",
		Long: `Records every program that runs with AOI_TRACE_DIR=DIR, in this container or in
another that shares the directory, whoever starts it, before or after collect. DIR
should be memory: a directory in /dev/shm, or a tmpfs. Only one collect at a time
is at work in a directory.

collect ends when at least one program was recorded and all have ended, or when it
is interrupted; the programs run on then, and what they record is dropped and
counted once their rings are full. DIR stays.

` + keepHelp,
		Args: argsRange(1, 1, "the directory that AOI_TRACE_DIR names"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0]) },
	}
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "the trace file to write (default: the directory's name and .aoi)")
	o.keep.flags(cmd)
	return cmd
}

func (o *collectOptions) run(cmd *cobra.Command, dir string) error {
	stderr := cmd.ErrOrStderr()
	output := o.output
	if output == "" {
		output = filepath.Base(filepath.Clean(dir)) + ".aoi"
	}
	options := collect.Options{Output: output, Log: func(msg string) { fmt.Fprintf(stderr, "aoi-trace: %s\n", msg) }}
	if err := o.keep.into(cmd, &options); err != nil {
		return err
	}
	r, err := collect.Join(cmd.Context(), dir, options)
	if r == nil {
		hint := ""
		if errors.Is(err, os.ErrNotExist) {
			hint = "mkdir " + dir
		}
		return usage(hint, "collect: %w", err)
	}
	return ended(cmd, output, r, err, "a program is recorded that runs with AOI_TRACE_DIR="+dir+" and calls record.Open")
}

// ended says what became of a recording whose program's exit code is not
// ours. The hint is for when there is none.
func ended(cmd *cobra.Command, output string, r *collect.Result, err error, hint string) error {
	stderr := cmd.ErrOrStderr()
	if r.Processes == 0 {
		return unreadable(hint, "%s: nothing was recorded", cmd.Name())
	}
	recorded(stderr, output, r)
	if err != nil {
		return usage("", "%s: %w", cmd.Name(), err)
	}
	fmt.Fprintf(stderr, "next: aoi-trace analyze %s\n", lastOf(output, r))
	return nil
}
