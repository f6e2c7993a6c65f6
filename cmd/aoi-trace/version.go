package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/trace"
)

func newVersionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Prints the versions of the program, of Go and of the file format",
		Args:  argsRange(0, 0, "none"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "aoi-trace %s, built with %s for %s/%s, file format %d\n",
				moduleVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, trace.Version)
			return err
		},
	}
}

// moduleVersion returns the version that the program was built from: a tag, a
// revision, or (devel).
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "(devel) " + s.Value[:min(12, len(s.Value))]
		}
	}
	return "(devel)"
}
