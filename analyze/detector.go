package analyze

import (
	"strings"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// A Detector describes one check.
type Detector struct {
	Name   string // as users type it: "ghost"
	Family string // the heading it stands under: "pair protocol"
	Rank   int    // a lower rank on the same pair in the same interval is a consequence of a higher
	Doc    string // title, blank line, explanation
	New    func(*Pass) Check
}

// Title returns the first line of Doc.
func (d *Detector) Title() string {
	title, _, _ := strings.Cut(d.Doc, "\n")
	return title
}

// A Check is a Detector at work on one stretch of a trace.
type Check interface {
	// Kinds returns the kinds of events that Step wants.
	Kinds() event.KindSet
	// Step is called for each event of those kinds, after the world applied it.
	Step(*world.Step)
	// Judge is called for each verdict of the world's evaluations.
	Judge(*world.Judgement)
	// Merge joins the check of the next stretch of the trace to this one.
	Merge(later Check)
	// End is called once, after the last event of the trace.
	End()
}
