package render

import (
	"fmt"

	"github.com/aoi-trace/aoi-trace/analyze"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/internal/proof"
	"github.com/aoi-trace/aoi-trace/merge"
)

// Merged writes how the files of a merge lie in time: one line each.
func (p *Page) Merged(r *merge.Result) {
	width := 0
	for i := range r.Files {
		width = max(width, len(r.Files[i].Name))
	}
	for i := range r.Files {
		f := &r.Files[i]
		text := "the reference"
		if i > 0 {
			text = placed(f, r.Files[0].Name)
		}
		p.Printf("  %s  %s\n", p.bold(proof.Pad(f.Name, width)), text)
	}
}

// placed says where a file lies beside the reference, and how that is known.
func placed(f *merge.File, reference string) string {
	where := "begins with " + reference
	if f.Offset > 0 {
		where = fmt.Sprintf("begins %s s after %s", event.FormatTime(f.Offset), reference)
	} else if f.Offset < 0 {
		where = fmt.Sprintf("begins %s s before %s", event.FormatTime(-f.Offset), reference)
	}
	mail := fmt.Sprintf("%s from %s and %s to it", Plural(f.To, "message"), f.Via, Count(f.From))
	switch {
	case f.Known && f.Slack > 0:
		return fmt.Sprintf("%s, drift of %s ppm, by %s, which contradict a constant drift by %s: the bound of %s is not certain",
			where, drift(f), mail, analyze.Elapsed(f.Slack), analyze.Elapsed(f.Bound))
	case f.Known:
		return fmt.Sprintf("%s, within %s, drift of %s ppm, by %s",
			where, analyze.Elapsed(f.Bound), drift(f), mail)
	case f.Wall && f.To+f.From > 0:
		return fmt.Sprintf("%s by the wall clocks and %s; the bound is unknown without messages both ways", where, mail)
	case f.Wall:
		return where + " by the wall clocks; the bound is unknown without messages"
	case f.To+f.From > 0:
		return fmt.Sprintf("%s by %s; the bound is unknown without messages both ways", where, mail)
	}
	return "is taken to begin with " + reference + ": there are neither messages nor wall clocks to go by"
}

// drift returns the drift in parts per million, with what it may be wrong by.
func drift(f *merge.File) string {
	decimals := 0
	for v := 1e6 * f.Rate; v > 0 && v < 100 && decimals < 6; v *= 10 {
		decimals++
	}
	return fmt.Sprintf("%+.*f ±%.*f", decimals, 1e6*f.Drift, decimals, 1e6*f.Rate)
}
