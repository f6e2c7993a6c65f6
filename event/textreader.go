package event

import (
	"bufio"
	"io"
	"strings"
)

// A TextReader reads a trace in the text twin. It is a Source: after a line
// that cannot be read it yields the events before it, then a *SyntaxError.
type TextReader struct {
	r    *bufio.Reader
	t    *Tables
	b    *Block
	seq  Sequencer
	line int
	err  error
}

// maxLine is the longest line that a TextReader takes, in bytes.
const maxLine = 1 << 24

// NewTextReader returns a reader of the text twin from r.
func NewTextReader(r io.Reader) *TextReader {
	t := NewTables()
	return &TextReader{r: bufio.NewReaderSize(r, 1<<16), t: t, b: NewBlock(t, 1<<12)}
}

// Tables returns the names of the trace.
func (r *TextReader) Tables() *Tables { return r.t }

// Next returns the next block.
func (r *TextReader) Next() (*Block, error) {
	r.b.Reset()
	for r.err == nil && !r.b.Full() {
		line, err := r.readLine()
		r.err = err
		if err != nil && (err != io.EOF || line == "") {
			break
		}
		r.line++
		e, err := Parse(r.t, line)
		if err != nil {
			err.(*SyntaxError).Line = r.line
			r.err = err
			break
		}
		if e.Kind != Invalid {
			r.seq.Assign(&e)
			r.b.Append(&e)
		}
	}
	if r.b.N > 0 {
		return r.b, nil
	}
	return nil, r.err
}

func (r *TextReader) readLine() (string, error) {
	var line []byte
	for {
		part, err := r.r.ReadSlice('\n')
		if err == nil && line == nil {
			return string(part[:len(part)-1]), nil
		}
		line = append(line, part...)
		if len(line) > maxLine {
			return "", &SyntaxError{Line: r.line + 1, Col: 1, Msg: "the line is longer than 16 MiB"}
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		return strings.TrimSuffix(string(line), "\n"), err
	}
}
