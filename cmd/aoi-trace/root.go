package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aoi-trace/aoi-trace/internal/render"
)

// shared holds the flags that all commands have.
type shared struct{ colour string }

// page returns a page on w, coloured as the flags and the environment say.
func (s *shared) page(w io.Writer) *render.Page {
	return render.NewPage(w, render.UseColour(s.colour, w, os.Getenv))
}

func newRootCmd() *cobra.Command {
	s := &shared{}
	root := &cobra.Command{
		Use:   "aoi-trace",
		Short: "Records and analyses who sees whom in a multiplayer server",
		Long: `aoi-trace records what the area-of-interest code of a multiplayer server does,
and finds where it is wrong: ghosts, missed enters, flicker at borders, races.

A newcomer types:    aoi-trace demo
Then, for a server:  aoi-trace record -o run.aoi -- ./server
                     aoi-trace analyze run.aoi

Exit codes: 0 clean, 1 findings, 2 usage, 3 damaged input or events lost.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return oneOf("--color", s.colour, render.Colours)
		},
	}
	root.PersistentFlags().StringVar(&s.colour, "color", "auto", "colour: auto, always or never; NO_COLOR is heeded")
	completes(root, "color", render.Colours)
	root.SetFlagErrorFunc(flagError)
	root.SuggestionsMinimumDistance = 2
	root.SetHelpCommand(newHelpCmd(s))
	root.AddCommand(
		newRecordCmd(s),
		newCollectCmd(),
		newRecoverCmd(),
		newAnalyzeCmd(s),
		newInfoCmd(s),
		newCatCmd(),
		newImportCmd(),
		newMergeCmd(s),
		newDetectorsCmd(s),
		newExplainCmd(s),
		newDemoCmd(s),
		newDemoServerCmd(),
		newVersionCmd(),
	)
	return root
}

// unknownCommand is the Args of the root: it has none but its commands.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "aoi-trace --help lists the commands"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean aoi-trace " + strings.Join(near, ", or ") + "?"
	}
	return usage(hint, "there is no command %q", args[0])
}

// flagError turns a mistake in the flags into a failure with a hint.
func flagError(cmd *cobra.Command, err error) error {
	hint := cmd.CommandPath() + " --help lists the flags"
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		name := unknown.GetSpecifiedName()
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if len(name) > 1 && near(name, f.Name) {
				hint = "did you mean --" + f.Name + "?"
			}
		})
	}
	return &failure{code: exitUsage, err: fmt.Errorf("%s: %w", cmd.Name(), err), hint: hint}
}

// near reports whether a typist who meant b may have typed a: one begins the
// other, or one letter is wrong, missing, too many or swapped with the next.
func near(a, b string) bool {
	if strings.HasPrefix(b, a) || strings.HasPrefix(a, b) {
		return true
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	ra, rb := a[i:], b[i:]
	switch {
	case len(ra) == len(rb):
		return ra[1:] == rb[1:] || len(ra) > 1 && ra[0] == rb[1] && ra[1] == rb[0] && ra[2:] == rb[2:]
	case len(ra) == len(rb)+1:
		return ra[1:] == rb
	case len(rb) == len(ra)+1:
		return rb[1:] == ra
	}
	return false
}

// argsRange is an Args function that says what is wanted in words.
func argsRange(min, max int, wanted string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < min || max >= 0 && len(args) > max {
			return usage(cmd.CommandPath()+" --help", "%s: %d arguments given, wanted: %s", cmd.Name(), len(args), wanted)
		}
		return nil
	}
}

// completes has the shell complete a flag of cmd with values.
func completes(cmd *cobra.Command, flag string, values []string) {
	// The error says that there is no such flag, or that it is completed
	// twice: a test completes each.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// oneOf checks the value of a flag that has a fixed set of values.
func oneOf(flag, value string, values []string) error {
	if slices.Contains(values, value) {
		return nil
	}
	return usage("", "%s=%s: wanted one of %s", flag, value, strings.Join(values, ", "))
}
