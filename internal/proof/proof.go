// Package proof writes a finding as a proof: what is wrong, then the events
// that show it, one a line. It needs nothing but the standard library, so
// that a user's tests may print findings; colour is the caller's. Call
// [Text].
package proof

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aoi-trace/aoi-trace/analyze"
)

// Paint colours the parts of a finding. The zero Paint leaves them plain.
type Paint struct{ Detector, Certain, Likely func(string) string }

// Text returns the finding as a report prints it, with a newline at its end.
func Text(f *analyze.Finding, p Paint) string {
	var b strings.Builder
	verdict := painted(p.Likely, "[likely]")
	if f.Verdict == analyze.Certain {
		verdict = painted(p.Certain, "[certain]")
	}
	times := ""
	if f.Count > 1 {
		times = fmt.Sprintf("  ×%s", Count(uint64(f.Count)))
		if f.Pairs > 1 {
			times += fmt.Sprintf(" on %d", f.Pairs)
		}
	}
	fmt.Fprintf(&b, "%s  %s  %s%s\n", painted(p.Detector, f.Detector), f.Message, verdict, times)
	evidence(&b, f.Evidence)
	if len(f.Also) > 0 {
		more := ""
		if n := f.Pairs - 1 - len(f.Also); n > 0 {
			more = fmt.Sprintf(" and %s more", Count(uint64(n)))
		}
		fmt.Fprintf(&b, "  also %s%s\n", strings.Join(f.Also, ", "), more)
	}
	if len(f.Consequences) > 0 {
		var names []string
		for _, c := range f.Consequences {
			if c.Count > 1 {
				names = append(names, fmt.Sprintf("%s ×%d", c.Detector, c.Count))
			} else {
				names = append(names, c.Detector)
			}
		}
		fmt.Fprintf(&b, "  followed by: %s\n", strings.Join(names, ", "))
	}
	return b.String()
}

func painted(style func(string) string, s string) string {
	if style == nil {
		return s
	}
	return style(s)
}

// maxText bounds the column of event texts; longer ones put their
// explanation out of line, not out of sight.
const maxText = 60

func evidence(b *strings.Builder, list []analyze.Evidence) {
	where := func(e *analyze.Evidence) string { return fmt.Sprintf("%s#%d", e.Stream, e.Seq) }
	var wTime, wWhere, wText int
	for i := range list {
		e := &list[i]
		wTime = max(wTime, len(e.Time.String()))
		wWhere = max(wWhere, utf8.RuneCountInString(where(e)))
		if n := utf8.RuneCountInString(e.Text); n <= maxText {
			wText = max(wText, n)
		}
	}
	for i := range list {
		e := &list[i]
		line := fmt.Sprintf("  %s  %s  %s  %s",
			Pad(e.Time.String(), wTime), Pad(where(e), wWhere), Pad(e.Text, wText), e.Why)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// Pad fills s with blanks to a width in runes.
func Pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// Count returns n with commas between the thousands.
func Count(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
