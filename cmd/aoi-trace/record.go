package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/internal/render"
)

// The exit codes of record when the command could not be started, as shells
// have them.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

// overflows are the values of --overflow.
var overflows = []string{"drop", "wait"}

type recordOptions struct {
	output   string
	overflow string
	keep     keepOptions
	exec     bool
	cpu, mem bool
}

func newRecordCmd(s *shared) *cobra.Command {
	o := recordOptions{}
	cmd := &cobra.Command{
		Use:   "record [-o FILE] -- COMMAND [ARGUMENT…]",
		Short: "Runs a command and records it",

		DisableFlagsInUseLine: true,
		Long: `Runs a command and records what it, and every process it starts, tells package
record, into a trace file. The command is never held up: events that come too
fast are dropped and counted, exactly (--overflow=wait makes it wait instead).

--exec-trace, --cpuprofile and --memprofile attach what Go itself can tell about
the command to the trace file; aoi-trace info lists what is attached, and writes
it out for go tool trace and go tool pprof.

record exits with the command's exit code, 128 plus the signal that ended it,
127 if there is no such command, 126 if it cannot be run, and 2 if the output
cannot be written; in the last three cases nothing was started.

` + keepHelp,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "" {
				return usage("aoi-trace record -o run.aoi -- ./server", "record: the command to record is missing")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, s, args) },
	}
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "the trace file to write (default: the command's name and .aoi)")
	cmd.Flags().StringVar(&o.overflow, "overflow", "drop", "what an event does when it comes too fast: drop, or wait")
	o.keep.flags(cmd)
	cmd.Flags().BoolVar(&o.exec, "exec-trace", false, "run Go's execution tracer in the command, and attach exec.trace")
	cmd.Flags().BoolVar(&o.cpu, "cpuprofile", false, "attach a CPU profile, cpu.pprof, of a command that uses package record/profile")
	cmd.Flags().BoolVar(&o.mem, "memprofile", false, "attach a memory profile, mem.pprof, likewise")
	cmd.Flags().SetInterspersed(false)
	completes(cmd, "overflow", overflows)
	return cmd
}

func (o *recordOptions) run(cmd *cobra.Command, s *shared, args []string) error {
	if err := oneOf("--overflow", o.overflow, overflows); err != nil {
		return err
	}
	output := o.output
	if output == "" {
		output = strings.TrimSuffix(filepath.Base(args[0]), ".exe") + ".aoi"
	}
	stderr := cmd.ErrOrStderr()
	options := collect.Options{
		Command: args, Output: output, Overflow: o.overflow,
		ExecTrace: o.exec, CPUProfile: o.cpu, MemProfile: o.mem,
		Stdin: cmd.InOrStdin(), Stdout: cmd.OutOrStdout(), Stderr: stderr,
		Log: func(msg string) { fmt.Fprintf(stderr, "aoi-trace: %s\n", msg) },
	}
	if err := o.keep.into(cmd, &options); err != nil {
		return err
	}
	r, err := collect.Run(cmd.Context(), options)
	if r == nil {
		return startError(args[0], err)
	}
	if err != nil {
		fmt.Fprintf(stderr, "aoi-trace: %v\n", err)
	}
	switch {
	case r.Processes == 0:
		fmt.Fprint(stderr, notInstrumented)
	case r.Events == 0:
		fmt.Fprintln(stderr, "aoi-trace: nothing was recorded: the command ended before its first event; there is no file")
	default:
		recorded(stderr, output, r)
		fmt.Fprintf(stderr, "next: aoi-trace analyze %s\n", lastOf(output, r))
	}
	return exit(r.ExitCode)
}

// recorded says in one line what was recorded.
func recorded(w io.Writer, output string, r *collect.Result) {
	loss := "nothing lost"
	if lost := r.Lost + r.Unwritten; lost > 0 {
		loss = render.Plural(lost, "event") + " LOST"
	}
	perEvent := 0.0
	if r.Events > 0 {
		perEvent = float64(r.Bytes) / float64(r.Events)
	}
	fmt.Fprintf(w, "aoi-trace: %s: %s of %s in %s, %s%s, %s, %.1f bytes an event\n",
		written(output, r), render.Plural(r.Events, "event"), render.Plural(r.Streams, "stream"),
		render.Seconds(r.Duration), loss, notKept(r), render.Bytes(r.Bytes), perEvent)
}

// startError turns the error of a recording that did not begin into a failure.
func startError(command string, err error) error {
	f := &failure{code: exitUsage, err: fmt.Errorf("record: %w", err)}
	var look *exec.Error
	var path *fs.PathError
	started := errors.As(err, &look) || errors.As(err, &path) && path.Op == "fork/exec"
	switch {
	case !started:
		f.hint = "-o FILE names another file"
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		f.code = exitNotFound
		f.err = fmt.Errorf("record: there is no command %s", command)
		if filepath.Base(command) == command {
			f.hint = "a command in this directory is written ./" + command
		}
	default:
		f.code = exitNotExecutable
		f.err = fmt.Errorf("record: %s cannot be run: %w", command, err)
	}
	return f
}

// notInstrumented is what a user sees whose command recorded nothing.
const notInstrumented = `aoi-trace: nothing was recorded: the command does not use package record, or ended
  before it called record.Open.
hint: a server is instrumented in ten lines:

	import "github.com/aoi-trace/aoi-trace/record"

	rec := record.Open() // nil, and free, unless run by aoi-trace record
	defer rec.Close()
	rec.Space(1, record.Contract{Enter: 50, Leave: 55, Eval: 1, Filters: "none", Despawn: "explicit"})
	zone := rec.Stream("zone") // one goroutine's

	zone.Spawn(id, x, y, z)    // where an entity joins the world
	zone.Move(id, x, y, z)     // where it moves
	zone.Enter(watcher, id)    // where a view gains it
	zone.Leave(watcher, id)    // where a view loses it
	zone.Despawn(id)           // where it quits the world
	zone.Tick(n)               // at the end of each tick
`
