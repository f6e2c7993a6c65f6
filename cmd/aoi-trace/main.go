// Command aoi-trace records and analyses what the area-of-interest code of a
// multiplayer server does: who sees whom, and whether that is right.
//
//	aoi-trace record -o run.aoi -- ./server    run the server and record it
//	aoi-trace analyze run.aoi                  find what is wrong, with proof
//	aoi-trace demo                             both, on a server with planted faults
//
// Data goes to standard output, everything else to standard error. The exit
// codes are those of [exitClean] and its neighbours; only record differs,
// which exits with the code of the program it ran.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// The exit codes. Damage goes before findings, findings before loss; the
// output format never changes them.
const (
	exitClean    = 0 // nothing found
	exitFindings = 1 // findings
	exitUsage    = 2 // a mistake in how the command was called or configured
	exitDamaged  = 3 // input that cannot be read, is damaged, or is known to have lost events
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run runs one command and returns its exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCmd()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if err := root.Execute(); err != nil {
		return printFailure(stderr, err)
	}
	return exitClean
}

// printFailure says why a command failed and returns its exit code. An error
// that is not a failure is one of usage, or of writing the output.
func printFailure(stderr io.Writer, err error) int {
	f := &failure{code: exitUsage, err: err}
	errors.As(err, &f)
	if f.err != nil {
		fmt.Fprintf(stderr, "aoi-trace: %v\n", f.err)
	}
	if f.hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", f.hint)
	}
	return f.code
}

// A failure ends a command with an exit code. Without err there is nothing
// more to print: what the command wrote says it all.
type failure struct {
	code int
	err  error
	hint string // what to type or look at next, if that is known
}

func (f *failure) Error() string {
	if f.err == nil {
		return fmt.Sprintf("exit code %d", f.code)
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// usage returns a failure that says how the command was called wrongly.
func usage(hint, format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// exit returns a failure that prints nothing, or nil for code 0.
func exit(code int) error {
	if code == exitClean {
		return nil
	}
	return &failure{code: code}
}
