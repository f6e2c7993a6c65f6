package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each command in a console block of the README prints what the README shows.
func TestReadme(t *testing.T) {
	const readme, sample = "../../README.md", "../../docs/flicker.txt"
	page, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	readmePath, err := filepath.Abs(readme)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir("docs", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("docs/flicker.txt", text, 0o666); err != nil {
		t.Fatal(err)
	}
	ran := 0
	parts := strings.Split(string(page), "```console\n")
	for i, part := range parts[1:] {
		block, rest, ok := strings.Cut(part, "```")
		if !ok {
			t.Fatalf("console block %d does not end", i+1)
		}
		var b bytes.Buffer
		for line := range strings.Lines(block) {
			if command, ok := strings.CutPrefix(line, "$ aoi-trace "); ok {
				ran++
				b.WriteString(line)
				run(strings.Fields(command), strings.NewReader(""), &b, &b)
			}
		}
		if got := b.String(); got != block {
			if !*update {
				t.Errorf("console block %d of the README: got\n%s\nwant\n%s", i+1, got, block)
			}
			parts[i+1] = got + "```" + rest
		}
	}
	if ran == 0 {
		t.Error("the README shows no command")
	}
	if *update {
		if err := os.WriteFile(readmePath, []byte(strings.Join(parts, "```console\n")), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
