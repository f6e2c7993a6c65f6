package render

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/analyze"
)

// A Planted is a defect that was planted, and what the analysis said of it.
type Planted struct {
	Detector string
	What     string           // what the server does wrong
	Finding  *analyze.Finding // nil: not found
}

// Planted writes what was planted beside what was found, what the findings
// say, and the proof of the first, as an example of what a finding looks like.
func (p *Page) Planted(list []Planted, others []*analyze.Finding) {
	var table, says [][]string
	for _, d := range list {
		verdict := p.red("NOT FOUND")
		if f := d.Finding; f != nil {
			verdict = f.Verdict.String()
			if f.Count > 1 {
				verdict += fmt.Sprintf(" ×%s", Count(f.Count))
			}
			says = append(says, []string{p.bold(d.Detector), f.Message})
		}
		table = append(table, []string{d.What, p.bold(d.Detector), verdict})
	}
	p.Table([]Column{{Name: "planted"}, {Name: "must be found as"}, {Name: "found"}}, table)
	p.Print("\n")
	p.Table([]Column{{Name: "found"}, {Name: "what the finding says"}}, says)
	p.Printf("\n%d of %d planted defects found", len(says), len(list))
	switch n := len(others); n {
	case 0:
		p.Print(", and nothing that was not planted.\n")
	default:
		p.Printf(", and %s that nobody planted:\n", Plural(n, "finding"))
		for _, f := range others {
			p.Finding(f)
		}
	}
	for _, d := range list {
		if d.Finding != nil {
			p.Print("\nEach finding comes with the events that prove it. The first one:\n\n")
			p.Finding(d.Finding)
			break
		}
	}
}
