package analyze

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// Run applies ds to src in one pass. If src fails midway, Run returns the
// report so far together with src's error.
func Run(src event.Source, ds []*Detector) (*Report, error) {
	e := newEngine(ds)
	var failed error
	for {
		b, err := src.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				failed = err
			}
			break
		}
		e.block(b)
	}
	e.world.Finish()
	r := e.report()
	if failed != nil {
		r.Loss.Damage = failed.Error()
		for _, d := range ds {
			r.addUnknown(d.Name, "the trace is damaged: "+failed.Error())
		}
	}
	return r, failed
}

// engine is one run over one stretch of a trace.
type engine struct {
	ds     []*Detector
	world  *world.World
	passes []*Pass
	checks []Check
	byKind [event.NumKinds][]Check
	cases  *cases
	counts [event.NumKinds]uint64
	loss   Loss
	first  time.Duration
	last   time.Duration
	events uint64
	tables *event.Tables
	silent bool // replay only: the world moves and nothing is reported
}

func newEngine(ds []*Detector) *engine {
	e := &engine{ds: ds, cases: newCases(ds)}
	e.world = world.New(e.judge)
	for _, d := range ds {
		p := &Pass{World: e.world, detector: d, cases: e.cases, counts: &e.counts}
		c := d.New(p)
		e.passes = append(e.passes, p)
		e.checks = append(e.checks, c)
		for k := event.Invalid + 1; k < event.NumKinds; k++ {
			if c.Kinds().Has(k) {
				e.byKind[k] = append(e.byKind[k], c)
			}
		}
	}
	return e
}

func (e *engine) judge(j *world.Judgement) {
	if e.silent {
		return
	}
	for _, c := range e.checks {
		c.Judge(j)
	}
}

func (e *engine) block(b *event.Block) {
	if e.tables == nil {
		e.tables = b.Tables
		for _, p := range e.passes {
			p.tables = b.Tables
		}
	}
	for i := range b.N {
		kind := b.Kind[i]
		step := e.world.Apply(b, i)
		if e.silent {
			continue
		}
		e.counts[kind]++
		for _, c := range e.byKind[kind] {
			c.Step(step)
		}
		if kind == event.Gap {
			e.lost(b, i)
		}
	}
	if b.N > 0 && !e.silent {
		if e.events == 0 {
			e.first = b.Time[0]
		}
		e.events += uint64(b.N)
		for _, t := range b.Time[:b.N] {
			e.first, e.last = min(e.first, t), max(e.last, t)
		}
	}
}

// lost counts a gap.
func (e *engine) lost(b *event.Block, i int) {
	n := b.Int[0][i]
	if n == 0 {
		return
	}
	e.loss.Events += n
	e.loss.Gaps++
	if b.Set[i]&gapKinds == 0 {
		return
	}
	if e.loss.Kinds == nil {
		e.loss.Kinds = map[string]uint64{}
	}
	for _, part := range strings.Split(b.Text(b.Str[0][i]), ",") {
		name, count, _ := strings.Cut(part, ":")
		if v, err := strconv.ParseUint(count, 10, 64); err == nil {
			e.loss.Kinds[name] += v
		}
	}
}

var gapKinds = event.Gap.Bit("kinds")

// merge joins the run over the next stretch of the trace to this one.
func (e *engine) merge(later *engine) {
	// The checks close their cases and report what ends in the later stretch
	// before the cases are held against each other.
	for i, c := range e.checks {
		c.Merge(later.checks[i])
	}
	e.cases.merge(later.cases)
	for k, n := range later.counts {
		e.counts[k] += n
	}
	e.loss.Events += later.loss.Events
	e.loss.Gaps += later.loss.Gaps
	for k, n := range later.loss.Kinds {
		if e.loss.Kinds == nil {
			e.loss.Kinds = map[string]uint64{}
		}
		e.loss.Kinds[k] += n
	}
	if e.events == 0 {
		e.first = later.first
	}
	e.events += later.events
	e.last = max(e.last, later.last)
	e.world = later.world
	for _, p := range e.passes {
		p.World = later.world
	}
	if e.tables == nil {
		e.tables = later.tables
	}
}

