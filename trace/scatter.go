package trace

import (
	"math"

	"github.com/aoi-trace/aoi-trace/event"
)

// scatter puts the part's values into rows, which count from first.
func scatter(b *event.Block, p *part, rows []uint32, first int, v []uint64) {
	switch p.field {
	case event.FieldSpace:
		lay(b.Space[first:], rows, v)
	case event.FieldEntity:
		lay(b.Entity[first:], rows, v)
	case event.FieldTarget:
		lay(b.Target[first:], rows, v)
	case event.FieldPos:
		layAxis(b.Pos[first:], rows, v, p.axis)
	case event.FieldMax:
		layAxis(b.Max[first:], rows, v, p.axis)
	case event.FieldMode:
		lay(b.Mode[first:], rows, v)
	case event.FieldPhase:
		lay(b.Phase[first:], rows, v)
	case event.FieldInt0, event.FieldInt1, event.FieldInt2:
		lay(b.Int[p.field-event.FieldInt0][first:], rows, v)
	case event.FieldNum0, event.FieldNum1:
		col := b.Num[p.field-event.FieldNum0][first:]
		for i, row := range rows {
			col[row] = math.Float64frombits(v[i])
		}
	case event.FieldStr0, event.FieldStr1, event.FieldStr2:
		lay(b.Str[p.field-event.FieldStr0][first:], rows, v)
	}
}

func lay[T ~uint8 | ~uint16 | ~uint32 | ~uint64](col []T, rows []uint32, v []uint64) {
	v = v[:len(rows)]
	for i, row := range rows {
		col[row] = T(v[i])
	}
}

func layAxis(col []event.Vec, rows []uint32, v []uint64, axis uint8) {
	v = v[:len(rows)]
	switch axis {
	case 0:
		for i, row := range rows {
			col[row].X = math.Float64frombits(v[i])
		}
	case 1:
		for i, row := range rows {
			col[row].Y = math.Float64frombits(v[i])
		}
	case 2:
		for i, row := range rows {
			col[row].Z = math.Float64frombits(v[i])
		}
	}
}

// optionalFields and requiredFields hold, for each kind, the fields of its
// optional and of its other keys.
var optionalFields, requiredFields = func() (optional, required [event.NumKinds]uint32) {
	for k := range parts {
		for _, p := range parts[k] {
			if p.bit != 0 {
				optional[k] |= 1 << p.field
			} else {
				required[k] |= 1 << p.field
			}
		}
	}
	return optional, required
}()

// clearFields zeroes fields, one bit each, of the events from first to end:
// what an event does not have is zero, as when it was parsed.
func clearFields(b *event.Block, fields uint32, first, end int) {
	for f := event.FieldSpace; f < event.FieldDetail; f++ {
		if fields>>f&1 == 0 {
			continue
		}
		switch f {
		case event.FieldSpace:
			clear(b.Space[first:end])
		case event.FieldEntity:
			clear(b.Entity[first:end])
		case event.FieldTarget:
			clear(b.Target[first:end])
		case event.FieldPos:
			clear(b.Pos[first:end])
		case event.FieldMax:
			clear(b.Max[first:end])
		case event.FieldMode:
			clear(b.Mode[first:end])
		case event.FieldPhase:
			clear(b.Phase[first:end])
		case event.FieldInt0, event.FieldInt1, event.FieldInt2:
			clear(b.Int[f-event.FieldInt0][first:end])
		case event.FieldNum0, event.FieldNum1:
			clear(b.Num[f-event.FieldNum0][first:end])
		case event.FieldStr0, event.FieldStr1, event.FieldStr2:
			clear(b.Str[f-event.FieldStr0][first:end])
		}
	}
}
