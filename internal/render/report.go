package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/internal/proof"
)

// ReportOptions say how much of a report is shown.
type ReportOptions struct {
	All     bool // every finding, however many a detector has
	Metrics bool // the measured figures, even if all is well
}

// perDetector is how many findings of one detector a report shows in full.
const perDetector = 5

// Report writes a report: loss first, then each finding as a proof, then what
// could not be decided, what is clean, and one line that sums up.
func (p *Page) Report(r *analyze.Report, o ReportOptions) {
	p.loss(&r.Loss)
	shown := map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if shown[f.Detector]++; shown[f.Detector] <= perDetector || o.All {
			p.Finding(f)
			p.Print("\n")
		}
	}
	hidden := 0
	for _, n := range shown {
		if n > perDetector && !o.All {
			hidden += n - perDetector
		}
	}
	if hidden > 0 {
		p.Printf("%s like these: --all shows them\n\n", Plural(hidden, "more finding"))
	}
	if o.Metrics || imperfect(r.Metrics) {
		p.metrics(r.Metrics)
	}
	p.unknown(r.Unknown)
	if len(r.Clean) > 0 {
		p.wrapped(p.green("clean")+"    ", strings.Join(r.Clean, ", "))
	}
	p.Print(p.summary(r))
}

func (p *Page) loss(l *analyze.Loss) {
	if l.Damage != "" {
		p.Printf("%s  %s\n", p.red("DAMAGED"), l.Damage)
		p.Printf("  every block that is whole was analysed\n\n")
	}
	if l.Events == 0 {
		return
	}
	p.Printf("%s  %s in %s\n", p.red("LOST"), Plural(l.Events, "event"), Plural(l.Gaps, "place"))
	p.Printf("  what depends on them is called unknown or likely, not clean\n\n")
}

// Finding writes one finding: what, then the events that prove it.
func (p *Page) Finding(f *analyze.Finding) {
	p.Print(proof.Text(f, proof.Paint{Detector: p.bold, Certain: p.red, Likely: p.yellow}))
}

// unknown writes what could not be decided, one line a reason.
func (p *Page) unknown(list []analyze.Unknown) {
	var reasons []string
	names := map[string][]string{}
	for _, u := range list {
		if names[u.Reason] == nil {
			reasons = append(reasons, u.Reason)
		}
		names[u.Reason] = append(names[u.Reason], u.Detector)
	}
	for _, reason := range reasons {
		p.wrapped(p.yellow("unknown")+"  ", strings.Join(names[reason], ", ")+": "+reason)
	}
}

// wrapped writes text after a head of nine columns, broken at 100 columns.
func (p *Page) wrapped(head, text string) {
	const indent, width = 9, 100
	col := indent
	p.Print(head)
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case col+1+n > width:
			p.Print("\n" + strings.Repeat(" ", indent))
			col = indent
		default:
			p.Print(" ")
			col++
		}
		p.Print(word)
		col += n
	}
	p.Print("\n")
}

// imperfect reports whether views and positions disagree.
func imperfect(m analyze.Metrics) bool {
	for _, name := range []string{"precision", "recall"} {
		if v, ok := m.Value(name); ok && v < 1 {
			return true
		}
	}
	return false
}

func (p *Page) metrics(list analyze.Metrics) {
	if len(list) == 0 {
		return
	}
	rows := make([][]string, 0, len(list))
	for _, m := range list {
		value := "-"
		if m.Value != nil {
			value = figure(*m.Value)
		}
		doc := m.Doc
		if m.Mark != "" {
			doc += "; " + p.yellow(m.Mark)
		}
		rows = append(rows, []string{m.Name, value, m.Unit, doc})
	}
	p.Table([]Column{{Name: "metric"}, {Name: "value", Right: true}, {Name: "unit"}, {Name: "what it is"}}, rows)
	p.Print("\n")
}

// summary returns the last line of a report.
func (p *Page) summary(r *analyze.Report) string {
	loss := "nothing lost"
	if r.Loss.Events > 0 {
		loss = Plural(r.Loss.Events, "event") + " lost"
	}
	if r.Loss.Damage != "" {
		loss += ", file damaged"
	}
	found := p.green("no findings")
	if n := len(r.Findings); n > 0 {
		found = fmt.Sprintf("%s, %d certain", p.bold(Plural(n, "finding")), r.Certain())
	}
	unknown := map[string]bool{}
	for _, u := range r.Unknown {
		unknown[u.Detector] = true
	}
	return fmt.Sprintf("%s; %s clean, %d unknown; %s, %s\n",
		found, Plural(len(r.Clean), "detector"), len(unknown), Plural(r.Trace.Events, "event"), loss)
}
