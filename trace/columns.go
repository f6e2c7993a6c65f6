package trace

import (
	"math"

	"github.com/aoi-trace/aoi-trace/event"
)

// A part is one column of a kind: a number of each of its events that have
// the key. Most keys are one part; a position is three.
type part struct {
	bit   event.Set // of an optional key
	field event.Field
	axis  uint8 // 0 to 2 for x to z of a Vec
	float bool
	max   uint64 // the largest value possible
}

// parts holds the columns of each kind in the order in which they are written.
var parts = func() (ps [event.NumKinds][]part) {
	for k := event.Invalid + 1; k < event.NumKinds; k++ {
		detailed := false
		for i, key := range event.Kinds[k].Keys {
			p := part{field: key.Field, max: math.MaxUint64}
			if !key.Required {
				p.bit = 1 << i
			}
			switch {
			case key.Field == event.FieldDetail:
				if !detailed {
					ps[k] = append(ps[k], part{field: event.FieldStr0, max: math.MaxUint64})
				}
				detailed = true
				continue
			case key.Type == event.VecType || key.Type == event.RegionType:
				p.float = true
				for p.axis = range uint8(3) {
					ps[k] = append(ps[k], p)
				}
				if key.Type == event.RegionType {
					p.field = event.FieldMax
					for p.axis = range uint8(3) {
						ps[k] = append(ps[k], p)
					}
				}
				continue
			case key.Type == event.Hex128Type:
				ps[k] = append(ps[k], p)
				p.field++
			case key.Type == event.FloatType:
				p.float = true
			case key.Type == event.EnumType:
				p.max = uint64(len(key.Enum) - 1)
			case key.Type == event.BoolType:
				p.max = 1
			case key.Type == event.TimeType:
				p.max = uint64(event.MaxTime)
			}
			ps[k] = append(ps[k], p)
		}
	}
	return ps
}()

// isText reports whether the part's numbers are numbers of strings.
func (p *part) isText() bool { return p.field >= event.FieldStr0 }

func (p *part) isEnum() bool { return p.field == event.FieldMode || p.field == event.FieldPhase }

// linked says which kinds have an entity and its position in every event.
var linked = func() (is [event.NumKinds]bool) {
	for k := range parts {
		var fields uint32
		for _, p := range parts[k] {
			if p.bit == 0 {
				fields |= 1 << p.field
			}
		}
		is[k] = fields>>event.FieldEntity&1 != 0 && fields>>event.FieldPos&1 != 0
	}
	return is
}()
