package trace

import (
	"encoding/binary"
	"math"

	"github.com/aoi-trace/aoi-trace/event"
)

// A numbering gives the names of one block numbers of their own, in the order
// in which the block first uses them.
type numbering struct {
	local []uint32 // by the number in the writer's tables; valid where round is the current one
	round []uint32
	now   uint32
	used  []uint32 // the numbers in the writer's tables, by local number
}

func (n *numbering) reset() {
	n.now++
	n.used = n.used[:0]
	if n.now == 0 {
		clear(n.round)
		n.now = 1
	}
}

// has reports whether the block uses name i.
func (n *numbering) has(i uint32) bool { return int(i) < len(n.round) && n.round[i] == n.now }

// add returns the block's number of name i.
func (n *numbering) add(i uint32) uint32 {
	if n.has(i) {
		return n.local[i]
	}
	for int(i) >= len(n.round) {
		n.round = append(n.round, 0)
		n.local = append(n.local, 0)
	}
	n.round[i], n.local[i] = n.now, uint32(len(n.used))
	n.used = append(n.used, i)
	return n.local[i]
}

// appendStrings appends the block's strings.
func appendStrings(dst []byte, t *event.Tables, strings *numbering) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(strings.used)))
	for _, s := range strings.used {
		dst = binary.AppendUvarint(dst, uint64(len(t.Strings.Name(s))))
	}
	for _, s := range strings.used {
		dst = append(dst, t.Strings.Name(s)...)
	}
	return dst
}

// appendColumns appends the columns of b. The numberings hold the strings and
// streams of b; counts says how many events there are of each kind.
func (c *encoder) appendColumns(dst []byte, b *event.Block, streams, strings *numbering, counts *[event.NumKinds]int) []byte {
	n := b.N
	var number [event.NumKinds]uint64 // of a kind among those that the block has
	have := uint64(0)
	for k := range counts {
		number[k] = have
		if counts[k] > 0 {
			have++
		}
	}
	v := room(c.vals, n)
	c.vals = v
	c.sort(b, counts)
	if have > 1 {
		for i, k := range b.Kind[:n] {
			v[i] = number[k]
		}
		dst = c.appendInts(dst, v)
	}
	if len(streams.used) > 1 {
		for i, s := range b.Stream[:n] {
			v[i] = uint64(streams.add(uint32(s)))
		}
		dst = c.appendInts(dst, v)
	}
	for i, t := range b.Time[:n] {
		v[i] = uint64(t)
	}
	dst = c.appendInts(dst, v)

	for k := event.Invalid + 1; k < event.NumKinds; k++ {
		if counts[k] > 0 {
			dst = c.appendKind(dst, b, k, strings)
		}
	}
	return dst
}

// sort fills c.rows with where the events of each kind are.
func (c *encoder) sort(b *event.Block, counts *[event.NumKinds]int) {
	c.all = room(c.all, b.N)
	at := 0
	for k, n := range counts {
		c.rows[k] = c.all[at : at : at+n]
		at += n
	}
	for i, k := range b.Kind[:b.N] {
		c.rows[k] = append(c.rows[k], uint32(i))
	}
}

// appendKind appends the columns of the events of one kind: which optional
// keys they have, then the values of each key.
func (c *encoder) appendKind(dst []byte, b *event.Block, kind event.Kind, strings *numbering) []byte {
	all := c.rows[kind]
	if kind.Optional() != 0 {
		v := c.vals[:len(all)]
		for i, row := range all {
			v[i] = uint64(b.Set[row])
		}
		dst = c.appendInts(dst, v)
	}
	c.links.on = false
	for i := range parts[kind] {
		p := &parts[kind][i]
		rows := all
		if p.bit != 0 {
			c.some = c.some[:0]
			for _, row := range rows {
				if b.Set[row]&p.bit != 0 {
					c.some = append(c.some, row)
				}
			}
			rows = c.some
		}
		if len(rows) == 0 {
			continue
		}
		v := c.vals[:len(rows)]
		gather(v, b, p, rows)
		switch {
		case p.float:
			dst = c.appendFloats(dst, v)
			continue
		case p.isText():
			for i, s := range v {
				if s != 0 {
					v[i] = uint64(strings.add(uint32(s))) + 1
				}
			}
		}
		if p.field == event.FieldEntity && linked[kind] {
			dst = c.appendIDs(dst, v)
			continue
		}
		dst = c.appendInts(dst, v)
	}
	return dst
}

// gather fills v with the part's values in rows.
func gather(v []uint64, b *event.Block, p *part, rows []uint32) {
	switch p.field {
	case event.FieldSpace:
		pick(v, b.Space, rows)
	case event.FieldEntity:
		pick(v, b.Entity, rows)
	case event.FieldTarget:
		pick(v, b.Target, rows)
	case event.FieldPos:
		pickAxis(v, b.Pos, rows, p.axis)
	case event.FieldMax:
		pickAxis(v, b.Max, rows, p.axis)
	case event.FieldMode:
		pick(v, b.Mode, rows)
	case event.FieldPhase:
		pick(v, b.Phase, rows)
	case event.FieldInt0, event.FieldInt1, event.FieldInt2:
		pick(v, b.Int[p.field-event.FieldInt0], rows)
	case event.FieldNum0, event.FieldNum1:
		col := b.Num[p.field-event.FieldNum0]
		for i, row := range rows {
			v[i] = math.Float64bits(col[row])
		}
	case event.FieldStr0, event.FieldStr1, event.FieldStr2:
		pick(v, b.Str[p.field-event.FieldStr0], rows)
	}
}

func pick[T ~uint8 | ~uint32 | ~uint64](v []uint64, col []T, rows []uint32) {
	for i, row := range rows {
		v[i] = uint64(col[row])
	}
}

func pickAxis(v []uint64, col []event.Vec, rows []uint32, axis uint8) {
	switch axis {
	case 0:
		for i, row := range rows {
			v[i] = math.Float64bits(col[row].X)
		}
	case 1:
		for i, row := range rows {
			v[i] = math.Float64bits(col[row].Y)
		}
	case 2:
		for i, row := range rows {
			v[i] = math.Float64bits(col[row].Z)
		}
	}
}
