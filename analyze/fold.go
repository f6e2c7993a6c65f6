package analyze

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/aoi-trace/aoi-trace/world"
)

// foldKey names a defect: cases that share it fold into one finding.
type foldKey struct {
	detector  string
	process   string
	space     uint64
	signature string
}

func (k *Kept) fold() foldKey { return foldKey{k.detector.Name, k.process, k.space, k.signature} }

func (f foldKey) fingerprint() string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\x00%s\x00%d\x00%s", f.detector, f.process, f.space, f.signature)
	return fmt.Sprintf("%016x", h.Sum64())
}

// verdict returns how sure the case is, and whether it is one at all: what
// concurrent streams may have done in another order is not reported.
func (k *Kept) verdict() (Verdict, bool) {
	rel := min(k.relation, k.claim.Holds())
	switch {
	case rel == world.Unordered:
		return Likely, false
	case rel == world.Sure && !k.likely:
		return Certain, true
	}
	return Likely, true
}

type pairID struct {
	process string
	space   uint64
	w, t    uint64
}

// maxRelated is how many cases of a pair a case is held against.
const maxRelated = 64

// relate makes each case a consequence of the highest that stands above it on
// the same pair at the same time, whatever the order in which they came.
func (cs *cases) relate() {
	slices.SortFunc(cs.kept, compare)
	pairs := map[pairID][]*Kept{}
	for _, k := range cs.kept {
		k.root = nil
		if _, ok := k.verdict(); ok && k.pair {
			id := pairID{k.process, k.space, k.w, k.t}
			pairs[id] = append(pairs[id], k)
		}
	}
	for _, list := range pairs {
		for i, k := range list {
			for _, above := range list[max(0, i-maxRelated):min(len(list), i+maxRelated)] {
				if above.detector.Rank > k.detector.Rank && overlap(above, k) &&
					(k.root == nil || above.detector.Rank > k.root.detector.Rank) {
					k.root = above
				}
			}
		}
	}
}

// compare is the order of cases: by start, those that stand highest first.
func compare(a, b *Kept) int {
	return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.detector.Rank, a.detector.Rank),
		cmp.Compare(a.detector.Name, b.detector.Name), cmp.Compare(a.process, b.process), cmp.Compare(a.space, b.space),
		cmp.Compare(a.w, b.w), cmp.Compare(a.t, b.t), cmp.Compare(a.at.Stream, b.at.Stream), cmp.Compare(a.at.Seq, b.at.Seq))
}

// overlap reports whether the two were there at one time.
func overlap(a, b *Kept) bool {
	return (a.end == 0 || a.end >= b.start) && (b.end == 0 || b.end >= a.start)
}

// maxAlso is how many further pairs a finding names.
const maxAlso = 8

// A group is a finding in the making.
type group struct {
	key     foldKey
	first   *Kept
	verdict Verdict
	count   int
	end     time.Duration
	pairs   map[[2]uint64]int
	follow  map[string]*Consequence
}

// groups are the findings of a run in the making. A defect that only follows
// from another has that one's group.
type groups struct {
	of    map[foldKey]*group
	any   map[foldKey]*group // by detector and space alone
	order []*group
}

func (f foldKey) anywhere() foldKey {
	f.signature = ""
	return f
}

// find returns the group of a defect, or of another of its detector and
// space, or nil.
func (gs *groups) find(f foldKey) *group {
	if g := gs.of[f]; g != nil {
		return g
	}
	return gs.any[f.anywhere()]
}

// stand adds a case that stands by itself.
func (gs *groups) stand(k *Kept, v Verdict) {
	key := k.fold()
	g := gs.of[key]
	if g == nil || g.key != key {
		g = &group{key: key, pairs: map[[2]uint64]int{}, follow: map[string]*Consequence{}}
		gs.of[key] = g
		gs.order = append(gs.order, g)
	}
	if gs.any[key.anywhere()] == nil {
		gs.any[key.anywhere()] = g
	}
	if g.first == nil || v > g.verdict || v == g.verdict && k.before(g.first) {
		g.first, g.verdict = k, v
	}
	g.count++
	g.end = max(g.end, k.start, k.end)
	g.pairs[[2]uint64{k.w, k.t}]++
}

// hang adds a case that follows from g.
func (gs *groups) hang(g *group, k *Kept) {
	c := g.follow[k.detector.Name]
	if c == nil {
		c = &Consequence{Detector: k.detector.Name, Message: k.message}
		g.follow[k.detector.Name] = c
	}
	c.Count++
	if key := k.fold(); gs.of[key] == nil {
		gs.of[key] = g // what follows from the case follows from g
	}
}

