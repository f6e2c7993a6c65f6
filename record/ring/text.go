package ring

import (
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
)

// A text is the value of a text key: a name, a string or identifiers.
type text struct {
	name Name
	s    string
	ids  []uint64
	list bool // ids it is, maybe none
}

// text stores a text key whose pieces, if it has any, are stored already.
func (w *Writer) text(p unsafe.Pointer, t *text) unsafe.Pointer {
	switch {
	case t.name != 0:
		return put(p, uint64(t.name)<<2|tagName)
	case t.list && len(t.ids)*9 <= maxInline:
		var buf [maxInline]byte
		b := packIDs(buf[:0], t.ids, new(uint64))
		p = put(p, uint64(len(b))<<2|tagIDs)
		copy(unsafe.Slice((*byte)(p), len(b)), b)
		return unsafe.Add(p, len(b))
	case t.list:
		return put(p, 1<<2|tagPieces)
	case len(t.s) > maxInline:
		return put(p, tagPieces)
	case t.s == "":
		return put(p, 0)
	}
	p = put(p, uint64(len(t.s))<<2|tagText)
	copy(unsafe.Slice((*byte)(p), len(t.s)), t.s)
	return unsafe.Add(p, len(t.s))
}

// packIDs appends differences of identifiers, the first to *last.
func packIDs(dst []byte, ids []uint64, last *uint64) []byte {
	for _, id := range ids {
		dst = appendNumber(dst, zigzag(id-*last))
		*last = id
	}
	return dst
}

// pieces stores a long text in records of its own, before its event.
func (w *Writer) pieces(t *text, clear byte, k event.Kind) bool {
	var buf [maxPiece]byte
	var last uint64
	s, ids := t.s, t.ids
	for flags := clear | pieceFirst; ; flags = pieceRest {
		var part string
		if t.list {
			n := min(len(ids), maxPiece/9)
			b := packIDs(buf[:0], ids[:n], &last)
			part = unsafe.String(unsafe.SliceData(b), len(b))
			ids = ids[n:]
		} else {
			part = s[:min(len(s), maxPiece)]
			s = s[len(part):]
		}
		more := len(s) > 0 || len(ids) > 0
		if more {
			flags |= pieceMore
		}
		if !w.room(k) {
			w.drop(k)
			return false
		}
		p := unsafe.Add(w.data, w.off)
		*(*byte)(p) = opPiece
		*(*byte)(unsafe.Add(p, 1)) = flags
		w.bytes(unsafe.Add(p, 2), part)
		if !more {
			return true
		}
	}
}

// define makes sure that name n is defined in the ring before it is used by
// an event of kind k. It returns false if there was no room for both; then
// the event is lost and counted.
func (w *Writer) define(n Name, k event.Kind) bool {
	text := w.pool.text(n)
	for flags := byte(pieceFirst); flags != 0; {
		part := text[:min(len(text), maxPiece)]
		text = text[len(part):]
		if text != "" {
			flags |= pieceMore
		}
		if !w.room(k) {
			w.drop(k)
			return false
		}
		p := unsafe.Add(w.data, w.off)
		*(*byte)(p) = opString
		p = put(unsafe.Add(p, 1), uint64(n))
		*(*byte)(p) = flags
		w.bytes(unsafe.Add(p, 1), part)
		if flags&pieceMore == 0 {
			break
		}
		flags = 0
		if text != "" {
			flags = pieceRest
		}
	}
	for len(w.names) <= int(n>>6) {
		w.names = append(w.names, make([]uint64, len(w.names)+8)...)
	}
	w.names[n>>6] |= 1 << (n & 63)
	if !w.room(k) {
		w.drop(k)
		return false
	}
	return true
}

// knows reports whether name n can be used in the ring.
func (w *Writer) knows(n Name) bool {
	return n == 0 || int(n>>6) < len(w.names) && w.names[n>>6]>>(n&63)&1 != 0
}

// bytes stores the length of s and s, and makes what follows the next record.
func (w *Writer) bytes(p unsafe.Pointer, s string) {
	p = put(p, uint64(len(s)))
	copy(unsafe.Slice((*byte)(p), len(s)), s)
	w.off = uintptr(p) - uintptr(w.data) + uintptr(len(s))
}
