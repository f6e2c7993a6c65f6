package render

import (
	"strings"

	"github.com/aoi-trace/aoi-trace/event"
)

// Heading writes a name and what it is.
func (p *Page) Heading(name, what string) {
	p.Printf("%s  %s\n\n", p.bold(name), p.faint("("+what+")"))
}

// Kind writes what a kind of event means and which keys it has.
func (p *Page) Kind(spec *event.Spec) {
	p.Printf("%s\n", strings.ToUpper(spec.Doc[:1])+spec.Doc[1:]+".")
	if len(spec.Keys) == 0 {
		return
	}
	p.Print("\n")
	rows := make([][]string, 0, len(spec.Keys))
	for i := range spec.Keys {
		k := &spec.Keys[i]
		need := ""
		if k.Required {
			need = "always"
		}
		rows = append(rows, []string{k.Name + "=", ValueOf(k), need, k.Doc})
	}
	p.Table([]Column{{Name: "key"}, {Name: "value"}, {Name: "there"}, {Name: "meaning"}}, rows)
}

// ValueOf says how the value of a key is written.
func ValueOf(k *event.Key) string {
	switch k.Type {
	case event.UintType:
		return "whole number"
	case event.FloatType:
		return "number"
	case event.VecType:
		return "x,y,z"
	case event.RegionType:
		return "minx,miny,minz,maxx,maxy,maxz"
	case event.StringType:
		return "text"
	case event.StreamType:
		return "stream"
	case event.IDsType:
		return "ids: 7,8,9"
	case event.CountsType:
		return "counts: enter:3,move:9"
	case event.EnumType:
		return strings.Join(k.Enum, ", ")
	case event.BoolType:
		return "true, false"
	case event.TimeType:
		return "seconds"
	case event.Hex64Type:
		return "16 hex digits"
	case event.Hex128Type:
		return "32 hex digits"
	case event.EveryType:
		return "move, or tick:N"
	case event.SpanType:
		return "seconds, or tick:N"
	}
	return "unknown"
}