// fold makes findings of the cases, sorted by their start, then by detector.
func (cs *cases) fold() []Finding {
	cs.relate()
	gs := &groups{of: map[foldKey]*group{}, any: map[foldKey]*group{}}
	var rooted, because []*Kept
	verdicts := map[*Kept]Verdict{}
	for _, k := range cs.kept {
		v, ok := k.verdict()
		if !ok {
			continue
		}
		verdicts[k] = v
		switch {
		case k.standingRoot() != nil:
			rooted = append(rooted, k)
		case k.because != "":
			because = append(because, k)
		default:
			gs.stand(k, v)
		}
	}
	// A root that follows from something itself has its group only after that.
	hang := func(k *Kept) bool {
		g := gs.of[k.standingRoot().fold()]
		if g != nil {
			gs.hang(g, k)
		}
		return g != nil
	}
	rooted = slices.DeleteFunc(rooted, hang)
	// Higher ranks first: what follows from them may be a cause itself.
	sort.SliceStable(because, func(i, j int) bool { return because[i].detector.Rank > because[j].detector.Rank })
	for _, k := range because {
		if g := gs.find(k.causeFold()); g != nil {
			gs.hang(g, k)
		} else {
			gs.stand(k, verdicts[k])
		}
	}
	for _, k := range rooted {
		hang(k)
	}
	for key, n := range cs.follow {
		if g := gs.find(key.cause); g != nil && g.follow[key.detector] != nil {
			g.follow[key.detector].Count += n
		}
	}
	var out []Finding
	for _, g := range gs.order {
		out = append(out, cs.finding(g))
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := &out[i], &out[j]
		switch {
		case a.Start != b.Start:
			return a.Start < b.Start
		case a.Detector != b.Detector:
			return a.Detector < b.Detector
		}
		return a.Fingerprint < b.Fingerprint
	})
	return out
}

func (cs *cases) finding(g *group) Finding {
	if o := cs.more[g.key]; o != nil {
		g.count += o.count
		g.end = max(g.end, o.end)
	}
	f := Finding{
		Detector: g.key.detector, Verdict: g.verdict, Message: g.first.message, Space: g.key.space,
		Entities: g.first.entities(), Start: Seconds(g.first.start), End: Seconds(g.end),
		Evidence: g.first.evidence, Count: g.count, Pairs: len(g.pairs),
		Also: also(g.pairs, g.first), Fingerprint: g.key.fingerprint(),
	}
	for _, c := range g.follow {
		f.Consequences = append(f.Consequences, *c)
	}
	sort.Slice(f.Consequences, func(i, j int) bool { return f.Consequences[i].Detector < f.Consequences[j].Detector })
	return f
}

// standingRoot returns the case at the end of the chain of roots, if it is
// reported, or nil.
func (k *Kept) standingRoot() *Kept {
	top := k.top()
	if top == nil {
		return nil
	}
	if _, ok := top.verdict(); !ok {
		return nil
	}
	return top
}

// top returns the case at the end of the chain of consequences, or nil.
func (k *Kept) top() *Kept {
	if k.root == nil {
		return nil
	}
	top := k.root
	for range 8 { // ranks rise along the chain, so it is short
		if top.root == nil {
			break
		}
		top = top.root
	}
	return top
}

func (k *Kept) before(o *Kept) bool {
	switch {
	case k.start != o.start:
		return k.start < o.start
	case k.w != o.w:
		return k.w < o.w
	}
	return k.t < o.t
}

func (k *Kept) entities() []string {
	e := []string{strconv.FormatUint(k.w, 10)}
	if k.pair {
		e = append(e, strconv.FormatUint(k.t, 10))
	}
	return e
}

// also names the pairs besides the first, those with most cases first.
func also(pairs map[[2]uint64]int, first *Kept) []string {
	type entry struct {
		id [2]uint64
		n  int
	}
	var list []entry
	for id, n := range pairs {
		if id != [2]uint64{first.w, first.t} {
			list = append(list, entry{id, n})
		}
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		switch {
		case a.n != b.n:
			return a.n > b.n
		case a.id[0] != b.id[0]:
			return a.id[0] < b.id[0]
		}
		return a.id[1] < b.id[1]
	})
	var out []string
	for _, e := range list[:min(len(list), maxAlso)] {
		s := strconv.FormatUint(e.id[0], 10)
		if first.pair {
			s += "→" + strconv.FormatUint(e.id[1], 10)
		}
		if e.n > 1 {
			s += " ×" + strconv.Itoa(e.n)
		}
		out = append(out, s)
	}
	return out
}
