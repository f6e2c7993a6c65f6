package trace

import (
	"encoding/binary"
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
		same, v, after := constant(data)
		if same {
			data, d.vals[0] = after, v
		} else if data, err = d.readInts(data, d.vals); err != nil {
			return nil, err
		}
		if common, union, err = spread(set, all, d.vals, optional, same); err != nil {
			return nil, err
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

// constant reports whether the column that data begins with is one value, and
// returns that and what follows the column.
func constant(data []byte) (is bool, v uint64, rest []byte) {
	codec, body, rest, err := column(data)
	if err != nil || codec != codecConst {
		return false, 0, nil
	}
	v, k := binary.Uvarint(body)
	return k > 0 && k == len(body), v, rest
}

// spread puts the sets in v, or only its first if they are all the same, into
// rows of set, where nothing is set, and returns which keys all events have
// and which any has.
func spread(set []event.Set, rows []uint32, v []uint64, optional event.Set, same bool) (common, union event.Set, err error) {
	if same {
		v = v[:1]
	}
	all, any := v[0], v[0]
	for _, x := range v {
		all &= x
		any |= x
	}
	if any&^uint64(optional) != 0 {
		return 0, 0, fmt.Errorf("events have keys that are not known: %#x", any&^uint64(optional))
	}
	switch {
	case any == 0:
	case same:
		for _, row := range rows {
			set[row] = event.Set(any)
		}
	default:
		lay(set, rows, v)
	}
	return event.Set(all), event.Set(any), nil
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
