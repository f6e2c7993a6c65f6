package record

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
)

// A Cause names the request that something is done for: W3C trace context. It
// travels in a context, in the messages of a [Chan] and of a [Topic]. The zero
// Cause is none.
type Cause struct {
	Trace [16]byte // the whole request; never zero
	Span  [8]byte  // this step of it; never zero
	Flags byte     // of traceparent: 1 sampled, 2 random
}

// NewCause returns the cause of a request that begins here.
func NewCause() Cause {
	c := Cause{Flags: flagSampled | flagRandom}
	for c.Trace == ([16]byte{}) {
		binary.BigEndian.PutUint64(c.Trace[:8], rand.Uint64())
		binary.BigEndian.PutUint64(c.Trace[8:], rand.Uint64())
	}
	return c.Child()
}

// Child returns the cause of a new step of the same request. Of no cause it
// makes none.
func (c Cause) Child() Cause {
	if c.Trace == ([16]byte{}) {
		return Cause{}
	}
	old := c.Span
	for c.Span == old || c.Span == ([8]byte{}) {
		binary.BigEndian.PutUint64(c.Span[:], rand.Uint64())
	}
	return c
}

// IsZero reports whether c is no cause.
func (c Cause) IsZero() bool { return c.Trace == [16]byte{} || c.Span == [8]byte{} }

type causeKey struct{}

// WithCause returns a context that carries c.
func WithCause(ctx context.Context, c Cause) context.Context {
	return context.WithValue(ctx, causeKey{}, c)
}

// CauseOf returns what a context carries, or no cause.
func CauseOf(ctx context.Context) Cause {
	c, _ := ctx.Value(causeKey{}).(Cause)
	return c
}

// Caused records that c caused what follows on this stream; no cause ends
// what the last one caused.
func (s *Stream) Caused(c Cause) {
	if s != nil {
		s.w.Span(c.Trace, c.Span)
	}
}

// Caused records that c caused what follows on the stream of the goroutine
// that calls.
func (r *Recorder) Caused(c Cause) {
	if r != nil {
		(*own)(r).Span(c.Trace, c.Span)
	}
}

// The flags of traceparent that are known; others must not be passed on.
const (
	flagSampled = 1
	flagRandom  = 2
)

// ErrTraceparent is what ParseTraceparent's errors wrap.
var ErrTraceparent = errors.New("not a W3C traceparent")

// ParseTraceparent reads a traceparent header, such as
// 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01. It accepts what the
// W3C recommendation does and nothing else: lower-case digits, identifiers
// that are not all zero, exactly 55 characters in version 00, and in a later
// version more only after another hyphen.
func ParseTraceparent(s string) (Cause, error) {
	bad := func(what string) (Cause, error) {
		if len(s) > 80 {
			s = s[:80] + "..."
		}
		return Cause{}, fmt.Errorf("reading %q: %w: %s", s, ErrTraceparent, what)
	}
	const size = 55
	if len(s) < size {
		return bad(fmt.Sprintf("%d characters, want %d", len(s), size))
	}
	for i := range size {
		hyphen := i == 2 || i == 35 || i == 52
		digit := s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'f'
		if hyphen && s[i] != '-' || !hyphen && !digit {
			return bad(fmt.Sprintf("character %d is %q", i+1, s[i]))
		}
	}
	switch {
	case s[:2] == "ff":
		return bad("version ff is forbidden")
	case s[:2] == "00" && len(s) > size:
		return bad(fmt.Sprintf("%d characters, want %d", len(s), size))
	case len(s) > size && s[size] != '-':
		return bad("no hyphen after the flags")
	}
	var c Cause
	var flags [1]byte
	hex.Decode(c.Trace[:], []byte(s[3:35])) // digits all, so it cannot fail
	hex.Decode(c.Span[:], []byte(s[36:52]))
	hex.Decode(flags[:], []byte(s[53:55]))
	c.Flags = flags[0] & (flagSampled | flagRandom)
	switch {
	case c.Trace == [16]byte{}:
		return bad("the trace ID is zero")
	case c.Span == [8]byte{}:
		return bad("the span ID is zero")
	}
	return c, nil
}

// Traceparent returns the header for c, in version 00, or "" for no cause.
func (c Cause) Traceparent() string {
	if c.IsZero() {
		return ""
	}
	b := make([]byte, 0, 55)
	b = append(b, "00-"...)
	b = hex.AppendEncode(b, c.Trace[:])
	b = append(b, '-')
	b = hex.AppendEncode(b, c.Span[:])
	b = append(b, '-')
	return string(hex.AppendEncode(b, []byte{c.Flags & (flagSampled | flagRandom)}))
}

// String is Traceparent.
func (c Cause) String() string { return c.Traceparent() }

// MarshalText writes c as a traceparent; no cause is no text.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.Traceparent()), nil }

// UnmarshalText reads a traceparent, or no cause from no text.
func (c *Cause) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*c = Cause{}
		return nil
	}
	*c, err = ParseTraceparent(string(text))
	return err
}