// report ends the checks and gathers what they found.
func (e *engine) report() *Report {
	for _, c := range e.checks {
		c.End()
	}
	r := &Report{Schema: Schema, Loss: e.loss, Findings: e.cases.fold()}
	r.Trace = Trace{
		Events: e.events, Start: Seconds(e.first), End: Seconds(e.last), Empty: e.world.Empty,
		Spaces: len(e.world.Spaces()),
	}
	if e.tables != nil {
		r.Trace.Streams = e.tables.Streams.Len()
	}
	for _, s := range e.world.Spaces() {
		r.Trace.Entities += s.Entities()
		r.Trace.Ticks += s.Ticks
	}
	found := map[string]bool{}
	for i := range r.Findings {
		found[r.Findings[i].Detector] = true
		for _, c := range r.Findings[i].Consequences {
			found[c.Detector] = true
		}
	}
	for i, d := range e.ds {
		r.Detectors = append(r.Detectors, d.Name)
		for _, reason := range e.passes[i].unknown {
			r.addUnknown(d.Name, reason)
		}
		if len(e.passes[i].unknown) == 0 && !found[d.Name] {
			r.Clean = append(r.Clean, d.Name)
		}
	}
	r.Metrics = e.metrics()
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	if r.Unknown == nil {
		r.Unknown = []Unknown{}
	}
	if r.Clean == nil {
		r.Clean = []string{}
	}
	return r
}

func (r *Report) addUnknown(detector, reason string) {
	r.Unknown = append(r.Unknown, Unknown{detector, reason})
	for i, name := range r.Clean {
		if name == detector {
			r.Clean = append(r.Clean[:i:i], r.Clean[i+1:]...)
			break
		}
	}
}

// UnknownBecause notes what makes a check unable to decide in whole: lost
// events of the given kinds, a start in mid-run, no view events at all.
func (p *Pass) UnknownBecause(kinds event.KindSet) {
	if p.Count(event.Enter)+p.Count(event.Leave)+p.Count(event.View) == 0 {
		p.Unknown("the trace has no enter, leave or view event: nothing is known of views")
	}
	if !p.World.Empty && p.Count(event.Enter)+p.Count(event.Leave) > 0 {
		p.Unknown("recording began in mid-run (no trace start=empty): what was so before is not known until an event says it")
	}
	if p.World.LostOf(kinds) {
		p.Unknown("%s", p.Lost())
	}
}

// Lost says what was lost and what that means.
func (p *Pass) Lost() string {
	places := "places"
	if p.World.Gaps == 1 {
		places = "place"
	}
	return fmt.Sprintf("%d events were lost in %d %s: what they may have touched is not judged", p.World.Lost, p.World.Gaps, places)
}

// Contract notes why geometry cannot be judged, and reports whether it can in
// at least one space.
func (p *Pass) Contract(kinds event.KindSet) bool {
	declared := false
	for _, s := range p.World.Spaces() {
		switch {
		case !s.Contract.Declared():
			p.Unknown("space %d declares no contract (space … enter=…): nothing says whom a watcher must see", s.ID)
		case s.Metrics.Evaluations == 0 && s.Contract.EvalMove:
			p.Unknown("space %d was never evaluated: no entity moved", s.ID)
		case s.Metrics.Evaluations == 0:
			p.Unknown("space %d promises agreement at the end of ticks, and the trace has no such tick of it", s.ID)
		default:
			declared = true
			if s.Periods() {
				p.Unknown("space %d has watchers with a period of their own: in which ticks their views are due is not known", s.ID)
			}
		}
	}
	if len(p.World.Spaces()) == 0 {
		p.Unknown("the trace has no space")
	}
	if declared {
		p.UnknownBecause(kinds)
	}
	return declared
}

// metrics returns the figures of all spaces together.
func (e *engine) metrics() Metrics {
	var m world.Metrics
	known := e.world.Empty && e.world.Lost == 0
	for _, s := range e.world.Spaces() {
		m.Add(&s.Metrics)
	}
	share := func(part, other uint64) *float64 {
		if part+other == 0 || !known || m.Evaluations == 0 {
			return nil
		}
		v := float64(part) / float64(part+other)
		return &v
	}
	count := func(n uint64) *float64 { v := float64(n); return &v }
	out := Metrics{
		{Name: "precision", Value: share(m.True, m.Extra), Doc: "of the pairs in view, the share within the leave radius, over all evaluations"},
		{Name: "recall", Value: share(m.True, m.Missing), Doc: "of the pairs that had to be in view, the share that was, over all evaluations"},
		{Name: "evaluations", Value: count(m.Evaluations), Doc: "how often views were held against positions"},
		{Name: "enters", Value: count(m.Enters), Doc: "views that gained a target"},
		{Name: "leaves", Value: count(m.Leaves), Doc: "views that lost a target"},
		{Name: "moves", Value: count(m.Moves), Doc: "moves of entities"},
	}
	for i := range out[:2] {
		if v := out[i].Value; v != nil && *v < 1 {
			out[i].Mark = fmt.Sprintf("%.4g: the views are not what the contract says", *v)
		}
	}
	for _, c := range e.checks {
		if x, ok := c.(interface{ Metrics() Metrics }); ok {
			out = append(out, x.Metrics()...)
		}
	}
	return out
}
