package event

import (
	"bufio"
	"io"
	"math"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// AppendText appends the event's line of the text twin to dst, without the
// newline: TIME STREAM KIND key=value…
func AppendText(dst []byte, t *Tables, e *Event) []byte {
	dst = appendTime(dst, e.Time)
	dst = append(dst, ' ')
	dst = appendString(dst, t.StreamName(e.Stream))
	dst = append(dst, ' ')
	return AppendBody(dst, t, e)
}

// FormatTime returns d in seconds, as the text twin writes times.
func FormatTime(d time.Duration) string { return string(appendTime(nil, d)) }

// ParseTime reads what FormatTime returns.
func ParseTime(text string) (time.Duration, error) { return parseTime(text) }

// AppendBody appends what follows time and stream in the event's line.
func AppendBody(dst []byte, t *Tables, e *Event) []byte {
	spec := e.Kind.Spec()
	if spec == nil {
		return append(dst, e.Kind.String()...)
	}
	dst = append(dst, spec.Name...)
	detailed := false
	for i := range spec.Keys {
		k := &spec.Keys[i]
		if k.Field == FieldDetail {
			if !detailed && e.Str[0] != 0 {
				dst = append(append(dst, ' '), t.Text(e.Str[0])...)
			}
			detailed = true
			continue
		}
		if !k.Required && e.Set>>i&1 == 0 {
			continue
		}
		dst = append(dst, ' ')
		dst = append(dst, k.Name...)
		dst = append(dst, '=')
		dst = appendValue(dst, t, e, k)
	}
	return dst
}

func appendValue(dst []byte, t *Tables, e *Event, k *Key) []byte {
	switch k.Type {
	case UintType:
		return strconv.AppendUint(dst, *e.uintField(k.Field), 10)
	case FloatType:
		return appendFloat(dst, e.Num[k.Field-FieldNum0])
	case VecType:
		return appendVec(dst, e.Pos)
	case RegionType:
		return appendRegion(dst, e.Pos, e.Max)
	case StringType, StreamType, IDsType, CountsType:
		return appendString(dst, t.Text(e.Str[k.Field-FieldStr0]))
	case EnumType:
		n := *e.enumField(k.Field)
		if int(n) < len(k.Enum) {
			return append(dst, k.Enum[n]...)
		}
		return strconv.AppendUint(dst, uint64(n), 10)
	case BoolType:
		return strconv.AppendBool(dst, *e.enumField(k.Field) != 0)
	case TimeType:
		return appendTime(dst, time.Duration(*e.uintField(k.Field)))
	case Hex64Type:
		return appendHex(dst, *e.uintField(k.Field))
	case Hex128Type:
		return appendHex(appendHex(dst, e.Int[0]), e.Int[1])
	}
	panic("event: no text for the type of key " + k.Name)
}

func (e *Event) uintField(f Field) *uint64 {
	switch f {
	case FieldSpace:
		return &e.Space
	case FieldEntity:
		return &e.Entity
	case FieldTarget:
		return &e.Target
	}
	return &e.Int[f-FieldInt0]
}

func (e *Event) enumField(f Field) *uint8 {
	if f == FieldMode {
		return &e.Mode
	}
	return &e.Phase
}

// appendTime writes seconds with as few of nine decimals as are needed.
func appendTime(dst []byte, t time.Duration) []byte {
	if t < 0 {
		dst, t = append(dst, '-'), -t
	}
	dst = strconv.AppendUint(dst, uint64(t)/1e9, 10)
	frac := uint64(t) % 1e9
	if frac == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit := uint64(1e8); frac > 0; unit /= 10 {
		dst = append(dst, byte('0'+frac/unit))
		frac %= unit
	}
	return dst
}

func appendFloat(dst []byte, f float64) []byte {
	if f == 0 && math.Signbit(f) {
		return append(dst, "-0"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

func appendVec(dst []byte, v Vec) []byte {
	dst = append(appendFloat(dst, v.X), ',')
	dst = append(appendFloat(dst, v.Y), ',')
	return appendFloat(dst, v.Z)
}

func appendRegion(dst []byte, min, max Vec) []byte {
	return appendVec(append(appendVec(dst, min), ','), max)
}

func appendHex(dst []byte, v uint64) []byte {
	const digits = "0123456789abcdef"
	for shift := 60; shift >= 0; shift -= 4 {
		dst = append(dst, digits[v>>shift&15])
	}
	return dst
}

// appendString writes s, quoted as in Go if it could be read otherwise.
func appendString(dst []byte, s string) []byte {
	if plain(s) {
		return append(dst, s...)
	}
	return strconv.AppendQuote(dst, s)
}

// plain reports whether s can stand unquoted: not empty, and neither blanks,
// quotes, number signs, equal signs nor anything unprintable in it.
func plain(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		switch {
		case r == '"' || r == '\'' || r == '`' || r == '#' || r == '=' || r == '\\':
			return false
		case r == utf8.RuneError || !unicode.IsPrint(r) || unicode.IsSpace(r):
			return false
		}
	}
	return true
}

// A TextWriter writes a trace in the text twin.
type TextWriter struct {
	w   *bufio.Writer
	buf []byte
}

// NewTextWriter returns a writer of the text twin to w.
func NewTextWriter(w io.Writer) *TextWriter {
	return &TextWriter{w: bufio.NewWriterSize(w, 1<<16)}
}

// Write writes one event, which refers to t.
func (w *TextWriter) Write(t *Tables, e *Event) error {
	w.buf = append(AppendText(w.buf[:0], t, e), '\n')
	_, err := w.w.Write(w.buf)
	return err
}

// Flush writes what is buffered.
func (w *TextWriter) Flush() error { return w.w.Flush() }
