package analyze

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/world"
)

// A Pass connects a Check to the engine.
type Pass struct {
	World *world.World // read only

	detector *Detector
	cases    *cases
	tables   *event.Tables
	counts   *[event.NumKinds]uint64
	unknown  []string
}

// A Case is one occurrence of an anomaly. Cases of one detector, space and
// signature fold into one Finding.
type Case struct {
	Space     *world.Space
	W, T      *world.Entity // the pair, or W alone for an anomaly of one entity
	Signature string        // what tells this defect from others of the detector: "teleport"
	Relation  world.Relation
	Likely    bool   // a heuristic: never certain
	Undecided bool   // the contract leaves it open: not reported
	Because   string // the detector whose case on the same pair this one follows from
	At        event.Ref
	Start     time.Duration
	End       time.Duration // 0 while it lasts

	// Message and Evidence are called when the case is kept, at once.
	Message  func() string
	Evidence func() []Evidence
}

// A Kept is a case that the engine keeps; its End may still be set.
type Kept struct {
	detector  *Detector
	space     uint64
	process   string
	w, t      uint64
	pair      bool
	signature string
	relation  world.Relation
	likely    bool
	because   string
	start     time.Duration
	end       time.Duration
	at        event.Ref
	message   string
	evidence  []Evidence
	claim     *world.Claim
	root      *Kept
}

// Close says that the case lasted until t.
func (k *Kept) Close(t time.Duration) {
	if k != nil {
		k.end = t
	}
}

// Report reports one case. It returns nil when the engine only counts it,
// because the detector has reported very many.
func (p *Pass) Report(c Case) *Kept { return p.cases.add(p, c) }

// Unknown says why the check could not decide, wholly or in part.
func (p *Pass) Unknown(format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	for _, r := range p.unknown {
		if r == reason {
			return
		}
	}
	p.unknown = append(p.unknown, reason)
}

// Count returns how many events of kind k came.
func (p *Pass) Count(k event.Kind) uint64 { return p.counts[k] }

// Evidence returns e as evidence, and what it shows.
func (p *Pass) Evidence(e event.Event, why string, args ...any) Evidence {
	return Evidence{
		Stream: p.tables.StreamName(e.Stream), Seq: e.Seq, Time: Seconds(e.Time),
		Text: string(event.AppendBody(nil, p.tables, &e)), Why: fmt.Sprintf(why, args...),
	}
}

// maxKept is how many cases of a detector are kept whole; further ones are
// counted in the finding that they belong to.
const maxKept = 10_000

// cases collects what the checks of one run report.
type cases struct {
	kept  []*Kept
	byDet map[*Detector]int
	more  map[foldKey]*overflow
	ran   map[string]bool // the detectors of the run
	// follow counts consequences that are not kept.
	follow map[followKey]int
}

// followKey names a consequence: the defect that it follows from, and its
// detector.
type followKey struct {
	cause    foldKey
	detector string
}

// causeFold names the defect that the case follows from, by what the case
// itself knows of it.
func (k *Kept) causeFold() foldKey { return foldKey{k.because, k.process, k.space, k.signature} }

type overflow struct {
	count int
	end   time.Duration
}

func newCases(ds []*Detector) *cases {
	cs := &cases{
		byDet: map[*Detector]int{}, more: map[foldKey]*overflow{},
		ran: map[string]bool{}, follow: map[followKey]int{},
	}
	for _, d := range ds {
		cs.ran[d.Name] = true
	}
	return cs
}

func (cs *cases) add(p *Pass, c Case) *Kept {
	if c.Undecided || c.Relation == world.Unordered {
		return nil
	}
	d := p.detector
	k := &Kept{
		detector: d, space: c.Space.ID, process: c.Space.Process, signature: c.Signature,
		relation: c.Relation, likely: c.Likely, because: c.Because,
		start: c.Start, end: c.End, at: c.At,
	}
	k.w = c.W.ID
	if c.T != nil {
		k.t, k.pair = c.T.ID, true
	}
	if c.Because != "" && !cs.ran[c.Because] {
		k.because = ""
	}
	if k.because != "" && cs.byDet[d] >= maxKept/2 {
		cs.follow[followKey{k.causeFold(), d.Name}]++
		return nil
	}
	if cs.byDet[d] >= maxKept {
		o := cs.more[k.fold()]
		if o == nil {
			o = &overflow{}
			cs.more[k.fold()] = o
		}
		o.count++
		o.end = max(o.end, c.Start, c.End)
		return nil
	}
	cs.byDet[d]++
	k.message, k.evidence = c.Message(), c.Evidence()
	slices.SortStableFunc(k.evidence, func(a, b Evidence) int { return cmp.Compare(a.Time, b.Time) })
	if !c.Likely && c.Relation == world.Sure {
		k.claim = p.World.Claim(c.Space, c.W, c.T, c.At, c.Start)
	}
	cs.kept = append(cs.kept, k)
	return k
}

// merge appends what later collected.
func (cs *cases) merge(later *cases) {
	for d, n := range later.byDet {
		cs.byDet[d] += n
	}
	for k, o := range later.more {
		if mine := cs.more[k]; mine != nil {
			mine.count += o.count
			mine.end = max(mine.end, o.end)
		} else {
			cs.more[k] = o
		}
	}
	for k, n := range later.follow {
		cs.follow[k] += n
	}
	cs.kept = append(cs.kept, later.kept...)
}
