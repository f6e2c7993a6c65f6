package order

import (
	"io"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
)

// before reports whether, at the end of the trace, the first event of stream
// from is known to be before the last of stream to.
func before(t *testing.T, text, from, to string) bool {
	t.Helper()
	var c Clocks
	src := event.NewTextReader(strings.NewReader(text))
	var tab *event.Tables
	for {
		b, err := src.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		tab = b.Tables
		for i := range b.N {
			c.Step(b, i)
		}
	}
	return c.Before(event.Ref{Stream: tab.Stream(from), Seq: 0}, tab.Stream(to))
}

func TestShared(t *testing.T) {
	tests := []struct {
		name, text string
		want       bool
	}{
		{"channels of two processes", "0 p/a send ch=c n=1\n1 q/b recv ch=c n=1\n", false},
		{"a shared channel", "0 p/a send ch=//c n=1\n1 q/b recv ch=//c n=1\n", true},
		{"another message", "0 p/a send ch=//c n=1\n1 q/b recv ch=//c n=2\n", false},
		{"a channel and an object", "0 p/a send ch=//c n=1\n1 q/b observe obj=//c v=1\n", false},
		{"a shared object", "0 p/a publish obj=//o v=1\n1 q/b observe obj=//o v=1\n", true},
		{"a shared lock", "0 p/a acquire lock=//l mode=w n=1\n0 p/a release lock=//l mode=w n=1\n1 q/b acquire lock=//l mode=w n=2\n", true},
		{"locks of two processes", "0 p/a acquire lock=l mode=w n=1\n0 p/a release lock=l mode=w n=1\n1 q/b acquire lock=l mode=w n=2\n", false},
		{"a fork is of its own process", "0 p/a fork g=b\n1 q/b tick n=1\n", false},
	}
	for _, test := range tests {
		if got := before(t, test.text, "p/a", "q/b"); got != test.want {
			t.Errorf("%s: before is %v, want %v", test.name, got, test.want)
		}
	}
}
