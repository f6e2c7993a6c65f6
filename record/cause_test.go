package record_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/record"
)

func TestTraceparent(t *testing.T) {
	const ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
	for _, test := range []struct{ in, out string }{
		{"00-" + ids + "-01", "00-" + ids + "-01"},
		{"00-" + ids + "-00", "00-" + ids + "-00"},
		{"00-" + ids + "-03", "00-" + ids + "-03"},
		{"00-" + ids + "-ff", "00-" + ids + "-03"}, // unknown flags are not passed on
		{"cc-" + ids + "-01", "00-" + ids + "-01"}, // a later version
		{"cc-" + ids + "-01-what-it-adds", "00-" + ids + "-01"},
		{"01-" + ids + "-01-", "00-" + ids + "-01"},
	} {
		c, err := record.ParseTraceparent(test.in)
		if err != nil || c.Traceparent() != test.out || c.IsZero() {
			t.Errorf("%s: got %s, %v; want %s", test.in, c, err, test.out)
		}
	}
	for _, bad := range []string{
		"", "00", "00-" + ids, "00-" + ids + "-", "00-" + ids + "-1", "00-" + ids + "-001", "00-" + ids + "-01-", "00-" + ids + "-01 ",
		" 00-" + ids + "-01", "ff-" + ids + "-01", "0-" + ids + "-01", "000-" + ids + "-1", "0X-" + ids + "-01", "cc-" + ids + "-01x",
		"00-" + strings.ToUpper(ids) + "-01", "00-" + ids + "-0A",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
		"00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01", "00_" + ids + "-01", "00-" + strings.Replace(ids, "-", "0", 1) + "-01",
		"00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01", strings.Repeat("0", 1<<16),
	} {
		c, err := record.ParseTraceparent(bad)
		if !errors.Is(err, record.ErrTraceparent) || !c.IsZero() || len(err.Error()) > 300 {
			t.Errorf("%.80q: got %v, %v; want an error", bad, c, err)
		}
	}
}

func FuzzTraceparent(f *testing.F) {
	f.Add("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	f.Add("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff-more")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := record.ParseTraceparent(s)
		if err != nil {
			return
		}
		again, err := record.ParseTraceparent(c.Traceparent())
		if err != nil || again != c {
			t.Errorf("%q: got %v, and from that %v, %v", s, c, again, err)
		}
	})
}

func TestCause(t *testing.T) {
	if c := (record.Cause{}); !c.IsZero() || c.Traceparent() != "" || c.Child() != c {
		t.Error("the zero cause is something")
	}
	one, two := record.NewCause(), record.NewCause()
	child := one.Child()
	switch {
	case one.IsZero() || two.IsZero() || one.Trace == two.Trace:
		t.Errorf("got %v and %v, want two causes", one, two)
	case child.Trace != one.Trace || child.Span == one.Span || child.Flags != one.Flags:
		t.Errorf("%v: got the child %v", one, child)
	}
	ctx := record.WithCause(context.Background(), one)
	if got := record.CauseOf(ctx); got != one {
		t.Errorf("from a context: got %v, want %v", got, one)
	}
	if got := record.CauseOf(context.Background()); !got.IsZero() {
		t.Errorf("from a context without one: got %v", got)
	}
	for _, want := range []record.Cause{one, {}} {
		text, err := want.MarshalText()
		var got record.Cause
		if err != nil || got.UnmarshalText(text) != nil || got != want {
			t.Errorf("%v as text: got %v, %v", want, got, err)
		}
	}
	if err := new(record.Cause).UnmarshalText([]byte("00-x")); !errors.Is(err, record.ErrTraceparent) {
		t.Errorf("got %v, want an error", err)
	}
}
