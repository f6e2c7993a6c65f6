package event

import (
	"errors"
	"strings"
	"testing"
)

// Any text is refused with a place in it, or is an event whose text is the
// same event again and which the checker takes.
func FuzzParse(f *testing.F) {
	for line := range strings.Lines(sample) {
		f.Add(strings.TrimSuffix(line, "\n"))
	}
	f.Add(`1 s view w=1 v=0 set="" digest=00000000000000ff side=table # comment`)
	f.Add(`0 main trace version=1 start=unknown sync=some sample=0.25 side=both clock="a clock" recovered=true wall=1763849413.000000001`)
	f.Add(`0 "\xff\u2028" space id=1 metric=cylinder enter=5e1 height=1 delay=tick:3 cell=1,1,1`)
	f.Fuzz(func(t *testing.T, line string) {
		tables := NewTables()
		e, err := Parse(tables, line)
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) || se.Col < 1 || se.Col > len(line)+1 {
				t.Fatalf("%q: got %v, want a column in the line", line, err)
			}
			return
		}
		if e.Kind == Invalid {
			return
		}
		if err := NewChecker(tables).Event(&e); err != nil {
			t.Fatalf("%q: the checker refuses it: %v", line, err)
		}
		text := string(AppendText(nil, tables, &e))
		if strings.ContainsAny(text, "\n\r") {
			t.Fatalf("%q becomes %q, which is more than a line", line, text)
		}
		again, err := Parse(tables, text)
		if err != nil {
			t.Fatalf("%q becomes %q: %v", line, text, err)
		}
		if got := string(AppendText(nil, tables, &again)); got != text {
			t.Fatalf("%q becomes %q, then %q", line, text, got)
		}
	})
}
