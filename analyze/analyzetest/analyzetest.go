// Package analyzetest runs detectors over annotated traces.
//
// An annotated trace is the text twin with expectations in its comments. The
// line of an event that a finding must cite carries
//
//	# want ghost "still sees 2"
//
// the detector and a regular expression for the message; "likely" before the
// name expects a likely finding, otherwise it must be certain. Every finding
// must be wanted, and every want found. A comment "# unknown ghost" anywhere
// expects that the detector could not decide; "# only ghost" runs it alone.
package analyzetest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
)

type want struct {
	line     int
	stream   string
	seq      uint64
	detector string
	verdict  analyze.Verdict
	message  *regexp.Regexp
}

var (
	wantRE    = regexp.MustCompile(`# want (likely )?([a-z-]+) ("(?:[^"\\]|\\.)*")`)
	onlyRE    = regexp.MustCompile(`# only ([a-z-]+)`)
	unknownRE = regexp.MustCompile(`# unknown ([a-z-]+)`)
)

// Run runs ds over the annotated trace and reports what differs.
func Run(t *testing.T, ds []*analyze.Detector, trace string) *analyze.Report {
	t.Helper()
	wants, unknown, err := parse(trace)
	if err != nil {
		t.Fatal(err)
	}
	if m := onlyRE.FindStringSubmatch(trace); m != nil {
		ds = slices.DeleteFunc(slices.Clone(ds), func(d *analyze.Detector) bool { return d.Name != m[1] })
	}
	r, err := analyze.Run(event.NewTextReader(strings.NewReader(trace)), ds)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		j := slices.IndexFunc(wants, func(w want) bool { return w.matches(f) })
		if j < 0 {
			t.Errorf("unwanted finding: %s\n%s", Format(f), trace)
			continue
		}
		wants = slices.Delete(wants, j, j+1)
	}
	for _, w := range wants {
		t.Errorf("line %d: want %s %s %q, which was not found", w.line, w.verdict, w.detector, w.message)
	}
	for _, name := range unknown {
		if !slices.ContainsFunc(r.Unknown, func(u analyze.Unknown) bool { return u.Detector == name }) {
			t.Errorf("want %s to be unknown, got %v", name, r.Unknown)
		}
	}
	return r
}

func (w want) matches(f *analyze.Finding) bool {
	return f.Detector == w.detector && f.Verdict == w.verdict && w.message.MatchString(f.Message) &&
		slices.ContainsFunc(f.Evidence, func(e analyze.Evidence) bool { return e.Stream == w.stream && e.Seq == w.seq })
}

// Format writes a finding on a few lines, for failures.
func Format(f *analyze.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s [%s] %s (×%d)", f.Detector, f.Verdict, f.Message, f.Count)
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "\n\t%s %s#%d %s: %s", e.Time, e.Stream, e.Seq, e.Text, e.Why)
	}
	for _, c := range f.Consequences {
		fmt.Fprintf(&b, "\n\tfollowed by %s ×%d", c.Detector, c.Count)
	}
	return b.String()
}

// parse finds the wants of a trace and the events that they stand beside.
func parse(trace string) (wants []want, unknown []string, err error) {
	tables := event.NewTables()
	var seq event.Sequencer
	for i, line := range strings.Split(trace, "\n") {
		e, err := event.Parse(tables, line)
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if e.Kind != event.Invalid {
			seq.Assign(&e)
		}
		for _, m := range wantRE.FindAllStringSubmatch(line, -1) {
			w := want{line: i + 1, stream: tables.StreamName(e.Stream), seq: e.Seq, detector: m[2], verdict: analyze.Certain}
			if m[1] != "" {
				w.verdict = analyze.Likely
			}
			if w.message, err = regexp.Compile(strings.Trim(m[3], `"`)); err != nil {
				return nil, nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			wants = append(wants, w)
		}
		for _, m := range unknownRE.FindAllStringSubmatch(line, -1) {
			unknown = append(unknown, m[1])
		}
	}
	return wants, unknown, nil
}

// Sections splits a file of several traces, each headed by a line
// "== NAME", into names and traces.
func Sections(file string) (names, traces []string) {
	for _, part := range strings.Split("\n"+file, "\n== ")[1:] {
		name, trace, _ := strings.Cut(part, "\n")
		names = append(names, strings.TrimSpace(name))
		traces = append(traces, trace)
	}
	return names, traces
}
