package trace

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
)

var typeNames = map[event.Type]string{
	event.UintType: "uint", event.FloatType: "float", event.VecType: "vec", event.RegionType: "region",
	event.StringType: "string", event.StreamType: "stream", event.IDsType: "ids", event.CountsType: "counts",
	event.EnumType: "enum", event.BoolType: "bool", event.TimeType: "time", event.Hex64Type: "hex64", event.Hex128Type: "hex128",
}

// kindTable is the table of kinds of docs/format.md.
func kindTable() string {
	var b strings.Builder
	b.WriteString("| number | kind | keys: number, name, type; those in brackets are optional |\n|---|---|---|\n")
	for k := event.Invalid + 1; k < event.NumKinds; k++ {
		var keys []string
		details := false
		for i, key := range k.Spec().Keys {
			text := fmt.Sprintf("%d `%s` %s", i, key.Name, typeNames[key.Type])
			switch {
			case key.Field == event.FieldDetail:
				if !details {
					keys = append(keys, "details")
				}
				details = true
				continue
			case key.Type == event.EnumType:
				text += " (" + strings.Join(key.Enum, ", ") + ")"
			}
			if !key.Required {
				text = "[" + text + "]"
			}
			keys = append(keys, text)
		}
		fmt.Fprintf(&b, "| %d | `%v` | %s |\n", k, k, strings.Join(keys, "; "))
	}
	return b.String()
}

// The specification names the kinds and keys that there are.
func TestFormatDocument(t *testing.T) {
	const name = "../docs/format.md"
	const from, to = "-update -->\n", "<!-- end of kinds -->"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(b), from)
	old, tail, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table of kinds", name)
	}
	if old == kindTable() {
		return
	}
	if !*update {
		t.Fatalf("%s does not have the kinds of the event table; run go test -update", name)
	}
	if err := os.WriteFile(name, []byte(head+from+kindTable()+to+tail), 0o666); err != nil {
		t.Fatal(err)
	}
}
