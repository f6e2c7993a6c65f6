package event

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A SyntaxError says where a text is not the text twin, and why.
type SyntaxError struct {
	Line int // from 1; 0 when one line was parsed by itself
	Col  int // in bytes, from 1
	Msg  string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("column %d: %s", e.Col, e.Msg)
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Col, e.Msg)
}

// Parse reads one line of the text twin and adds its names to t. A line that
// holds no event, only blanks or a comment, gives an event of Kind Invalid.
// Parse does not set Seq. The error is a *SyntaxError.
func Parse(t *Tables, line string) (Event, error) {
	p := parser{line: line, t: t}
	e, err := p.event()
	if err != nil {
		return Event{}, err
	}
	return e, nil
}

type token struct {
	text   string // unquoted
	col    int    // where it begins, in bytes, from 0
	quoted bool
}

type parser struct {
	line string
	pos  int
	t    *Tables
}

func (p *parser) fail(col int, format string, args ...any) error {
	return &SyntaxError{Col: col + 1, Msg: fmt.Sprintf(format, args...)}
}

func (p *parser) blanks() {
	for p.pos < len(p.line) && (p.line[p.pos] == ' ' || p.line[p.pos] == '\t' || p.line[p.pos] == '\r') {
		p.pos++
	}
}

// done reports whether only a comment is left.
func (p *parser) done() bool {
	p.blanks()
	return p.pos == len(p.line) || p.line[p.pos] == '#'
}

// value reads a token that ends at a blank.
func (p *parser) value() (token, error) {
	start := p.pos
	if p.pos < len(p.line) && p.line[p.pos] == '"' {
		q, err := strconv.QuotedPrefix(p.line[p.pos:])
		if err != nil {
			return token{}, p.fail(start, "the quoted string does not end, or has an escape that Go does not know")
		}
		s, err := strconv.Unquote(q)
		if err != nil {
			return token{}, p.fail(start, "not a quoted string: %s", q)
		}
		p.pos += len(q)
		if p.pos < len(p.line) && !strings.ContainsRune(" \t\r", rune(p.line[p.pos])) {
			return token{}, p.fail(p.pos, "a blank must follow the quoted string")
		}
		return token{s, start, true}, nil
	}
	for p.pos < len(p.line) {
		switch c := p.line[p.pos]; c {
		case ' ', '\t', '\r':
			return token{p.line[start:p.pos], start, false}, nil
		case '#':
			return token{}, p.fail(p.pos, "'#' inside a value: quote the value, or put a blank before the comment")
		case '"':
			return token{}, p.fail(p.pos, "a quote inside a value: quote the whole value")
		}
		p.pos++
	}
	return token{p.line[start:], start, false}, nil
}

func (p *parser) event() (Event, error) {
	var e Event
	if p.done() {
		return e, nil
	}
	tok, err := p.value()
	if err != nil {
		return e, err
	}
	if e.Time, err = parseTime(tok.text); err != nil || tok.quoted {
		return e, p.fail(tok.col, "%q is not a time: seconds with up to nine decimals are wanted", tok.text)
	}
	if p.done() {
		return e, p.fail(p.pos, "a stream and a kind must follow the time")
	}
	if tok, err = p.value(); err != nil {
		return e, err
	}
	if tok.text == "" {
		return e, p.fail(tok.col, "a stream needs a name")
	}
	e.Stream = p.t.Stream(tok.text)
	if p.done() {
		return e, p.fail(p.pos, "a kind must follow the stream")
	}
	if tok, err = p.value(); err != nil {
		return e, err
	}
	kind, ok := KindNamed(tok.text)
	if !ok || tok.quoted {
		return e, p.fail(tok.col, "there is no kind %q%s", tok.text, didYouMean(tok.text, kindNames))
	}
	e.Kind = kind
	return e, p.keys(&e)
}

// keys reads the key=value pairs of e.Kind.
func (p *parser) keys(e *Event) error {
	spec := &Kinds[e.Kind]
	var seen uint32
	var details [32]string
	hasDetail := false
	end := p.pos
	for !p.done() {
		start := p.pos
		eq := strings.IndexByte(p.line[start:], '=')
		blank := strings.IndexAny(p.line[start:], " \t\r\"#")
		if eq < 0 || blank >= 0 && blank < eq {
			tok, err := p.value()
			if err != nil {
				return err
			}
			return p.fail(start, "%q is not key=value", tok.text)
		}
		name := p.line[start : start+eq]
		i := keyIndex(spec, name)
		if i < 0 {
			return p.fail(start, "%s has no key %q%s", spec.Name, name, didYouMean(name, keyNames(spec)))
		}
		if seen>>i&1 != 0 {
			return p.fail(start, "%s= is given twice", name)
		}
		seen |= 1 << i
		p.pos = start + eq + 1
		if p.pos == len(p.line) || strings.IndexByte(" \t\r", p.line[p.pos]) >= 0 {
			return p.fail(p.pos, "%s= needs a value; the empty string is written \"\"", name)
		}
		tok, err := p.value()
		if err != nil {
			return err
		}
		k := &spec.Keys[i]
		if k.Field == FieldDetail {
			text, err := checkDetail(k, tok.text)
			if err != nil {
				return p.fail(tok.col, "%s=: %v", name, err)
			}
			details[i], hasDetail = text, true
		} else {
			if err := setValue(p.t, e, k, tok); err != nil {
				return p.fail(tok.col, "%s=: %v", name, err)
			}
			if !k.Required {
				e.Set |= 1 << i
			}
		}
		end = p.pos
	}
	for i := range spec.Keys {
		if spec.Keys[i].Required && seen>>i&1 == 0 {
			return p.fail(end, "%s needs %s=", spec.Name, spec.Keys[i].Name)
		}
	}
	if hasDetail {
		var b []byte
		for i, d := range details[:len(spec.Keys)] {
			if d != "" {
				if len(b) > 0 {
					b = append(b, ' ')
				}
				b = append(append(append(b, spec.Keys[i].Name...), '='), d...)
			}
		}
		if e.Kind == Space {
			if _, err := ParseContract(string(b)); err != nil {
				return p.fail(0, "space %d: %v", e.Space, err)
			}
		}
		e.Str[0] = p.t.Str(string(b))
	}
	return nil
}

