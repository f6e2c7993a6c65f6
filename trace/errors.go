package trace

import (
	"errors"
	"fmt"
)

// ErrNotTrace says that what was given is no trace file.
var ErrNotTrace = errors.New("not a trace file")

// ErrVersion says that a trace file is of a version that this package does
// not know.
var ErrVersion = errors.New("unknown version of the trace file")

// A FormatError says where a trace file is damaged. A file that was cut short
// gives one that wraps io.ErrUnexpectedEOF.
type FormatError struct {
	Offset int64  // where the damaged part begins, in bytes from the start
	Doing  string // what was being read: "reading block 12"
	Err    error
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s at byte %d: %v", e.Doing, e.Offset, e.Err)
}

func (e *FormatError) Unwrap() error { return e.Err }
