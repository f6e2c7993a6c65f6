package docs

import (
	"os"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record"
)

// instrumented is what the README and docs/instrument.md show; here it is
// compiled and run.
func instrumented(id, watcher, n uint64, x, y, z float64) {
	// begin
	rec := record.Open() // nil, and free, unless run by aoi-trace record
	defer rec.Close()
	rec.Space(1, record.Contract{Enter: 50, Leave: 55, Eval: 1, Filters: "none", Despawn: "explicit"})
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

// contracts are those of docs/instrument.md; here they are compiled and
// checked.
var contracts = map[string]record.Contract{
	`{Enter: 50, Leave: 55, Eval: 1}`:                                             {Enter: 50, Leave: 55, Eval: 1},
	`{Metric: event.Square, Enter: 50, Eval: 1}`:                                  {Metric: event.Square, Enter: 50, Eval: 1},
	`{Metric: event.Cells, Enter: 1, Cell: record.Vec{X: 32, Y: 16}, Eval: 1}`:    {Metric: event.Cells, Enter: 1, Cell: record.Vec{X: 32, Y: 16}, Eval: 1},
	`{Metric: event.Towers, Enter: 100, Cell: record.Vec{X: 50, Y: 50}, Eval: 1}`: {Metric: event.Towers, Enter: 100, Cell: record.Vec{X: 50, Y: 50}, Eval: 1},
	`Cap: 64, Policy: "nearest"`:                                                  {Cap: 64, Policy: "nearest"},
	`Bounded: true, Max: record.Vec{X: 1000, Y: 1000}`:                            {Bounded: true, Max: record.Vec{X: 1000, Y: 1000}},
	`Filters: "none"`:     {Filters: "none"},
	`Despawn: "explicit"`: {Despawn: "explicit"},
	`Despawn: "implicit"`: {Despawn: "implicit"},
	`Axes: "xz"`:          {Axes: "xz"},
	`EvalMove: true`:      {EvalMove: true},
}

func TestContractsOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/instrument.md")
	if err != nil {
		t.Fatal(err)
	}
	for text, c := range contracts {
		if !strings.Contains(string(page), text) {
			t.Errorf("docs/instrument.md does not show %s", text)
		}
		if _, err := event.ParseContract(c.Detail()); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