func keyIndex(spec *Spec, name string) int {
	for i := range spec.Keys {
		if spec.Keys[i].Name == name {
			return i
		}
	}
	return -1
}

func keyNames(spec *Spec) []string {
	names := make([]string, len(spec.Keys))
	for i := range spec.Keys {
		names[i] = spec.Keys[i].Name
	}
	return names
}

var kindNames = func() (names []string) {
	for k := Invalid + 1; k < NumKinds; k++ {
		names = append(names, Kinds[k].Name)
	}
	return names
}()

// setValue reads one value that is not a detail into its field.
func setValue(t *Tables, e *Event, k *Key, tok token) (err error) {
	text := tok.text
	if tok.quoted && k.Type != StringType && k.Type != StreamType && k.Type != IDsType && k.Type != CountsType {
		return fmt.Errorf("%q must not be quoted", text)
	}
	switch k.Type {
	case UintType:
		*e.uintField(k.Field), err = parseUint(text)
	case FloatType:
		e.Num[k.Field-FieldNum0], err = parseFloat(text)
	case VecType:
		e.Pos, err = parseVec(text)
	case RegionType:
		e.Pos, e.Max, err = parseRegion(text)
	case StringType, StreamType:
		e.Str[k.Field-FieldStr0] = t.Str(text)
	case IDsType, CountsType:
		if err = checkList(k.Type, text); err == nil {
			e.Str[k.Field-FieldStr0] = t.Str(text)
		}
	case EnumType, BoolType:
		*e.enumField(k.Field), err = parseEnum(k, text)
	case TimeType:
		var d time.Duration
		d, err = parseTime(text)
		*e.uintField(k.Field) = uint64(d)
	case Hex64Type:
		*e.uintField(k.Field), err = parseHex(text, 16)
	case Hex128Type:
		if len(text) != 32 {
			return fmt.Errorf("%q is not 32 hexadecimal digits", text)
		}
		if e.Int[0], err = parseHex(text[:16], 16); err == nil {
			e.Int[1], err = parseHex(text[16:], 16)
		}
	}
	return err
}

// checkDetail checks a value of a detail key and returns its canonical text.
func checkDetail(k *Key, text string) (string, error) {
	var b []byte
	switch k.Type {
	case UintType:
		v, err := parseUint(text)
		return strconv.FormatUint(v, 10), err
	case FloatType:
		v, err := parseFloat(text)
		return string(appendFloat(b, v)), err
	case VecType:
		v, err := parseVec(text)
		return string(appendVec(b, v)), err
	case RegionType:
		min, max, err := parseRegion(text)
		return string(appendRegion(b, min, max)), err
	case StringType:
		return string(appendString(b, text)), nil
	case EnumType, BoolType:
		_, err := parseEnum(k, text)
		return text, err
	case TimeType:
		d, err := parseTime(text)
		return string(appendTime(b, d)), err
	case EveryType, SpanType:
		if n, ok := strings.CutPrefix(text, "tick:"); ok {
			v, err := parseUint(n)
			if err == nil && v == 0 {
				err = errors.New("tick:0 is never; tick:1 is each tick")
			}
			return "tick:" + strconv.FormatUint(v, 10), err
		}
		if k.Type == EveryType {
			if text != "move" {
				return "", fmt.Errorf("%q is neither move nor tick:N", text)
			}
			return text, nil
		}
		d, err := parseTime(text)
		return string(appendTime(b, d)), err
	}
	return "", fmt.Errorf("%q has a type that no detail has", text)
}

// A Detail is one key=value of a trace or space event, the value unquoted.
type Detail struct{ Key, Value string }

func (d Detail) float() float64 { f, _ := parseFloat(d.Value); return f }

// DetailFields splits and checks the detail text of a trace or space event.
func DetailFields(k Kind, text string) ([]Detail, error) {
	var out []Detail
	p := parser{line: text}
	spec := k.Spec()
	last := -1
	for !p.done() {
		name, _, ok := strings.Cut(p.line[p.pos:], "=")
		i := keyIndex(spec, name)
		if !ok || i < 0 || spec.Keys[i].Field != FieldDetail {
			return nil, p.fail(p.pos, "%s has no key %q", spec.Name, name)
		}
		if i <= last {
			return nil, p.fail(p.pos, "%s= is given twice, or not in the order of the table", name)
		}
		last = i
		p.pos += len(name) + 1
		tok, err := p.value()
		if err != nil {
			return nil, err
		}
		if _, err := checkDetail(&spec.Keys[i], tok.text); err != nil {
			return nil, p.fail(tok.col, "%s=: %v", name, err)
		}
		out = append(out, Detail{name, tok.text})
	}
	return out, nil
}

// didYouMean returns a hint if one of names is close to name.
func didYouMean(name string, names []string) string {
	best, dist := "", 3
	for _, n := range names {
		if d := distance(name, n, dist); d < dist && d < len(n) {
			best, dist = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance is the edit distance of a and b, or limit if it is that much.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, row[j]+1, diag+1)
		}
	}
	return min(row[len(b)], limit)
}
