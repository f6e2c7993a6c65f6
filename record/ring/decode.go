package ring

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

// record decodes the record at i and returns where the next begins. A record
// begins below size and is shorter than the slack, which get never leaves:
// whatever the bytes are, nothing is read outside r.data.
func (r *Reader) record(i int) (int, error) {
	b := r.data
	op := b[i]
	i++
	code := op
	if op >= opMove {
		code = byte(event.Move)
	} else {
		code &^= sameTime
	}
	switch code {
	case opSync, opTime, opPiece, opGap, opSpace, opSwitch, opString:
		return r.control(code, i)
	}
	if op&sameTime == 0 {
		var d uint64
		d, i = get(b, i)
		r.stamp += d
	}
	if code == opStream {
		return r.begin(i)
	}
	s := r.stream
	if s == nil {
		return 0, r.fail("an event comes before its stream")
	}
	e := &r.ev
	*e = event.Event{Kind: event.Kind(code), Stream: s.id}
	if t := r.at(r.stamp); t > s.mono {
		s.mono = t
	}
	e.Time = time.Duration(s.mono)
	switch {
	case op >= opMove:
		e.Entity, i = r.id(lastEntity, i)
		e.Pos, i = position(b, op, i)
	case code == byte(event.Enter) || code == byte(event.Leave):
		e.Entity, i = r.id(lastWatcher, i)
		e.Target, i = r.id(lastTarget, i)
	default:
		if code == opEvent {
			e.Kind = event.Kind(b[i])
			var set uint64
			set, i = get(b, i+1)
			if e.Kind.Spec() == nil || set>>len(event.Kinds[e.Kind].Keys) != 0 {
				return 0, r.fail("there is no event of kind %d with keys %#x", e.Kind, set)
			}
			e.Set = event.Set(set)
		} else if e.Kind.Spec() == nil {
			return 0, r.fail("there is no record %d", op)
		} else {
			e.Set = usual[code]
		}
		var err error
		if i, err = r.keys(e, i); err != nil {
			return 0, err
		}
	}
	if s.in {
		if bit := spaceBit[e.Kind]; bit != 0 {
			e.Set |= bit
			e.Space = s.space
		}
	}
	r.out(e)
	return i, nil
}

// id reads a difference of identifiers.
func (r *Reader) id(which int, i int) (uint64, int) {
	d, i := get(r.data, i)
	r.last[which] += unzigzag(d)
	return r.last[which], i
}

// position reads the coordinates whose forms are given, two bits each.
func position(b []byte, forms byte, i int) (v event.Vec, _ int) {
	v.X, i = coordinate(b, forms&3, i)
	v.Y, i = coordinate(b, forms>>2&3, i)
	v.Z, i = coordinate(b, forms>>4&3, i)
	return v, i
}

func coordinate(b []byte, form byte, i int) (float64, int) {
	switch form {
	case formInt:
		v, i := get(b, i)
		return float64(int64(unzigzag(v))), i
	case formFloat:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b[i:]))), i + 4
	case formFull:
		return math.Float64frombits(binary.LittleEndian.Uint64(b[i:])), i + 8
	}
	return 0, i
}

// keys reads the keys that e has, in the order of the table.
func (r *Reader) keys(e *event.Event, i int) (int, error) {
	b := r.data
	var v uint64
	var err error
	detailed := false
	keys := event.Kinds[e.Kind].Keys
	for n := range keys {
		key := &keys[n]
		if !key.Required && key.Field != event.FieldDetail && e.Set>>n&1 == 0 {
			continue
		}
		switch f := key.Field; f {
		case event.FieldSpace:
			if key.Required {
				e.Space, i = get(b, i)
			}
		case event.FieldEntity:
			which := lastEntity
			if watches.Has(e.Kind) {
				which = lastWatcher
			}
			e.Entity, i = r.id(which, i)
		case event.FieldTarget:
			e.Target, i = r.id(lastTarget, i)
		case event.FieldPos:
			e.Pos, i = position(b, b[i], i+1)
			if key.Type == event.RegionType {
				e.Max, i = position(b, b[i], i+1)
			}
		case event.FieldMode, event.FieldPhase:
			v, i = get(b, i)
			if key.Type == event.BoolType && v > 1 || key.Type == event.EnumType && v >= uint64(len(key.Enum)) {
				return 0, r.fail("%s has no %s=%d", e.Kind, key.Name, v)
			}
			if f == event.FieldMode {
				e.Mode = uint8(v)
			} else {
				e.Phase = uint8(v)
			}
		case event.FieldInt0, event.FieldInt1, event.FieldInt2:
			e.Int[f-event.FieldInt0], i = get(b, i)
			if key.Type == event.Hex128Type {
				e.Int[1], i = get(b, i)
			}
		case event.FieldNum0, event.FieldNum1:
			v, i = get(b, i)
			e.Num[f-event.FieldNum0] = math.Float64frombits(bits.ReverseBytes64(v))
		case event.FieldStr0, event.FieldStr1, event.FieldStr2:
			e.Str[f-event.FieldStr0], i, err = r.text(i)
		case event.FieldDetail:
			if !detailed {
				e.Str[0], i, err = r.text(i)
			}
			detailed = true
		}
		if err != nil {
			return 0, err
		}
	}
	return i, nil
}

