package docs

import (
	"os"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/record"
)

// instrumented is what the README and docs/instrument.md show; here it is
// compiled and run.
func instrumented(id, watcher, n uint64, x, y, z float64) {
	// begin
	rec := record.Open() // nil, and free, unless run by aoi-trace record
	defer rec.Close()
	rec.Space(1, record.Contract{Enter: 50, Leave: 55, Eval: 1})
	zone := rec.Stream("zone") // one goroutine's

	zone.Spawn(id, x, y, z) // where an entity joins the world
	zone.Move(id, x, y, z)  // where it moves
	zone.Enter(watcher, id) // where a view gains it
	zone.Leave(watcher, id) // where a view loses it
	zone.Despawn(id)        // where it quits the world
	zone.Tick(n)            // at the end of each tick
	// end
}

func TestTheTenLines(t *testing.T) {
	instrumented(7, 8, 1, 10, 20, 0) // under no recorder: it must do nothing
	source, err := os.ReadFile("instrument_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(source), "// begin\n")
	code, _, _ = strings.Cut(code, "\t// end\n")
	want := normal(code)
	for _, page := range []string{"README.md", "docs/instrument.md", "cmd/aoi-trace/record.go"} {
		b, err := os.ReadFile("../../" + page)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(normal(string(b)), want) {
			t.Errorf("%s does not show the lines of instrument_test.go:\n%s", page, want)
		}
	}
}

// normal drops how lines are indented and aligned.
func normal(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}
