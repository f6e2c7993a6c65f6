package render

import (
	"bytes"
	"testing"
)

func TestTable(t *testing.T) {
	var b bytes.Buffer
	p := NewPage(&b, false)
	p.Table([]Column{{Name: "kind"}, {Name: "events", Right: true}, {Name: "what it is"}}, [][]string{
		{"move", "1,234,567", "an entity's position changes"},
		{"enter", "9", "a view gains a target"},
		{"über", "", ""},
	})
	want := `kind      events  what it is
move   1,234,567  an entity's position changes
enter          9  a view gains a target
über
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
