package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/internal/render"
)

// verdicts explains what all findings have in common.
var verdicts = map[string]string{
	"certain": `A finding is certain when it holds in every completion of the recorded order
and of what gaps may have lost: no other order of what was recorded, and no
event that was lost, makes it go away. A threshold counts as certain when it is
exceeded on a trace without gaps. By default only certain findings make
aoi-trace analyze exit 1.`,
	"likely": `A finding is likely when it needs something that the trace does not prove: an
order that only clocks tell, a contract that was not declared, the absence of
an event where some were lost. It does not make aoi-trace analyze exit 1 unless
--fail-on=likely is given.`,
	"clean": `A detector is clean when it looked at everything that it needs, and found
nothing: with what was recorded, the defect is not there.`,
	"unknown": `A detector is unknown when it could not decide, and it says why: the trace has a
gap, began in the middle of a run, declares no contract (enter= of the space),
or holds no events of the kinds that it needs. Unknown is not clean.`,
}

func newExplainCmd(s *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "explain NAME",
		Short: "Explains a detector, a kind of event or a verdict",
		Long: `Explains a detector (ghost), a kind of event (enter) or a verdict (certain,
likely, clean, unknown).`,
		Args:              argsRange(1, 1, "the name of a detector, a kind of event or a verdict"),
		ValidArgsFunction: cobra.FixedCompletions(explained(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			page := s.page(cmd.OutOrStdout())
			if !explain(page, args[0]) {
				return usage(explainHint(args[0]), "there is no detector, kind of event or verdict %q", args[0])
			}
			return page.Err()
		},
	}
}

// explain explains name, or reports that there is nothing of that name.
func explain(page *render.Page, name string) bool {
	for _, d := range detectors.All {
		if d.Name == name {
			page.Heading(d.Name, d.Family)
			page.Print(strings.TrimSpace(d.Doc) + "\n")
			return true
		}
	}
	if kind, ok := event.KindNamed(name); ok {
		page.Heading(name, "a kind of event: "+kind.Spec().Group)
		page.Kind(kind.Spec())
		return true
	}
	if text, ok := verdicts[name]; ok {
		page.Heading(name, "a verdict")
		page.Print(text + "\n")
		return true
	}
	return false
}

// explained lists all that explain knows.
func explained() []string {
	names := detectorNames()
	for k := event.Invalid + 1; k < event.NumKinds; k++ {
		names = append(names, k.String())
	}
	return append(names, "certain", "likely", "clean", "unknown")
}

// explainHint names what the user may have meant.
func explainHint(name string) string {
	for _, n := range explained() {
		if len(name) > 1 && near(name, n) {
			return "did you mean " + n + "?"
		}
	}
	return "aoi-trace detectors lists the detectors"
}
