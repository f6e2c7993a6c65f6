package main

import (
	"errors"
	"io"
	"os"
)

// writeOutput makes the file output of what write writes. If write fails,
// what was at output stays as it was.
func writeOutput(output string, write func(io.Writer) error) error {
	part := output
	if info, err := os.Stat(output); err != nil || info.Mode().IsRegular() {
		part += ".part" // a pipe or a device is written to as it is
	}
	out, err := os.Create(part)
	if err != nil {
		return usage("", "creating %s: %w", part, errors.Unwrap(err))
	}
	err = write(out)
	if cerr := out.Close(); err == nil && cerr != nil {
		err = usage("", "writing %s: %w", part, cerr)
	}
	if err == nil && part != output {
		err = os.Rename(part, output)
	}
	if err != nil && part != output {
		os.Remove(part)
	}
	return err
}
