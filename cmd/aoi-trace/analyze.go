package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/internal/render"
)

type analyzeOptions struct {
	format  string
	only    []string
	metrics bool
	all     bool
	failOn  string
}

func newAnalyzeCmd(s *shared) *cobra.Command {
	o := analyzeOptions{}
	cmd := &cobra.Command{
		Use:   "analyze FILE…",
		Short: "Finds what is wrong in a trace, with the events that prove it",
		Long: `Runs the detectors on each trace and prints what they find. A finding reads
like a proof: what is wrong, then the smallest set of events that shows it, as
TIME  STREAM#NUMBER  EVENT  WHY. FILE may be "-".

A finding is certain when it holds whatever was lost or happened in another
order; otherwise it is likely. Exit codes: 1 with findings (--fail-on says how
sure they must be), 3 if the file is damaged or lost events, 0 otherwise.`,
		Args: argsRange(1, -1, "trace files, or -"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, s, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "text", "text, or json: one object a file")
	f.StringSliceVar(&o.only, "only", nil, "run only these detectors: ghost,race")
	f.BoolVar(&o.metrics, "metrics", false, "print the measured figures too")
	f.BoolVar(&o.all, "all", false, "print every finding in full")
	f.StringVar(&o.failOn, "fail-on", "certain", "exit 1 on findings that are: certain, likely (or certain), none")
	completes(cmd, "format", formats)
	completes(cmd, "fail-on", failOns)
	completes(cmd, "only", detectorNames())
	return cmd
}

// The values of --format and --fail-on.
var (
	formats = []string{"text", "json"}
	failOns = []string{"certain", "likely", "none"}
)

func (o *analyzeOptions) run(cmd *cobra.Command, s *shared, files []string) error {
	if err := oneOf("--format", o.format, formats); err != nil {
		return err
	}
	if err := oneOf("--fail-on", o.failOn, failOns); err != nil {
		return err
	}
	ds, err := selectDetectors(o.only)
	if err != nil {
		return err
	}
	var sum verdict
	for i, file := range files {
		if o.format == "text" && len(files) > 1 {
			if i > 0 {
				fmt.Fprintln(cmd.OutOrStdout())
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s:\n", file)
		}
		r, err := o.analyze(cmd, file, ds)
		if r == nil && err != nil {
			sum.damage(cmd, err)
			continue
		}
		if o.format == "json" {
			if err := r.WriteJSON(cmd.OutOrStdout()); err != nil {
				return err
			}
		} else {
			page := s.page(cmd.OutOrStdout())
			page.Report(r, render.ReportOptions{All: o.all, Metrics: o.metrics})
			if page.Err() != nil {
				return page.Err()
			}
		}
		sum.damage(cmd, err)
		sum.report(r, o.failOn)
	}
	if sum.example != "" && o.format == "text" {
		fmt.Fprintf(cmd.ErrOrStderr(), "next: aoi-trace explain %s\n", sum.example)
	}
	return exit(sum.code())
}

// analyze runs ds on one file. With a report and an error, the report holds
// what came before the damage.
func (o *analyzeOptions) analyze(cmd *cobra.Command, file string, ds []*analyze.Detector) (*analyze.Report, error) {
	in, err := openTrace(file, cmd.InOrStdin())
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r, err := analyze.Run(in, ds)
	if err == nil && !in.Stats().Complete {
		err = errNoEnd
	}
	if err != nil && r != nil && r.Loss.Damage == "" {
		r.Loss.Damage = err.Error()
	}
	return r, in.finished(err)
}

func detectorNames() []string {
	names := make([]string, len(detectors.All))
	for i, d := range detectors.All {
		names[i] = d.Name
	}
	return names
}

// selectDetectors returns the detectors called names, or all.
func selectDetectors(names []string) ([]*analyze.Detector, error) {
	if len(names) == 0 {
		return detectors.All, nil
	}
	var ds []*analyze.Detector
	for _, d := range detectors.All {
		for i, name := range names {
			if d.Name == name {
				ds = append(ds, d)
				names = append(names[:i:i], names[i+1:]...)
				break
			}
		}
	}
	if len(names) > 0 {
		return nil, usage("aoi-trace detectors lists them", "--only: there is no detector %s", strings.Join(names, ", "))
	}
	return ds, nil
}

// A verdict adds up the exit codes of several files: damage goes before
// findings, findings before loss.
type verdict struct {
	damaged  bool
	findings bool
	lost     bool
	example  string // a detector that found something
}

// damage says at once what is wrong with a file, if anything is.
func (v *verdict) damage(cmd *cobra.Command, err error) {
	if err != nil {
		v.damaged = true
		printFailure(cmd.ErrOrStderr(), err)
	}
}

func (v *verdict) report(r *analyze.Report, failOn string) {
	v.lost = v.lost || r.Loss.Events > 0
	for i := range r.Findings {
		if v.example == "" {
			v.example = r.Findings[i].Detector
		}
		if failOn == "likely" || failOn == "certain" && r.Findings[i].Verdict == analyze.Certain {
			v.findings = true
		}
	}
}

func (v *verdict) code() int {
	switch {
	case v.damaged:
		return exitDamaged
	case v.findings:
		return exitFindings
	case v.lost:
		return exitDamaged
	}
	return exitClean
}
