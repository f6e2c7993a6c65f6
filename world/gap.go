package world

import (
	"strconv"
	"strings"

	"github.com/aoi-trace/aoi-trace/event"
)

// gap makes unknown what its lost events may have changed.
func (w *World) gap(b *event.Block, i int) {
	const crash = 1 // of overflow, crash, damage, off
	lost := b.Int[0][i]
	if b.Set[i]&gapWhy != 0 && b.Mode[i] == crash {
		w.stream(b.Stream[i]).crashed = true
	}
	if lost == 0 {
		return
	}
	w.Lost += lost
	w.Gaps++
	g := gapAt{ref: event.Ref{Stream: b.Stream[i], Seq: b.Seq[i]}}
	g.lost = allClasses
	kinds := event.AllKinds
	if b.Set[i]&gapKinds != 0 {
		kinds = countedKinds(b.Text(b.Str[0][i]), lost)
		for c := range g.lost {
			g.lost[c] = kinds&classKinds[c] != 0
		}
	}
	w.lostKinds |= kinds
	w.gaps.all = append(w.gaps.all, g)
	for c, lost := range g.lost {
		if lost {
			w.gaps.count[c]++
		}
	}
	w.lostOperations(b, i, kinds)
	if g.lost != [numClasses]bool{} {
		for _, c := range w.allClaims {
			// What was lost came after the stream's event before the gap.
			w.breakIfUnordered(c, b.Stream[i], b.Time[i])
		}
	}
}

// lostOperations keeps the depth of the stream's operations across a gap.
func (w *World) lostOperations(b *event.Block, i int, kinds event.KindSet) {
	if !kinds.Has(event.Begin) && !kinds.Has(event.End) {
		return
	}
	st := w.stream(b.Stream[i])
	st.dirty = st.dirty[:0] // each is evaluated before it changes again
	if kinds == event.AllKinds {
		st.depth, st.blurred = 0, true
		return
	}
	text := b.Text(b.Str[0][i])
	st.depth = max(0, st.depth+countOf(text, event.Begin)-countOf(text, event.End))
}

// LostOf reports whether a gap may have lost an event of one of the kinds.
func (w *World) LostOf(kinds event.KindSet) bool { return w.lostKinds&kinds != 0 }

// gapLedger counts the gaps that came, by what they may have lost.
type gapLedger struct {
	count  [numClasses]uint32
	all    []gapAt
	cached []knownGaps // by stream
}

type gapAt struct {
	ref  event.Ref
	lost [numClasses]bool
}

type knownGaps struct {
	gaps  int
	edges uint32
	all   [numClasses]bool // all gaps of the class are surely before
}

// known returns how many gaps of class c there were, if all of them are
// surely before the present event of stream s.
func (g *gapLedger) known(w *World, s event.StreamID, c class) uint32 {
	if len(g.all) == 0 {
		return 0
	}
	for int(s) >= len(g.cached) {
		g.cached = append(g.cached, knownGaps{gaps: -1})
	}
	k := &g.cached[s]
	if edges := w.Clocks.Edges(s); k.gaps != len(g.all) || k.edges != edges {
		*k = knownGaps{len(g.all), edges, allClasses}
		for _, gap := range g.all {
			if !w.Clocks.Before(gap.ref, s) {
				for c := range k.all {
					k.all[c] = k.all[c] && !gap.lost[c]
				}
			}
		}
	}
	if k.all[c] {
		return g.count[c]
	}
	return someGapUnordered
}

// countedKinds returns the kinds that a gap's kinds= counts, or all of them
// if the counts do not add up to what was lost.
func countedKinds(text string, lost uint64) event.KindSet {
	var set event.KindSet
	var sum uint64
	for _, part := range strings.Split(text, ",") {
		name, n, _ := strings.Cut(part, ":")
		k, ok := event.KindNamed(name)
		v, err := strconv.ParseUint(n, 10, 64)
		if !ok || err != nil {
			return event.AllKinds
		}
		set |= event.SetOf(k)
		sum += v
	}
	if sum != lost {
		return event.AllKinds
	}
	return set
}

// countOf returns how many events of kind k a gap's kinds= counts.
func countOf(text string, k event.Kind) int {
	for _, part := range strings.Split(text, ",") {
		if name, n, _ := strings.Cut(part, ":"); name == k.String() {
			v, _ := strconv.ParseInt(n, 10, 32)
			return int(v)
		}
	}
	return 0
}

var (
	gapWhy   = event.Gap.Bit("why")
	gapKinds = event.Gap.Bit("kinds")
)
