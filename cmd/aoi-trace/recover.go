package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/collect"
)

func newRecoverCmd() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "recover DIR|FILE -o OUT",
		Short: "Makes an ordinary trace file of what a killed recorder left",
		Long: `Makes an ordinary trace file of the rings in DIR, which a killed aoi-trace left,
or of a trace file that was cut or damaged. The trace says recovered=true.

The rings are in a directory /dev/shm/aoi-trace-*, or in the one that collect was
given. They stay as they are, and a program that still writes into them is not
disturbed: recover them as often as you like, then remove the directory.

Of a FILE every whole block is kept, and gaps say what is missing between two.`,
		Args: argsRange(1, 1, "one directory of rings, or one trace file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "" {
				return usage("aoi-trace recover "+args[0]+" -o OUT.aoi", "recover: -o is missing: the trace file to write")
			}
			return recoverTrace(cmd, args[0], output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "the trace file to write")
	return cmd
}

// recoverTrace makes the trace file output of the rings or the file at path.
func recoverTrace(cmd *cobra.Command, path, output string) error {
	log := func(msg string) { fmt.Fprintf(cmd.ErrOrStderr(), "aoi-trace: %s\n", msg) }
	info, err := os.Stat(path)
	if err != nil {
		var why *fs.PathError
		if errors.As(err, &why) {
			err = why.Err
		}
		return unreadable("the rings of a killed recorder are in /dev/shm/aoi-trace-*", "recovering %s: %w", path, err)
	}
	var r *collect.Result
	if info.IsDir() {
		r, err = collect.Recover(path, output, log)
	} else {
		r, err = collect.RecoverFile(path, output, log)
	}
	var opening *fs.PathError
	switch {
	case r == nil && errors.As(err, &opening) && opening.Path == output:
		return usage("-o FILE names another file", "recover: %w", err)
	case r == nil:
		return unreadable("", "%w", err)
	}
	return ended(cmd, output, r, err, path+" has no rings that a program recorded into")
}
