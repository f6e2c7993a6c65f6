package event

import (
	"io"
	"math/bits"
	"time"
)

// A Block is a stretch of a trace as columns. Row i of every column belongs
// to event i, 0 ≤ i < N. Kind, Stream, Seq, Time, Set are always there; any
// other column is nil until an event of the block needs it, and holds
// leftovers in the rows of kinds that do not use it: look at Kind first.
type Block struct {
	*Tables
	N int

	Kind   []Kind
	Stream []StreamID
	Seq    []uint64
	Time   []time.Duration
	Set    []Set
	Mode   []uint8
	Phase  []uint8
	Space  []uint64
	Entity []uint64
	Target []uint64
	Pos    []Vec
	Max    []Vec
	Int    [3][]uint64
	Num    [2][]float64
	Str    [3][]Str
}

// BlockEvents is a capacity that fits the caches; blocks of trace files may be
// four times as large, and a little more where gaps by damage are put in.
const BlockEvents = 1 << 14

// NewBlock returns an empty block with room for capacity events.
func NewBlock(t *Tables, capacity int) *Block {
	return &Block{
		Tables: t,
		Kind:   make([]Kind, capacity),
		Stream: make([]StreamID, capacity),
		Seq:    make([]uint64, capacity),
		Time:   make([]time.Duration, capacity),
		Set:    make([]Set, capacity),
	}
}

// Cap returns how many events the block has room for.
func (b *Block) Cap() int { return len(b.Kind) }

// Full reports whether the block has no room for another event.
func (b *Block) Full() bool { return b.N == len(b.Kind) }

// Grow makes room for at least n events; what the block holds stays.
func (b *Block) Grow(n int) {
	if n <= b.Cap() {
		return
	}
	b.Kind = grown(b.Kind, n)
	b.Stream = grown(b.Stream, n)
	b.Seq = grown(b.Seq, n)
	b.Time = grown(b.Time, n)
	b.Set = grown(b.Set, n)
	var have uint32
	for f := Field(0); f < FieldDetail; f++ {
		if b.has(f) {
			have |= 1 << f
		}
	}
	b.Need(have)
}

// Need makes sure that the columns of fields, one bit each, are there.
func (b *Block) Need(fields uint32) {
	n := b.Cap()
	for f := Field(0); f < FieldDetail; f++ {
		if fields>>f&1 == 0 {
			continue
		}
		switch f {
		case FieldSpace:
			b.Space = grown(b.Space, n)
		case FieldEntity:
			b.Entity = grown(b.Entity, n)
		case FieldTarget:
			b.Target = grown(b.Target, n)
		case FieldPos:
			b.Pos = grown(b.Pos, n)
		case FieldMax:
			b.Max = grown(b.Max, n)
		case FieldMode:
			b.Mode = grown(b.Mode, n)
		case FieldPhase:
			b.Phase = grown(b.Phase, n)
		case FieldInt0, FieldInt1, FieldInt2:
			b.Int[f-FieldInt0] = grown(b.Int[f-FieldInt0], n)
		case FieldNum0, FieldNum1:
			b.Num[f-FieldNum0] = grown(b.Num[f-FieldNum0], n)
		case FieldStr0, FieldStr1, FieldStr2:
			b.Str[f-FieldStr0] = grown(b.Str[f-FieldStr0], n)
		}
	}
}

func (b *Block) has(f Field) bool {
	switch f {
	case FieldSpace:
		return b.Space != nil
	case FieldEntity:
		return b.Entity != nil
	case FieldTarget:
		return b.Target != nil
	case FieldPos:
		return b.Pos != nil
	case FieldMax:
		return b.Max != nil
	case FieldMode:
		return b.Mode != nil
	case FieldPhase:
		return b.Phase != nil
	case FieldInt0, FieldInt1, FieldInt2:
		return b.Int[f-FieldInt0] != nil
	case FieldNum0, FieldNum1:
		return b.Num[f-FieldNum0] != nil
	case FieldStr0, FieldStr1, FieldStr2:
		return b.Str[f-FieldStr0] != nil
	}
	return false
}

func grown[T any](s []T, n int) []T {
	if len(s) >= n {
		return s
	}
	g := make([]T, n)
	copy(g, s)
	return g
}

