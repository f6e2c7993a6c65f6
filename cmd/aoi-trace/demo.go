package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/internal/demoserver"
	"github.com/aoi-trace/aoi-trace/internal/render"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/record/profile"
)

type demoOptions struct {
	output string
	keep   bool
	fast   bool
}

func newDemoCmd(s *shared) *cobra.Command {
	o := demoOptions{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Records and analyses a small server with planted faults",
		Long: `Runs a small server with planted faults under aoi-trace record for three
seconds, analyses what it recorded, and prints what was planted beside what was
found. Exit code 1 if a planted fault was not found, or if something was found
that nobody planted. The server is internal/demoserver.`,
		Args: argsRange(0, 0, "none"),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd, s) },
	}
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "keep the recording in this file")
	cmd.Flags().BoolVar(&o.keep, "keep", false, "keep the recording in demo.aoi")
	cmd.Flags().BoolVar(&o.fast, "fast", false, "run the server's ticks without a pause")
	return cmd
}

func (o *demoOptions) run(cmd *cobra.Command, s *shared) error {
	stderr := cmd.ErrOrStderr()
	output, kept := o.output, true
	switch {
	case output != "":
	case o.keep:
		output = "demo.aoi"
	default:
		dir, err := os.MkdirTemp("", "aoi-trace-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		output, kept = filepath.Join(dir, "demo.aoi"), false
	}
	config := demoserver.Default()
	if o.fast {
		config.Every = 0
	}
	planted := config.Faults.Planted()
	fmt.Fprintf(stderr, "aoi-trace: recording a server of %d walkers with %d planted defects for %s …\n",
		config.Walkers, len(planted), render.Seconds(config.Every*time.Duration(config.Ticks)))
	if err := o.record(cmd, output, config); err != nil {
		return err
	}
	r, err := o.analyze(output)
	if err != nil {
		return err
	}
	page := s.page(cmd.OutOrStdout())
	list, others := matchPlanted(planted, r)
	page.Planted(list, others)
	next(stderr, output, kept)
	if page.Err() != nil {
		return page.Err()
	}
	for _, p := range list {
		if p.Finding == nil {
			return exit(exitFindings)
		}
	}
	if len(others) > 0 {
		return exit(exitFindings)
	}
	return nil
}

// record runs the server as a user's server is run.
func (o *demoOptions) record(cmd *cobra.Command, output string, c demoserver.Config) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("demo: finding this program: %w", err)
	}
	stderr := cmd.ErrOrStderr()
	r, err := collect.Run(cmd.Context(), collect.Options{
		Command: []string{self, demoServer,
			"--every=" + c.Every.String(), "--seed=" + strconv.FormatUint(c.Seed, 10)},
		Output: output, Stdout: stderr, Stderr: stderr,
		Log: func(msg string) { fmt.Fprintf(stderr, "aoi-trace: %s\n", msg) },
	})
	switch {
	case err != nil:
		return fmt.Errorf("demo: %w", err)
	case r.ExitCode != 0:
		return fmt.Errorf("demo: the server ended with exit code %d", r.ExitCode)
	case r.Processes == 0:
		return unreadable("aoi-trace record needs Linux", "demo: the server recorded nothing")
	}
	recorded(stderr, filepath.Base(output), r)
	fmt.Fprintln(stderr)
	return nil
}

func (o *demoOptions) analyze(path string) (*analyze.Report, error) {
	in, err := openTrace(path, nil)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r, err := analyze.Run(in, detectors.All)
	return r, in.finished(err)
}

// matchPlanted puts the findings beside the plants; what is left over nobody
// planted.
func matchPlanted(planted []demoserver.Plant, r *analyze.Report) (list []render.Planted, others []*analyze.Finding) {
	used := map[*analyze.Finding]bool{}
	for _, p := range planted {
		d := render.Planted{Detector: p.Detector, What: p.What}
		for i := range r.Findings {
			if f := &r.Findings[i]; f.Detector == p.Detector && d.Finding == nil {
				d.Finding, used[f] = f, true
			}
		}
		list = append(list, d)
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; !used[f] {
			others = append(others, f)
		}
	}
	return list, others
}

// next says what to type next.
func next(w io.Writer, output string, kept bool) {
	if !kept {
		fmt.Fprintln(w, "\nnext: aoi-trace demo --keep, and then aoi-trace analyze demo.aoi; or aoi-trace explain ghost")
		return
	}
	fmt.Fprintf(w, "\nnext: aoi-trace analyze %s, aoi-trace info %[1]s, or aoi-trace explain ghost\n", output)
}

// demoServer is the hidden command that runs the server of the demo.
const demoServer = "demo-server"

func newDemoServerCmd() *cobra.Command {
	c := demoserver.Default()
	var faults []string
	cmd := &cobra.Command{
		Use:    demoServer,
		Short:  "Runs the server of the demo, as aoi-trace record would run yours",
		Hidden: true,
		Args:   argsRange(0, 0, "none"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("faults") {
				c.Faults = demoserver.Faults{}
				if err := c.Faults.Plant(faults...); err != nil {
					return usage("", "--faults: %w", err)
				}
			}
			rec := record.Open(profile.On())
			demoserver.Run(rec, c)
			return rec.Close()
		},
	}
	f := cmd.Flags()
	f.DurationVar(&c.Every, "every", c.Every, "time between ticks; 0 runs them without a pause")
	f.Uint64Var(&c.Ticks, "ticks", c.Ticks, "how many ticks to run")
	f.IntVar(&c.Walkers, "walkers", c.Walkers, "how many entities walk about")
	f.Uint64Var(&c.Seed, "seed", c.Seed, "the seed of the walks")
	f.StringSliceVar(&faults, "faults", nil, "plant only the faults that these detectors must find; --faults= plants none")
	return cmd
}
