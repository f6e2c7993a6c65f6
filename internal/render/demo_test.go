package render

import (
	"bytes"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze"
)

func TestPlanted(t *testing.T) {
	ghost := &analyze.Finding{Detector: "ghost", Verdict: analyze.Certain, Message: "1 still sees 2", Count: 2, Pairs: 1,
		Evidence: []analyze.Evidence{{Stream: "z", Text: "despawn e=2"}}}
	late := &analyze.Finding{Detector: "late", Message: "it came late", Count: 1, Pairs: 1}
	var b bytes.Buffer
	NewPage(&b, false).Planted([]Planted{
		{Detector: "ghost", What: "nobody is told", Finding: ghost},
		{Detector: "race", What: "no lock"},
	}, []*analyze.Finding{late})
	const want = `planted         must be found as  found
nobody is told  ghost             certain ×2
no lock         race              NOT FOUND

found  what the finding says
ghost  1 still sees 2

1 of 2 planted defects found, and 1 finding that nobody planted:
late  it came late  [likely]

Each finding comes with the events that prove it. The first one:

ghost  1 still sees 2  [certain]  ×2
  0  z#0  despawn e=2
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
