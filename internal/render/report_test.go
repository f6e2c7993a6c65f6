package render

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
)

func value(v float64) *float64 { return &v }

// sample is a report with some of everything.
func sample() *analyze.Report {
	r := &analyze.Report{
		Trace: analyze.Trace{Events: 12345},
		Findings: []analyze.Finding{{
			Detector: "ghost", Verdict: analyze.Certain,
			Message: "1 still sees 2, which despawned 2.4 s ago",
			Evidence: []analyze.Evidence{
				{Stream: "zone-3", Seq: 2, Time: 50e6, Text: "enter w=1 t=2", Why: "1's view gained 2"},
				{Stream: "zone-3", Seq: 104, Time: 1e8, Text: "despawn e=2", Why: "2 is gone"},
				{Stream: "main", Seq: 0, Time: 0, Text: "space id=1 " + strings.Repeat("x", 60), Why: "and this is long"},
			},
			Consequences: []analyze.Consequence{{Detector: "asymmetry", Count: 3}, {Detector: "residue", Count: 1}},
			Count:        1500, Pairs: 15, Also: []string{"3→4 ×2", "5→6"},
		}},
		Unknown: []analyze.Unknown{
			{Detector: "missed-enter", Reason: "no space declares enter="},
			{Detector: "race", Reason: "the trace has no access event"},
			{Detector: "missed-leave", Reason: "no space declares enter="},
		},
		Clean: []string{"double-enter", "stray-leave"},
		Metrics: analyze.Metrics{
			{Name: "recall", Value: value(0.75), Doc: "the share that was seen", Mark: "below 1"},
			{Name: "rho", Unit: "1/s", Doc: "not defined here"},
		},
		Loss: analyze.Loss{Events: 312, Gaps: 1},
	}
	for range perDetector + 2 {
		r.Findings = append(r.Findings, analyze.Finding{Detector: "late", Message: "it came late", Count: 1, Pairs: 1})
	}
	return r
}

const sampleText = `LOST  312 events in 1 place
  what depends on them is called unknown or likely, not clean

ghost  1 still sees 2, which despawned 2.4 s ago  [certain]  ×1,500 on 15
  0.05  zone-3#2    enter w=1 t=2  1's view gained 2
  0.1   zone-3#104  despawn e=2    2 is gone
  0     main#0      space id=1 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  and this is long
  also 3→4 ×2, 5→6 and 12 more
  followed by: asymmetry ×3, residue

late  it came late  [likely]

late  it came late  [likely]

late  it came late  [likely]

late  it came late  [likely]

late  it came late  [likely]

2 more findings like these: --all shows them

metric  value  unit  what it is
recall   0.75        the share that was seen; below 1
rho         -  1/s   not defined here

unknown  missed-enter, missed-leave: no space declares enter=
unknown  race: the trace has no access event
clean    double-enter, stray-leave
8 findings, 1 certain; 2 detectors clean, 3 unknown; 12,345 events, 312 events lost
`

func TestReport(t *testing.T) {
	var b bytes.Buffer
	NewPage(&b, false).Report(sample(), ReportOptions{})
	if b.String() != sampleText {
		t.Errorf("got\n%s\nwant\n%s", b.String(), sampleText)
	}
	b.Reset()
	NewPage(&b, false).Report(sample(), ReportOptions{All: true})
	if n := strings.Count(b.String(), "late  it came late"); n != perDetector+2 {
		t.Errorf("with All %d findings are shown, want %d", n, perDetector+2)
	}
}

// Colour adds to the words and takes nothing away, and one writer's colour is
// not another's.
func TestColourCarriesNoMeaning(t *testing.T) {
	var plain, coloured bytes.Buffer
	a, b := NewPage(&coloured, true), NewPage(&plain, false)
	a.Report(sample(), ReportOptions{})
	b.Report(sample(), ReportOptions{})
	if plain.String() != sampleText {
		t.Errorf("the plain page is coloured:\n%q", plain.String())
	}
	stripped := coloured.String()
	for strings.Contains(stripped, "\x1b[") {
		i := strings.Index(stripped, "\x1b[")
		j := strings.IndexByte(stripped[i:], 'm')
		stripped = stripped[:i] + stripped[i+j+1:]
	}
	if coloured.String() == stripped || stripped != sampleText {
		t.Errorf("without its colours the page reads\n%s\nwant\n%s", stripped, sampleText)
	}
}

func TestUseColour(t *testing.T) {
	for _, test := range []struct {
		mode string
		env  map[string]string
		want bool
	}{
		{"always", map[string]string{"NO_COLOR": "1"}, true},
		{"never", nil, false},
		{"auto", nil, false}, // a buffer is no terminal
	} {
		if got := UseColour(test.mode, &bytes.Buffer{}, func(k string) string { return test.env[k] }); got != test.want {
			t.Errorf("UseColour(%q, env %v) = %v, want %v", test.mode, test.env, got, test.want)
		}
	}
}

type brokenWriter struct{ n int }

func (w *brokenWriter) Write(b []byte) (int, error) {
	w.n++
	return 0, errBroken
}

var errBroken = bytes.ErrTooLarge

func TestPageKeepsTheFirstError(t *testing.T) {
	w := &brokenWriter{}
	p := NewPage(w, false)
	p.Report(sample(), ReportOptions{})
	p.Table([]Column{{Name: "a"}}, [][]string{{"b"}})
	if p.Err() != errBroken || w.n != 1 {
		t.Errorf("got error %v after %d writes, want %v after 1", p.Err(), w.n, errBroken)
	}
}
