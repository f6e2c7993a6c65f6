package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/internal/render"
)

func newDetectorsCmd(s *shared) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "detectors",
		Short: "Lists the detectors",
		Args:  argsRange(0, 0, "none; aoi-trace explain NAME explains one"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var rows [][]string
			for _, d := range detectors.All {
				rows = append(rows, []string{d.Name, d.Family, d.Title()})
			}
			page := s.page(cmd.OutOrStdout())
			page.Table([]render.Column{{Name: "detector"}, {Name: "family"}, {Name: "what it finds"}}, rows)
			return page.Err()
		},
	}
	var long strings.Builder
	long.WriteString("Lists the detectors by family. What each one means:\n")
	for _, d := range detectors.All {
		long.WriteString("\n" + d.Name + ": " + strings.TrimSpace(d.Doc) + "\n")
	}
	cmd.Long = long.String()
	return cmd
}
