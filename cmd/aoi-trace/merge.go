package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/internal/render"
	"github.com/aoi-trace/aoi-trace/merge"
)

type mergeOptions struct {
	output string
	as     []string
	shared []string
	apart  bool
}

func newMergeCmd(s *shared) *cobra.Command {
	o := mergeOptions{}
	cmd := &cobra.Command{
		Use:   "merge FILE… -o OUT",
		Short: "Makes one trace of the files of several machines or runs",
		Long: `Makes one trace of several files. The streams of each stand behind its name,
which is the file's without .aoi unless --as gives another: entity 7 of two
files is two entities.

Clocks are related by messages: a send in one file and the recv of the same
number in another, or publish and observe, on a channel or object whose name
begins with // or is given with --shared. With messages both ways, offset, drift
and the most that they can be wrong are known; otherwise the wall clocks at the
beginnings of the files are taken. The first file is the reference.

  aoi-trace merge east.aoi west.aoi -o all.aoi
  aoi-trace merge --apart --as old=before/run.aoi --as new=after/run.aoi -o both.aoi`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args)+len(o.as) == 0 {
				return usage("aoi-trace merge east.aoi west.aoi -o all.aoi", "merge: the files to merge are missing")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, s, args) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "the trace file to write")
	f.StringArrayVar(&o.as, "as", nil, "NAME=FILE: merge FILE under this name")
	f.StringSliceVar(&o.shared, "shared", nil, "channels, locks and objects that are one in all files: bus,jobs")
	f.BoolVar(&o.apart, "apart", false, "the files are runs of their own: no name is one in two of them")
	return cmd
}

func (o *mergeOptions) run(cmd *cobra.Command, s *shared, args []string) error {
	if o.output == "" {
		return usage("aoi-trace merge "+strings.Join(args, " ")+" -o OUT.aoi", "merge: -o is missing: the trace file to write")
	}
	inputs, err := o.inputs(cmd, args)
	if err != nil {
		return err
	}
	var r *merge.Result
	err = writeOutput(o.output, func(w io.Writer) (err error) {
		r, err = merge.Files(w, inputs, merge.Options{Shared: o.shared, Apart: o.apart})
		return err
	})
	if err != nil {
		return err
	}
	stderr := cmd.ErrOrStderr()
	loss := "nothing lost"
	if r.Lost > 0 {
		loss = render.Plural(r.Lost, "event") + " LOST"
	}
	fmt.Fprintf(stderr, "aoi-trace: %s: %s of %s, %s\n", o.output, render.Plural(r.Events, "event"), render.Plural(len(r.Files), "file"), loss)
	s.page(stderr).Merged(r)
	if r.Late > 0 {
		fmt.Fprintf(stderr, "  %s: late=true marks what comes before what it follows, or follows what no file has\n", render.Plural(r.Late, "event"))
	}
	var sum verdict
	for _, f := range r.Files {
		if f.Damage != nil {
			sum.damage(cmd, unreadable("what could be read of it is merged", "reading %s: %w", f.Name, f.Damage))
		}
	}
	fmt.Fprintf(stderr, "next: aoi-trace analyze %s\n", o.output)
	return exit(sum.code())
}

// inputs returns the files to merge, each of which can be opened.
func (o *mergeOptions) inputs(cmd *cobra.Command, args []string) ([]merge.Input, error) {
	var paths, names []string
	for _, path := range args {
		paths = append(paths, path)
		names = append(names, strings.ReplaceAll(strings.TrimSuffix(filepath.Base(path), ".aoi"), ":", "-"))
	}
	for _, as := range o.as {
		name, path, ok := strings.Cut(as, "=")
		if !ok || name == "" || path == "" || strings.ContainsAny(name, "/:") {
			return nil, usage("--as east=run.aoi; a name has no slash and no colon", "merge: --as %s: wanted NAME=FILE", as)
		}
		if i := slices.Index(paths, path); i >= 0 {
			names[i] = name
			continue
		}
		paths, names = append(paths, path), append(names, name)
	}
	var inputs []merge.Input
	for i, path := range paths {
		if j := slices.Index(names, names[i]); j < i {
			return nil, usage("--as NAME="+path, "merge: %s and %s would both be called %s", paths[j], path, names[i])
		}
		if path == "-" {
			return nil, usage("", "merge: - cannot be merged: each file is read twice")
		}
		in, err := openTrace(path, cmd.InOrStdin())
		if err != nil {
			return nil, err
		}
		in.Close()
		inputs = append(inputs, merge.Input{Name: names[i], Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	return inputs, nil
}
