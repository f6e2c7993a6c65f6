package trace

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// names holds what the numbers of a block mean in the reader's tables.
type names struct {
	streams []event.StreamID
	strings []event.Str // number 0 is ""
}

// readPayload appends the events of a block to b, after the n0 that are
// there, all of which b has room for. Seq is left to the caller.
func (d *decoder) readPayload(data []byte, m *blockMeta, ns *names, check *event.Checker, b *event.Block) error {
	data, err := d.readStrings(data, ns, b.Tables)
	if err != nil {
		return fmt.Errorf("strings: %w", err)
	}
	first, end := b.N, b.N+m.events
	if data, err = d.readKinds(data, m, b.Kind[first:end]); err != nil {
		return fmt.Errorf("kinds: %w", err)
	}
	if data, err = d.readStreams(data, ns, b.Stream[first:end]); err != nil {
		return fmt.Errorf("streams: %w", err)
	}
	if data, err = d.readTimes(data, m, b.Time[first:end]); err != nil {
		return fmt.Errorf("times: %w", err)
	}
	clear(b.Set[first:end])
	maybe := uint32(0) // fields that an event has or has not
	for k, n := range m.counts {
		if n > 0 {
			b.Need(event.Kind(k).Fields())
			maybe |= optionalFields[k]
		}
	}
	clearFields(b, maybe, first, end)
	for k, n := range m.counts {
		if n == 0 {
			continue
		}
		if data, err = d.readKind(data, event.Kind(k), ns, check, b, first); err != nil {
			return fmt.Errorf("%v: %w", event.Kind(k), err)
		}
	}
	if len(data) > 0 {
		return fmt.Errorf("%d bytes follow the last column", len(data))
	}
	b.N = end
	return nil
}

