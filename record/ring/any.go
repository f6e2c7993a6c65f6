package ring

import (
	"math"
	"math/bits"
	"unsafe"

	"github.com/aoi-trace/aoi-trace/event"
)

// write stores any event; its texts come from t, not from ev.Str.
func (w *Writer) write(ev *event.Event, t *[3]text) {
	k := ev.Kind
	w = w.slow(k)
	if w == nil {
		return
	}
	clear := byte(pieceClear)
	for i := range t {
		if !w.knows(t[i].name) && !w.define(t[i].name, k) {
			return
		}
		if len(t[i].s) > maxInline || len(t[i].ids)*9 > maxInline {
			if !w.pieces(&t[i], clear, k) {
				return
			}
			clear = 0
		}
	}
	if !w.room(k) {
		w.drop(k)
		return
	}
	p := w.begin(opEvent)
	*(*byte)(p) = byte(k)
	p = put(unsafe.Add(p, 1), uint64(ev.Set))
	detailed := false
	for i, key := range event.Kinds[k].Keys {
		if !key.Required && key.Field != event.FieldDetail && ev.Set>>i&1 == 0 {
			continue
		}
		switch f := key.Field; f {
		case event.FieldSpace:
			if key.Required {
				p = put(p, ev.Space)
			}
		case event.FieldEntity:
			if watches.Has(k) {
				p = w.watcher(p, ev.Entity)
			} else {
				p = w.entity(p, ev.Entity)
			}
		case event.FieldTarget:
			p = w.target(p, ev.Target)
		case event.FieldPos:
			p = vec(p, ev.Pos.X, ev.Pos.Y, ev.Pos.Z)
			if key.Type == event.RegionType {
				p = vec(p, ev.Max.X, ev.Max.Y, ev.Max.Z)
			}
		case event.FieldMode:
			p = put(p, uint64(ev.Mode))
		case event.FieldPhase:
			p = put(p, uint64(ev.Phase))
		case event.FieldInt0, event.FieldInt1, event.FieldInt2:
			p = put(p, ev.Int[f-event.FieldInt0])
			if key.Type == event.Hex128Type {
				p = put(p, ev.Int[1])
			}
		case event.FieldNum0, event.FieldNum1:
			p = number(p, ev.Num[f-event.FieldNum0])
		case event.FieldStr0, event.FieldStr1, event.FieldStr2:
			p = w.text(p, &t[f-event.FieldStr0])
		case event.FieldDetail:
			if !detailed {
				p = w.text(p, &t[0])
			}
			detailed = true
		}
	}
	w.done(p)
}

// number stores a float: its bytes reversed, so that round ones are short.
func number(p unsafe.Pointer, f float64) unsafe.Pointer {
	return put(p, bits.ReverseBytes64(math.Float64bits(f)))
}
