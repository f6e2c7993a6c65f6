package event

import (
	"fmt"
	"time"
)

// MaxTime is the latest time that an event can have: what the text twin can
// write, a second less than 292 years.
const MaxTime = time.Duration(maxSeconds*1_000_000_000 + 999_999_999)

// A Checker checks events that did not come from Parse: that each is one that
// Parse could have given. It remembers the texts that it has found good, so
// that a text is parsed once, however many events have it.
type Checker struct {
	t     *Tables
	known [numTextRules][]uint64 // a bit for each Str found good
}

// The rules that a text can be checked by; any text is good for the first.
const (
	anyText = iota
	idsText
	countsText
	traceText
	spaceText
	numTextRules
)

// NewChecker returns a checker of events that refer to t.
func NewChecker(t *Tables) *Checker { return &Checker{t: t} }

// A rule is what has to be checked of one key.
type rule struct {
	bit   Set // 0 for a required key
	field Field
	max   uint8 // of an enumeration: its last value
	text  uint8 // of a string: the rule it follows
	name  string
}

// rules holds, for each kind, the keys that not every value fits; optional
// holds the bits that its Set can have.
var rules, optional = func() (rs [NumKinds][]rule, optional [NumKinds]Set) {
	for k := Invalid + 1; k < NumKinds; k++ {
		detailed := false
		for i, key := range Kinds[k].Keys {
			if key.Field == FieldDetail {
				if !detailed {
					text := uint8(traceText)
					if k == Space {
						text = spaceText
					}
					rs[k] = append(rs[k], rule{field: FieldStr0, text: text, name: key.Name})
				}
				detailed = true
				continue
			}
			r := rule{field: key.Field, name: key.Name}
			if !key.Required {
				r.bit = 1 << i
				optional[k] |= r.bit
			}
			switch key.Type {
			case EnumType:
				r.max = uint8(len(key.Enum) - 1)
			case BoolType:
				r.max = 1
			case IDsType:
				r.text = idsText
			case CountsType:
				r.text = countsText
			case StringType, StreamType, TimeType:
			default:
				continue
			}
			rs[k] = append(rs[k], r)
		}
	}
	return rs, optional
}()

// demanding says which kinds have a rule for a key that is always there.
var demanding = func() (is [NumKinds]bool) {
	for k, rs := range rules {
		for _, r := range rs {
			is[k] = is[k] || r.bit == 0
		}
	}
	return is
}()

// Optional returns the bits of Event.Set that events of the kind can have.
func (k Kind) Optional() Set { return optional[k] }

// Event returns what is wrong with e, or nil. Values of optional keys that
// are not set are not looked at.
func (c *Checker) Event(e *Event) error {
	if e.Kind == Invalid || e.Kind >= NumKinds {
		return fmt.Errorf("there is no kind %d", e.Kind)
	}
	if e.Time < 0 || e.Time > MaxTime {
		return fmt.Errorf("%v: the time %d ns is not from 0 to %d", e.Kind, e.Time, MaxTime)
	}
	if c.t.StreamName(e.Stream) == "" {
		return fmt.Errorf("%v: stream %d has no name", e.Kind, e.Stream)
	}
	if e.Set&^optional[e.Kind] != 0 {
		return fmt.Errorf("%v: set bits %#x are not of optional keys", e.Kind, e.Set&^optional[e.Kind])
	}
	if e.Set == 0 && !demanding[e.Kind] {
		return nil
	}
	rs := rules[e.Kind]
	for i := range rs {
		r := &rs[i]
		if r.bit != 0 && e.Set&r.bit == 0 {
			continue
		}
		switch {
		case r.field >= FieldStr0:
			if err := c.text(e.Kind, r.text, e.Str[r.field-FieldStr0]); err != nil {
				return fmt.Errorf("%v: %s=: %w", e.Kind, r.name, err)
			}
		case r.field == FieldMode || r.field == FieldPhase:
			if n := *e.enumField(r.field); n > r.max {
				return fmt.Errorf("%v: %s= has no value number %d", e.Kind, r.name, n)
			}
		default:
			if d := *e.uintField(r.field); d > uint64(MaxTime) {
				return fmt.Errorf("%v: %s= is not a time: %d ns", e.Kind, r.name, d)
			}
		}
	}
	return nil
}

// Text returns what is wrong with s as the text of field, which is one of
// the Str fields, in an event of kind k.
func (c *Checker) Text(k Kind, field Field, s Str) error {
	for i := range rules[k] {
		if r := &rules[k][i]; r.field == field {
			return c.text(k, r.text, s)
		}
	}
	return nil
}

func (c *Checker) text(k Kind, rule uint8, s Str) error {
	if int(s) >= c.t.Strings.Len() {
		return fmt.Errorf("there is no string %d", s)
	}
	if rule == anyText || s == 0 {
		return nil
	}
	word, bit := int(s/64), uint64(1)<<(s%64)
	known := c.known[rule]
	if word < len(known) && known[word]&bit != 0 {
		return nil
	}
	if err := checkText(k, rule, c.t.Text(s)); err != nil {
		return err
	}
	for len(known) <= word {
		known = append(known, 0)
	}
	known[word] |= bit
	c.known[rule] = known
	return nil
}

func checkText(k Kind, rule uint8, text string) error {
	switch rule {
	case idsText:
		return checkList(IDsType, text)
	case countsText:
		return checkList(CountsType, text)
	}
	fields, err := DetailFields(k, text)
	if err != nil {
		return err
	}
	var b []byte
	for i, f := range fields {
		if i > 0 {
			b = append(b, ' ')
		}
		key := &Kinds[k].Keys[keyIndex(&Kinds[k], f.Key)]
		canonical, err := checkDetail(key, f.Value)
		if err != nil {
			return err
		}
		b = append(append(append(b, f.Key...), '='), canonical...)
	}
	if string(b) != text {
		return fmt.Errorf("%q is not written as the text twin writes it: %q", text, b)
	}
	if k == Space {
		_, err = ParseContract(text)
	}
	return err
}
