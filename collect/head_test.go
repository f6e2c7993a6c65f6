package collect

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/trace"
)

// headOf returns the lines that a head tells after the events of a text.
func headOf(t *testing.T, text string) []string {
	t.Helper()
	h := newHead()
	if err := event.Each(event.NewTextReader(strings.NewReader(text)), func(tt *event.Tables, e event.Event) bool {
		if headKinds.Has(e.Kind) {
			h.apply(tt, &e)
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return told(t, h)
}

// told returns what a copy of h writes at 5 s, without its time.
func told(t *testing.T, h *head) (lines []string) {
	t.Helper()
	var file bytes.Buffer
	w := trace.NewWriter(&file)
	if err := h.clone().write(w, 5e9, "start=unknown", "remark"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := trace.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	if err := event.Each(r, func(tt *event.Tables, e event.Event) bool {
		at, line, _ := strings.Cut(string(event.AppendText(nil, tt, &e)), " ")
		if at != "5" {
			t.Errorf("%s is at %s", line, at)
		}
		lines = append(lines, strings.TrimPrefix(line, "aoi-trace "))
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return lines[2:] // after trace and note
}

func TestHead(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", "0 z move e=1 pos=0,0,0", ""},
		{"the last counts", `
			0 z space id=1 enter=50
			0 z radius e=1 enter=10
			0 z name e=1 label=orc
			0 y radius e=1 enter=20 leave=25 period=3
			0 z radius e=1 enter=5 as=target`,
			`space id=1 enter=50
			name e=1 label=orc
			radius e=1 enter=20 leave=25 period=3
			radius e=1 enter=5 as=target`},
		{"what is shown again is no fact", `
			0 z filter w=1 t=2 hidden=true rule=stealth
			0 z filter w=1 t=3 hidden=true
			0 z filter w=1 t=2 hidden=false
			0 z filter w=9 t=9 hidden=false`,
			`filter w=1 t=3 hidden=true`},
		{"spaces and processes are kept apart", `
			0 z space id=1 enter=50
			0 p/z space id=1 enter=60
			0 z name e=1 label=a
			0 p/z name e=1 label=b
			0 z name space=1 e=1 label=c
			0 z name space=2 e=1 label=d`,
			`space id=1 enter=50
			p/aoi-trace space id=1 enter=60
			name e=1 label=a
			p/aoi-trace name e=1 label=b
			name space=1 e=1 label=c
			name space=2 e=1 label=d`},
		{"a space that begins anew has new entities", `
			0 z space id=1 enter=50
			0 z space id=2 enter=51
			0 z name e=1 label=first
			0 z name space=1 e=2 label=first
			0 z name space=2 e=3 label=second
			0 z space id=1 enter=55
			0 z name space=1 e=4 label=new`,
			`space id=1 enter=55
			space id=2 enter=51
			name space=2 e=3 label=second
			name space=1 e=4 label=new`},
		{"a despawn ends nothing", `
			0 z name e=1 label=orc
			0 z spawn e=1 pos=0,0,0
			0 z despawn e=1`,
			`name e=1 label=orc`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.ReplaceAll(tt.in, "\t", "")
			want := strings.ReplaceAll(tt.want, "\t", "")
			if got := strings.Join(headOf(t, text), "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A head remembers as many entities that are gone as it says, and those that
// came back.
func TestHeadForgets(t *testing.T) {
	h := newHead()
	tt := event.NewTables()
	s := tt.Stream("z")
	label := tt.Str("orc")
	apply := func(k event.Kind, id uint64) {
		e := event.Event{Kind: k, Stream: s, Entity: id}
		if k == event.Name {
			e.Set, e.Str[0] = event.Name.Bit("label"), label
		}
		h.apply(tt, &e)
	}
	const more = 1000
	for id := range uint64(manyGone + more) {
		apply(event.Name, id)
		apply(event.Despawn, id)
		if id == 10 {
			apply(event.Spawn, 7) // it lives
			apply(event.Spawn, 8)
			apply(event.Despawn, 8) // it goes again
		}
	}
	if len(h.entities) > manyGone+1 || len(h.gone) > manyGone {
		t.Errorf("it knows %d entities, %d gone", len(h.entities), len(h.gone))
	}
	lines := map[string]bool{}
	for _, line := range told(t, h) {
		lines[line] = true
	}
	for id, want := range map[uint64]bool{0: false, 7: true, 8: false, manyGone + more - 1: true, more + 10: true} {
		if got := lines[fmt.Sprintf("name e=%d label=orc", id)]; got != want {
			t.Errorf("entity %d is remembered: %v", id, got)
		}
	}
}
