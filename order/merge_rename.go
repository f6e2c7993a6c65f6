package order

import "github.com/aoi-trace/aoi-trace/event"

// Rename gives every string that the merger holds the number that to returns
// for it, because the tables' strings were numbered anew. Streams keep their
// numbers.
func (m *Merger) Rename(to func(event.Str) event.Str) {
	for _, s := range m.byName {
		for i := range s.n {
			e := s.at(i)
			for k, str := range e.Str {
				if str != 0 {
					e.Str[k] = to(str)
				}
			}
		}
	}
	for _, p := range m.procs {
		p.locks = p.locks.renamed(to)
		p.channels = p.channels.renamed(to)
		p.objects = p.objects.renamed(to)
	}
}

func (es mergeEdges) renamed(to func(event.Str) event.Str) mergeEdges {
	var out mergeEdges
	for i, x := range es {
		if x == nil {
			continue
		}
		n := event.Str(i)
		if n != 0 {
			n = to(n)
		}
		for int(n) >= len(out) {
			out = append(out, nil)
		}
		out[n] = x
	}
	return out
}
