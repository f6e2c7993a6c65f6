package main

import (
	"github.com/spf13/cobra"
)

func newHelpCmd(s *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explains a command, or whatever else has a name",
		Args:  argsRange(0, 2, "the name of a command, or what aoi-trace explain takes"),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) == 0 {
				return found.Help()
			}
			page := s.page(cmd.OutOrStdout())
			if explain(page, args[0]) {
				return page.Err()
			}
			return unknownCommand(cmd.Root(), args)
		},
	}
}