// text reads a text key.
func (r *Reader) text(i int) (event.Str, int, error) {
	v, i := get(r.data, i)
	tag, n := v&3, v>>2
	switch tag {
	case tagName:
		if n >= uint64(len(r.names)) || r.names[n] == noName {
			return 0, 0, r.fail("name %d is not defined", n)
		}
		return r.names[n], i, nil
	case tagPieces:
		if len(r.pieces) == 0 || n > 1 {
			return 0, 0, r.fail("a text has no pieces")
		}
		b := r.pieces[0]
		r.pieces = r.pieces[1:]
		if n == 1 {
			s, err := r.list(b)
			return s, i, err
		}
		return r.t.Str(string(b)), i, nil
	}
	if n > maxInline {
		return 0, 0, r.fail("a text of %d bytes is inside an event", n)
	}
	b := r.data[i : i+int(n)]
	if tag == tagIDs {
		s, err := r.list(b)
		return s, i + int(n), err
	}
	return r.t.Str(string(b)), i + int(n), nil
}

// list returns the text of packed identifiers.
func (r *Reader) list(b []byte) (event.Str, error) {
	padded := append(append(make([]byte, 0, len(b)+9), b...), make([]byte, 9)...)
	var text []byte
	var id, d uint64
	i := 0
	for i < len(b) {
		d, i = get(padded, i)
		id += unzigzag(d)
		if text != nil {
			text = append(text, ',')
		}
		text = strconv.AppendUint(text, id, 10)
	}
	if i != len(b) {
		return 0, r.fail("a list of identifiers does not end where it should")
	}
	return r.t.Str(string(text)), nil
}

// begin reads that a stream begins.
func (r *Reader) begin(i int) (int, error) {
	v, i := get(r.data, i)
	in, i := get(r.data, i)
	var space uint64
	if in == 1 {
		space, i = get(r.data, i)
	}
	told, i, err := r.losses(i)
	if err != nil {
		return 0, err
	}
	n, i := get(r.data, i)
	if v == 0 || v >= 1<<32-1 || n > maxStream || in > 1 {
		return 0, r.fail("stream %d has a name of %d bytes", v, n)
	}
	s := r.known(uint32(v), string(r.data[i:i+int(n)]))
	s.in, s.space = in == 1, space
	if told != ([64]uint64{}) {
		s.told = &told
	}
	s.mono = max(s.mono, r.at(r.stamp))
	r.stream = s
	return i + int(n), nil
}

// losses reads how many events of which kinds.
func (r *Reader) losses(i int) (lost [64]uint64, _ int, _ error) {
	n, i := get(r.data, i)
	for ; n > 0; n-- {
		var k uint64
		k, i = get(r.data, i)
		if k >= 64 || lost[k] != 0 {
			return lost, 0, r.fail("losses of kind %d", k)
		}
		lost[k], i = get(r.data, i)
		if lost[k] == 0 {
			return lost, 0, r.fail("losses of kind %d are none", k)
		}
	}
	return lost, i, nil
}

// control reads a record that is no event.
func (r *Reader) control(op byte, i int) (int, error) {
	b := r.data
	var v, n uint64
	switch op {
	case opSync:
		r.begun = r.base + uint64(r.off)
		r.stamp, i = get(b, i)
		r.last = [3]uint64{}
		r.pieces = nil
	case opTime:
		v, i = get(b, i)
		r.stamp += unzigzag(v)
	case opSwitch:
		v, i = get(b, i)
		s := r.streams[uint32(v)]
		if s == nil || v >= 1<<32-1 {
			return 0, r.fail("stream %d did not begin", v)
		}
		r.stream = s
	case opSpace:
		v, i = get(b, i)
		if r.stream == nil || v > 1 {
			return 0, r.fail("a space comes before its stream")
		}
		r.stream.in = v == 1
		if r.stream.in {
			r.stream.space, i = get(b, i)
		}
	case opGap:
		v, i = get(b, i)
		r.stamp += unzigzag(v)
		lost, next, err := r.losses(i)
		if err != nil {
			return 0, err
		}
		if r.stream == nil {
			return 0, r.fail("a gap comes before its stream")
		}
		i = next
		if r.stream.told == nil {
			r.stream.told = &[64]uint64{}
		}
		for k, n := range lost {
			r.stream.told[k] += n
		}
		r.gap(r.stream, &lost, r.at(r.stamp))
	case opString:
		v, i = get(b, i)
		flags := b[i]
		n, i = get(b, i+1)
		if v == 0 || v >= maxNames || n > maxPiece || flags&pieceFirst == 0 && r.naming != v {
			return 0, r.fail("name %d has a piece of %d bytes", v, n)
		}
		if flags&pieceFirst != 0 {
			r.naming, r.name = v, r.name[:0]
		}
		r.name = append(r.name, b[i:i+int(n)]...)
		i += int(n)
		if len(r.name) > maxName {
			return 0, r.fail("name %d is too long", v)
		}
		if flags&pieceMore == 0 {
			for uint64(len(r.names)) <= v {
				r.names = append(r.names, noName)
			}
			r.names[v] = r.t.Str(string(r.name))
			r.naming = 0
		}
	case opPiece:
		flags := b[i]
		n, i = get(b, i+1)
		if n > maxPiece {
			return 0, r.fail("a piece of %d bytes", n)
		}
		if flags&pieceClear != 0 {
			r.pieces = nil
		}
		if flags&pieceFirst != 0 {
			r.piece = nil
		}
		r.piece = append(r.piece, b[i:i+int(n)]...)
		i += int(n)
		if flags&pieceMore == 0 {
			r.pieces = append(r.pieces, r.piece)
			r.piece = nil
		}
		if len(r.piece) > maxText || len(r.pieces) > 3 {
			return 0, r.fail("a text is longer than %d bytes", maxText)
		}
	}
	return i, nil
}
