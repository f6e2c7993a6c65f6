package event

import (
	"strings"
	"testing"
)

func TestChecker(t *testing.T) {
	tables := NewTables()
	s := tables.Stream("s")
	str := tables.Str
	good := Event{Kind: Enter, Stream: s}
	for _, c := range []struct {
		e    Event
		want string // in the error; "" for none
	}{
		{good, ""},
		{Event{Stream: s}, "no kind 0"},
		{Event{Kind: NumKinds, Stream: s}, "no kind"},
		{Event{Kind: End, Stream: 9}, "stream 9 has no name"},
		{Event{Kind: End, Stream: s, Time: -1}, "time"},
		{Event{Kind: End, Stream: s, Time: MaxTime}, ""},
		{Event{Kind: End, Stream: s, Time: MaxTime + 1}, "time"},
		{Event{Kind: End, Stream: s, Set: 1}, "set bits"},
		{Event{Kind: Enter, Stream: s, Mode: 9}, ""}, // side is not set
		{Event{Kind: Enter, Stream: s, Mode: 2, Set: Enter.Bit("side")}, "side"},
		{Event{Kind: Acquire, Stream: s, Mode: 2}, "mode"},
		{Event{Kind: Note, Stream: s, Str: [3]Str{99}}, "no string 99"},
		{Event{Kind: View, Stream: s, Str: [3]Str{str("1,2")}, Set: View.Bit("set")}, ""},
		{Event{Kind: View, Stream: s, Str: [3]Str{str("1,b")}, Set: View.Bit("set")}, "list of identifiers"},
		{Event{Kind: Gap, Stream: s, Int: [3]uint64{1, 1 << 63}, Set: Gap.Bit("from")}, "from"},
		{Event{Kind: Gap, Stream: s, Str: [3]Str{str("enter:1")}, Set: Gap.Bit("kinds")}, ""},
		{Event{Kind: Gap, Stream: s, Str: [3]Str{str("enter")}, Set: Gap.Bit("kinds")}, "list of counts"},
		{Event{Kind: Space, Stream: s, Str: [3]Str{str("metric=square enter=5")}}, ""},
		{Event{Kind: Space, Stream: s, Str: [3]Str{str("enter=5 metric=square")}}, "order"},
		{Event{Kind: Space, Stream: s, Str: [3]Str{str("enter=5.0")}}, "text twin"},
		{Event{Kind: Space, Stream: s, Str: [3]Str{str("enter=5 leave=4")}}, "nearer"},
		{Event{Kind: Space, Stream: s, Str: [3]Str{str("sync=all")}}, "no key"},
		{Event{Kind: Trace, Stream: s, Str: [3]Str{str("sync=all")}}, ""},
		{Event{Kind: Trace, Stream: s, Str: [3]Str{str("clock=a\nb")}}, "text twin"},
		{Event{Kind: Trace, Stream: s, Str: [3]Str{str("sync=all # x")}}, "text twin"},
	} {
		for range 2 { // the second time from memory
			err := NewChecker(tables).Event(&c.e)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: got %v, want %q", AppendText(nil, tables, &c.e), err, c.want)
			}
		}
	}
}