// Append adds e, whose names must be in the block's tables. It panics when
// the block is full.
func (b *Block) Append(e *Event) { b.AppendFields(e, kindFields[e.Kind]) }

// AppendFields is Append of an event whose other fields do not matter: those
// that are not in fields, one bit each, hold leftovers in the block.
func (b *Block) AppendFields(e *Event, fields uint32) {
	i := b.N
	b.Kind[i], b.Stream[i], b.Seq[i], b.Time[i], b.Set[i] = e.Kind, e.Stream, e.Seq, e.Time, e.Set
	for ; fields != 0; fields &= fields - 1 {
		f := Field(bits.TrailingZeros32(fields))
		if !b.store(f, i, e) {
			b.Need(1 << f)
			b.store(f, i, e)
		}
	}
	b.N++
}

// store copies one field, if its column is there.
func (b *Block) store(f Field, i int, e *Event) bool {
	switch f {
	case FieldSpace:
		return put(b.Space, i, e.Space)
	case FieldEntity:
		return put(b.Entity, i, e.Entity)
	case FieldTarget:
		return put(b.Target, i, e.Target)
	case FieldPos:
		return put(b.Pos, i, e.Pos)
	case FieldMax:
		return put(b.Max, i, e.Max)
	case FieldMode:
		return put(b.Mode, i, e.Mode)
	case FieldPhase:
		return put(b.Phase, i, e.Phase)
	case FieldInt0:
		return put(b.Int[0], i, e.Int[0])
	case FieldInt1:
		return put(b.Int[1], i, e.Int[1])
	case FieldInt2:
		return put(b.Int[2], i, e.Int[2])
	case FieldNum0:
		return put(b.Num[0], i, e.Num[0])
	case FieldNum1:
		return put(b.Num[1], i, e.Num[1])
	case FieldStr0:
		return put(b.Str[0], i, e.Str[0])
	case FieldStr1:
		return put(b.Str[1], i, e.Str[1])
	case FieldStr2:
		return put(b.Str[2], i, e.Str[2])
	}
	return true
}

func put[T any](col []T, i int, v T) bool {
	if i >= len(col) {
		return false
	}
	col[i] = v
	return true
}

// Event returns event i.
func (b *Block) Event(i int) Event {
	e := Event{Kind: b.Kind[i], Stream: b.Stream[i], Seq: b.Seq[i], Time: b.Time[i], Set: b.Set[i]}
	for f := kindFields[e.Kind]; f != 0; f &= f - 1 {
		switch Field(bits.TrailingZeros32(f)) {
		case FieldSpace:
			e.Space = b.Space[i]
		case FieldEntity:
			e.Entity = b.Entity[i]
		case FieldTarget:
			e.Target = b.Target[i]
		case FieldPos:
			e.Pos = b.Pos[i]
		case FieldMax:
			e.Max = b.Max[i]
		case FieldMode:
			e.Mode = b.Mode[i]
		case FieldPhase:
			e.Phase = b.Phase[i]
		case FieldInt0:
			e.Int[0] = b.Int[0][i]
		case FieldInt1:
			e.Int[1] = b.Int[1][i]
		case FieldInt2:
			e.Int[2] = b.Int[2][i]
		case FieldNum0:
			e.Num[0] = b.Num[0][i]
		case FieldNum1:
			e.Num[1] = b.Num[1][i]
		case FieldStr0:
			e.Str[0] = b.Str[0][i]
		case FieldStr1:
			e.Str[1] = b.Str[1][i]
		case FieldStr2:
			e.Str[2] = b.Str[2][i]
		}
	}
	return e
}

// Reset empties the block and keeps its room.
func (b *Block) Reset() { b.N = 0 }

// A Source yields the blocks of one trace in order, then io.EOF. All blocks
// share one Tables. A block is valid until the next call.
//
// A source that fails midway yields every whole block first, then the error.
type Source interface{ Next() (*Block, error) }

// Each calls f with every event of src, in order, until f returns false or
// src ends. It returns src's error, which is nil at io.EOF.
func Each(src Source, f func(t *Tables, e Event) bool) error {
	for {
		b, err := src.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range b.N {
			if !f(b.Tables, b.Event(i)) {
				return nil
			}
		}
	}
}