func (d *decoder) readStrings(data []byte, ns *names, t *event.Tables) ([]byte, error) {
	c := cursor{b: data}
	n := int(c.number(uint64(min(len(data), maxStrings))))
	d.lengths = d.lengths[:0]
	total := uint64(0)
	for range n {
		l := c.number(maxStrings)
		total += l
		d.lengths = append(d.lengths, l)
		if c.err != nil || total > maxStrings {
			break
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	if total > maxStrings || total > uint64(len(c.b)) {
		return nil, fmt.Errorf("%d bytes are claimed: at most %d are possible and %d are there", total, maxStrings, len(c.b))
	}
	ns.strings = append(ns.strings[:0], 0)
	for _, l := range d.lengths {
		ns.strings = append(ns.strings, event.Str(t.Strings.AddBytes(c.b[:l])))
		c.b = c.b[l:]
	}
	return c.b, nil
}

// readKinds fills out and, for each kind, d.rows with where its events are.
func (d *decoder) readKinds(data []byte, m *blockMeta, out []event.Kind) (_ []byte, err error) {
	n := len(out)
	var kinds [event.NumKinds]event.Kind
	have := 0
	for k, count := range m.counts {
		if count > 0 {
			kinds[have] = event.Kind(k)
			have++
		}
	}
	if have == 1 {
		for i := range out {
			out[i] = kinds[0]
		}
		d.all = room(d.all, n)
		for i := range d.all {
			d.all[i] = uint32(i)
		}
		d.rows[kinds[0]] = d.all
		return data, nil
	}
	d.vals = room(d.vals, n)
	if data, err = d.readInts(data, d.vals); err != nil {
		return nil, err
	}
	d.all = room(d.all, n)
	var next, stop [event.NumKinds]int
	at := 0
	for i := range have {
		next[i] = at
		at += m.counts[kinds[i]]
		stop[i] = at
		d.rows[kinds[i]] = d.all[next[i]:at]
	}
	for i, v := range d.vals {
		if v >= uint64(have) || next[v] == stop[v] {
			return nil, errors.New("the events do not agree with their counts")
		}
		d.all[next[v]] = uint32(i)
		next[v]++
		out[i] = kinds[v]
	}
	return data, nil
}

func (d *decoder) readStreams(data []byte, ns *names, out []event.StreamID) (_ []byte, err error) {
	if len(ns.streams) == 1 {
		for i := range out {
			out[i] = ns.streams[0]
		}
		return data, nil
	}
	d.vals = room(d.vals, len(out))
	if data, err = d.readInts(data, d.vals); err != nil {
		return nil, err
	}
	for i, v := range d.vals {
		if v >= uint64(len(ns.streams)) {
			return nil, fmt.Errorf("there is no stream %d", v)
		}
		out[i] = ns.streams[v]
	}
	return data, nil
}

func (d *decoder) readTimes(data []byte, m *blockMeta, out []time.Duration) (_ []byte, err error) {
	d.vals = room(d.vals, len(out))
	if data, err = d.readInts(data, d.vals); err != nil {
		return nil, err
	}
	least, most := uint64(math.MaxUint64), uint64(0)
	for i, v := range d.vals {
		least, most = min(least, v), max(most, v)
		out[i] = time.Duration(v)
	}
	if least != uint64(m.min) || most != uint64(m.max) {
		return nil, errors.New("they do not agree with the block's time range")
	}
	return data, nil
}

// readKind reads the columns of the events of kind k, whose rows count from
// first.
func (d *decoder) readKind(data []byte, k event.Kind, ns *names, check *event.Checker, b *event.Block, first int) (_ []byte, err error) {
	all := d.rows[k]
	d.links = d.links[:0]
	set := b.Set[first:]
	common := event.Set(0) // keys that every event has
	union := event.Set(0)
	if optional := k.Optional(); optional != 0 {
		d.vals = room(d.vals, len(all))
		if data, err = d.readInts(data, d.vals); err != nil {
			return nil, err
		}
		common = optional
		for i, v := range d.vals {
			if v&^uint64(optional) != 0 {
				return nil, fmt.Errorf("an event has keys that are not known: %#x", v)
			}
			set[all[i]] = event.Set(v)
			common &= event.Set(v)
			union |= event.Set(v)
		}
	}
	for i := range parts[k] {
		p := &parts[k][i]
		rows := all
		if p.bit&^common != 0 {
			if p.bit&union == 0 {
				continue
			}
			d.some = d.some[:0]
			for _, row := range all {
				if set[row]&p.bit != 0 {
					d.some = append(d.some, row)
				}
			}
			rows = d.some
		}
		v := room(d.vals, len(rows))
		d.vals = v
		if p.float {
			data, err = d.readFloats(data, v)
		} else if p.field == event.FieldEntity && linked[k] {
			data, err = d.readIDs(data, v)
		} else {
			data, err = d.readInts(data, v)
		}
		if err != nil {
			return nil, fmt.Errorf("field %d: %w", p.field, err)
		}
		if p.isText() {
			err = d.readTexts(v, k, p, ns, check)
		} else if p.max != math.MaxUint64 {
			err = limit(v, p.max)
		}
		if err != nil {
			return nil, fmt.Errorf("field %d: %w", p.field, err)
		}
		scatter(b, p, rows, first, v)
	}
	return data, nil
}

// readTexts turns numbers of the block's strings into those of the tables.
func (d *decoder) readTexts(v []uint64, k event.Kind, p *part, ns *names, check *event.Checker) error {
	last, lastText := uint64(0), event.Str(0)
	for i, s := range v {
		if s != last {
			if s >= uint64(len(ns.strings)) {
				return fmt.Errorf("there is no string %d", s)
			}
			last, lastText = s, ns.strings[s]
			if err := check.Text(k, p.field, lastText); err != nil {
				return err
			}
		}
		v[i] = uint64(lastText)
	}
	return nil
}

func limit(v []uint64, most uint64) error {
	for _, x := range v {
		if x > most {
			return fmt.Errorf("%d where at most %d is possible", x, most)
		}
	}
	return nil
}

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

func lay[T ~uint8 | ~uint32 | ~uint64](col []T, rows []uint32, v []uint64) {
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

// optionalFields holds, for each kind, the fields of its optional keys.
var optionalFields = func() (m [event.NumKinds]uint32) {
	for k := range parts {
		for _, p := range parts[k] {
			if p.bit != 0 {
				m[k] |= 1 << p.field
			}
		}
	}
	return m
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
