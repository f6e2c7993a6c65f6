package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// An input is an open trace.
type input struct {
	*trace.Reader
	name string // as messages call it
	file *os.File
}

// openTrace opens the trace file path, or standard input for "-". Its errors
// are failures that say what to do.
func openTrace(path string, stdin io.Reader, opts ...trace.ReaderOption) (*input, error) {
	if path == "" {
		return nil, usage("", "opening a trace: the name of the file is empty")
	}
	in := &input{name: path}
	r := stdin
	if path == "-" {
		in.name = "standard input"
	} else {
		f, err := openFile(path)
		if err != nil {
			return nil, err
		}
		in.file, r = f, f
	}
	head := bufio.NewReaderSize(r, 1<<16)
	begin, err := head.Peek(512)
	if err != nil && err != io.EOF {
		in.Close()
		return nil, unreadable("", "reading %s: %w", in.name, err)
	}
	begin = bytes.Clone(begin)
	var src io.Reader = head
	if in.file != nil {
		if _, err := in.file.Seek(0, io.SeekStart); err == nil {
			src = in.file // the reader finds the index by itself
		}
	}
	if in.Reader, err = trace.NewReader(src, opts...); err != nil {
		in.Close()
		return nil, in.openError(begin, err)
	}
	return in, nil
}

// openFile opens a file, not a directory, for reading.
func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		hint := ""
		if errors.Is(err, os.ErrNotExist) {
			hint = "aoi-trace record -o " + path + " -- ./server makes one"
		}
		return nil, unreadable(hint, "opening %s: %w", path, errors.Unwrap(err))
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		f.Close()
		return nil, unreadable("name a file in it", "opening %s: it is a directory", path)
	}
	return f, nil
}

// openError says why what begins with begin is no trace that can be read.
func (in *input) openError(begin []byte, err error) error {
	if len(begin) == 0 {
		return unreadable("a recording that was stopped before its first block leaves such a file",
			"opening %s: it is empty", in.name)
	}
	if errors.Is(err, trace.ErrVersion) {
		return unreadable(fmt.Sprintf("this aoi-trace reads file format %d: a newer one is needed", trace.Version),
			"opening %s: %w", in.name, err)
	}
	if errors.Is(err, trace.ErrNotTrace) {
		if isTextTwin(begin) {
			return unreadable("aoi-trace import "+in.arg()+" -o OUT.aoi",
				"opening %s: it is a trace as text, not a trace file", in.name)
		}
		if utf8.Valid(begin[:max(0, len(begin)-utf8.UTFMax)]) {
			return unreadable("", "opening %s: it is a text file, not a trace file", in.name)
		}
		return unreadable("", "opening %s: it is not a trace file", in.name)
	}
	return unreadable("nothing of it can be read", "opening %s: %w", in.name, err)
}

// isTextTwin reports whether text begins as the text twin does.
func isTextTwin(text []byte) bool {
	t := event.NewTables()
	for _, line := range strings.SplitAfter(string(text), "\n") {
		e, err := event.Parse(t, strings.TrimSuffix(line, "\n"))
		if err != nil {
			return false
		}
		if e.Kind != event.Invalid {
			return true
		}
	}
	return false
}

// arg is what the user typed for the input.
func (in *input) arg() string {
	if in.file == nil {
		return "-"
	}
	return in.name
}

// finished says, once the trace is read, what is wrong with its file: err,
// which reading it gave, or that its end is missing. The hint says that the
// rest is reported all the same.
func (in *input) finished(err error) error {
	const reported = "what could be read is reported"
	switch {
	case err != nil && err != io.EOF && err != errNoEnd:
		hint := reported
		if errors.Is(err, io.ErrUnexpectedEOF) {
			hint = "the file was cut short; " + reported
		}
		return unreadable(hint, "reading %s: %w", in.name, err)
	case !in.Stats().Complete:
		return unreadable("the file was cut short, or its recorder was killed; "+reported,
			"reading %s: %w", in.name, errNoEnd)
	}
	return nil
}

// errNoEnd is what is wrong with a file that was cut between two blocks.
var errNoEnd = errors.New("the end mark is missing")

// Close closes the file, if there is one.
func (in *input) Close() error {
	if in.file == nil {
		return nil
	}
	return in.file.Close()
}

// unreadable returns a failure for input that cannot be read.
func unreadable(hint, format string, args ...any) error {
	return &failure{code: exitDamaged, err: fmt.Errorf(format, args...), hint: hint}
}
