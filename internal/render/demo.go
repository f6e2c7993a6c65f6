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

// Planted writes what was planted beside what was found, then the proof of
// the first, as an example of what a finding looks like.
func (p *Page) Planted(list []Planted, others []*analyze.Finding) {
	rows := make([][]string, 0, len(list))
	found := 0
	for _, d := range list {
		verdict, message := p.red("NOT FOUND"), ""
		if d.Finding != nil {
			found++
			verdict, message = d.Finding.Verdict.String(), d.Finding.Message
			if d.Finding.Count > 1 {
				message += fmt.Sprintf("  ×%s", Count(d.Finding.Count))
			}
		}
		rows = append(rows, []string{d.What, p.bold(d.Detector), verdict, message})
	}
	p.Table([]Column{{Name: "planted"}, {Name: "detector"}, {Name: "found"}, {Name: "what it says"}}, rows)
	p.Printf("\n%d of %d planted defects found", found, len(list))
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
