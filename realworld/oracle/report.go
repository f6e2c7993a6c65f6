package oracle

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// A Report is what brute force confirms.
type Report struct {
	Counts       Counts     `json:"counts"`        // what the oracle was told
	Wrong        []Interval `json:"wrong"`         // pairs whose view contradicts their positions, and when
	Flapping     []Flapping `json:"flapping"`      // pairs that reverse at least ten times in a row
	Reversing    []Flapping `json:"reversing"`     // the same at any distance: those that flap, and who really goes back and forth
	DoubleEnters []Pair     `json:"double_enters"` // entered what was in view
	StrayLeaves  []Pair     `json:"stray_leaves"`  // left what was not
	Ghosts       []Pair     `json:"ghosts"`        // seen after the tick in which it despawned
	Missing      uint64     `json:"missing"`       // pair-ticks that should have been seen
	Extra        uint64     `json:"extra"`         // pair-ticks that should not
	Precision    float64    `json:"precision"`     // share of the seen pair-ticks that should be
	Recall       float64    `json:"recall"`        // share of the pair-ticks that should be seen that are
}

// Counts are numbers of calls, for holding against a recording's.
type Counts struct {
	Ticks    int `json:"tick"`
	Spawns   int `json:"spawn"`
	Moves    int `json:"move"`
	Despawns int `json:"despawn"`
	Enters   int `json:"enter"`
	Leaves   int `json:"leave"`
}

// An Interval is a run of ticks at whose ends a pair was wrong.
type Interval struct {
	Pair
	What  string `json:"what"` // missing or extra
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// A Flapping is a pair that kept reversing near the border.
type Flapping struct {
	Pair
	Reversals int `json:"reversals"`
}

// mark notes that p is wrong at the end of this tick.
func (o *Oracle) mark(p Pair, what string) {
	w := o.wrong[p]
	if w == nil || w.What != what {
		if w != nil {
			o.close(p, w)
		}
		w = &Interval{Pair: p, What: what, First: o.tick}
		o.wrong[p] = w
	}
	w.Last = o.tick
}

func (o *Oracle) close(p Pair, w *Interval) {
	o.report.Wrong = append(o.report.Wrong, *w)
	delete(o.wrong, p)
}

// Report ends the run and returns what was found, in a fixed order.
func (o *Oracle) Report() *Report {
	if o == nil {
		return nil
	}
	for p, w := range o.wrong {
		o.close(p, w)
	}
	for p := range o.flips {
		o.drop(p)
	}
	r := &o.report
	for p, l := range o.loose {
		if l.most >= flipReport {
			r.Reversing = append(r.Reversing, Flapping{p, l.most})
		}
	}
	clear(o.loose)
	slices.SortFunc(r.Reversing, Flapping.compare)
	slices.SortFunc(r.Wrong, func(a, b Interval) int {
		return cmp.Or(cmp.Compare(a.First, b.First), a.Pair.compare(b.Pair))
	})
	slices.SortFunc(r.Flapping, Flapping.compare)
	r.Missing, r.Extra = o.missing, o.extra
	r.Precision, r.Recall = share(o.agreed, o.seen), share(o.agreed, o.wanted)
	return r
}

func (f Flapping) compare(g Flapping) int {
	return cmp.Or(f.Pair.compare(g.Pair), cmp.Compare(f.Reversals, g.Reversals))
}

func (p Pair) compare(q Pair) int {
	return cmp.Or(cmp.Compare(p.Watcher, q.Watcher), cmp.Compare(p.Target, q.Target))
}

// share is 1 of nothing: nothing was wrong.
func share(part, whole uint64) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// WriteFile writes the report as JSON.
func (r *Report) WriteFile(path string) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o666)
	}
	if err != nil {
		return fmt.Errorf("writing the oracle's report: %w", err)
	}
	return nil
}

// ReadFile reads a report that WriteFile wrote.
func ReadFile(path string) (*Report, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the oracle's report: %w", err)
	}
	r := new(Report)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("reading the oracle's report: %s: %w", path, err)
	}
	return r, nil
}

// Silent reports whether nothing was wrong.
func (r *Report) Silent() bool {
	return len(r.Wrong)+len(r.Flapping)+len(r.DoubleEnters)+len(r.StrayLeaves)+len(r.Ghosts) == 0
}
