package render

import (
	"fmt"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/internal/proof"
	"github.com/aoi-trace/aoi-trace/internal/summary"
)

// The most streams and gaps that Info names one by one.
const (
	maxStreams = 20
	maxGaps    = 10
)

// Info writes what is in a trace file. Without all, streams and gaps beyond
// the first few are only counted.
func (p *Page) Info(i *summary.Info, all bool) {
	t, st := i.Trace, &i.Stats
	p.Printf("%s  %s, %s, %.1f bytes an event\n", p.bold(i.File), Plural(t.Events, "event"), Bytes(st.Bytes), i.BytesPerEvent())
	p.field("time", fmt.Sprintf("%s to %s", clock(t.First), clock(t.Last)))
	if t.Contract != "" {
		p.field("trace", t.Contract)
	}
	for _, f := range st.Facts {
		p.field(f.Key, f.Value)
	}
	p.field("entities", Count(t.Entities))
	if st.Complete {
		p.field("file", fmt.Sprintf("complete, format %d, %s", st.Version, Plural(st.Blocks, "block")))
	} else {
		p.field("file", p.yellow("cut")+": it has no end mark; the program or the recorder was killed, or the file was copied in part")
	}
	if st.Damage != nil {
		p.field("damage", p.red(st.Damage.Error()))
	}
	switch {
	case t.Lost > 0:
		p.field("loss", p.red(Plural(t.Lost, "event")+" lost")+" in "+Plural(t.NumGaps, "place"))
	case st.Damage != nil || !st.Complete:
		p.field("loss", "none known, in what can be read")
	default:
		p.field("loss", "nothing lost")
	}
	if st.Damaged > 0 {
		p.field("", Plural(st.Damaged, "event")+" of the file cannot be read")
	}
	p.Print("\n")
	p.kinds(t)
	p.spaces(t)
	p.streams(t, all)
	p.gaps(t, all)
	if len(st.Attachments) > 0 {
		var rows [][]string
		for _, a := range st.Attachments {
			rows = append(rows, []string{a.Name, a.Type, Bytes(a.Size)})
		}
		p.Print("\n")
		p.Table([]Column{{Name: "attachment"}, {Name: "type"}, {Name: "size", Right: true}}, rows)
	}
}

func (p *Page) field(name, value string) { p.Printf("  %s%s\n", p.faint(proof.Pad(name, 10)), value) }

// clock returns a time of the trace in seconds.
func clock(t time.Duration) string { return fmt.Sprintf("%.3f s", t.Seconds()) }

func (p *Page) kinds(t *summary.Summary) {
	var rows [][]string
	for k, n := range t.Kinds {
		if n > 0 {
			spec := event.Kind(k).Spec()
			rows = append(rows, []string{spec.Name, Count(n), fmt.Sprintf("%.1f %%", 100*float64(n)/float64(t.Events)), spec.Doc})
		}
	}
	p.Table([]Column{{Name: "kind"}, {Name: "events", Right: true}, {Name: "share", Right: true}, {Name: "what it is"}}, rows)
}

func (p *Page) spaces(t *summary.Summary) {
	var rows [][]string
	for _, s := range t.Spaces {
		contract := s.Contract
		if contract == "" {
			contract = "not declared"
		}
		rows = append(rows, []string{fmt.Sprint(s.ID), Count(s.Entities), Count(s.Ticks), contract})
	}
	if len(rows) > 0 {
		p.Print("\n")
	}
	p.Table([]Column{{Name: "space", Right: true}, {Name: "entities", Right: true}, {Name: "ticks", Right: true}, {Name: "contract"}}, rows)
}

func (p *Page) streams(t *summary.Summary, all bool) {
	var rows [][]string
	for i, s := range t.Streams {
		if i == maxStreams && !all && len(t.Streams) > maxStreams+1 {
			break
		}
		rows = append(rows, []string{s.Name, Count(s.Events), Count(s.Lost), clock(s.First), clock(s.Last)})
	}
	if len(rows) > 0 {
		p.Print("\n")
	}
	p.Table([]Column{{Name: "stream"}, {Name: "events", Right: true}, {Name: "lost", Right: true}, {Name: "from", Right: true}, {Name: "to", Right: true}}, rows)
	if n := len(t.Streams) - len(rows); n > 0 {
		p.Printf("and %s more: --all shows them\n", Plural(n, "stream"))
	}
}

func (p *Page) gaps(t *summary.Summary, all bool) {
	var rows [][]string
	for i, g := range t.Gaps {
		if i == maxGaps && !all {
			break
		}
		rows = append(rows, []string{g.Stream, g.Text})
	}
	if len(rows) > 0 {
		p.Print("\n")
	}
	p.Table([]Column{{Name: "gap in"}, {Name: "what was lost"}}, rows)
	if n := t.NumGaps - len(rows); n > 0 {
		p.Printf("and %s more\n", Plural(n, "gap"))
	}
}
