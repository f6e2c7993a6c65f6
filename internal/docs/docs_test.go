// Package docs keeps the pages that are written from tables in step with
// those tables: go test ./internal/docs -update writes them anew.
package docs

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aoi-trace/aoi-trace/analyze/detectors"
	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/internal/render"
)

var update = flag.Bool("update", false, "rewrite the generated pages")

// generated compares the part of a page between its markers with what it
// should be, or rewrites it.
func generated(t *testing.T, path, want string) {
	t.Helper()
	const begin, end = "<!-- generated: go test ./internal/docs -update -->\n", "<!-- end of generated part -->\n"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	i, j := strings.Index(page, begin), strings.Index(page, end)
	if i < 0 || j < i {
		t.Fatalf("%s has no generated part: a line %q and a line %q", path, begin, end)
	}
	got := page[i+len(begin) : j]
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s is not what the tables say: run go test ./internal/docs -update", path)
		return
	}
	if err := os.WriteFile(path, []byte(page[:i+len(begin)]+want+page[j:]), 0o666); err != nil {
		t.Fatal(err)
	}
}

// cell makes text safe in a table of Markdown.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func TestEvents(t *testing.T) {
	var b strings.Builder
	group := ""
	for k := event.Invalid + 1; k < event.NumKinds; k++ {
		spec := k.Spec()
		if spec.Group != group {
			group = spec.Group
			fmt.Fprintf(&b, "\n## %s\n", strings.ToUpper(group[:1])+group[1:])
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s. (Kind %d.)\n", spec.Name, strings.ToUpper(spec.Doc[:1])+spec.Doc[1:], k)
		if len(spec.Keys) == 0 {
			continue
		}
		b.WriteString("\n| key | value | | meaning |\n|---|---|---|---|\n")
		for i := range spec.Keys {
			key := &spec.Keys[i]
			need := ""
			if key.Required {
				need = "always"
			}
			fmt.Fprintf(&b, "| `%s=` | %s | %s | %s |\n", key.Name, cell(render.ValueOf(key)), need, cell(key.Doc))
		}
	}
	b.WriteString("\n")
	generated(t, "../../docs/events.md", b.String())
}

// label matches what begins a paragraph of a detector's documentation.
var label = regexp.MustCompile(`(?m)^(Condition(?: \[[^\]]*\])?|Needs|Evidence|Known false alarms|Usual causes|Soundness):`)

func TestDetectors(t *testing.T) {
	var b strings.Builder
	family := ""
	for _, d := range detectors.All {
		if d.Family != family {
			family = d.Family
			fmt.Fprintf(&b, "\n## %s\n", strings.ToUpper(family[:1])+family[1:])
		}
		title, body, _ := strings.Cut(strings.TrimSpace(d.Doc), "\n")
		body = label.ReplaceAllString(strings.TrimSpace(body), "\n**$1:**")
		body = regexp.MustCompile(`\n{3,}`).ReplaceAllString(body, "\n\n")
		fmt.Fprintf(&b, "\n### %s\n\n%s.\n\n%s\n", d.Name, strings.ToUpper(title[:1])+title[1:], strings.TrimSpace(body))
	}
	b.WriteString("\n")
	generated(t, "../../docs/detectors.md", b.String())
}

func TestReadmeListsTheDetectors(t *testing.T) {
	var b strings.Builder
	b.WriteString("| detector | family | what it finds |\n|---|---|---|\n")
	for _, d := range detectors.All {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Name, d.Family, cell(d.Title()))
	}
	generated(t, "../../README.md", b.String())
}

// Every documentation must say what a reader needs to judge a finding by.
func TestEveryDetectorIsExplained(t *testing.T) {
	for _, d := range detectors.All {
		for _, want := range []string{"Condition", "Evidence:", "Known false alarms:", "Usual causes:"} {
			if !strings.Contains(d.Doc, want) {
				t.Errorf("the documentation of %s has no %q", d.Name, want)
			}
		}
		if d.Title() == "" || strings.HasSuffix(d.Title(), ".") {
			t.Errorf("the title of %s is %q: one line without a full stop is wanted", d.Name, d.Title())
		}
	}
}

// The links between the pages must lead somewhere.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	code := regexp.MustCompile("(?ms)^```.*?^```")
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/design.md", "docs/detectors.md", "docs/events.md", "docs/instrument.md"} {
		b, err := os.ReadFile("../../" + page)
		if err != nil {
			t.Error(err)
			continue
		}
		dir := "../../" + strings.TrimSuffix(page, page[strings.LastIndex(page, "/")+1:])
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(string(b), ""), -1) {
			if _, err := os.Stat(dir + m[1]); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
	}
}
