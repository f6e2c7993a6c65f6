package ring

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What cannot be an attachment is told, and does not hide the others.
func TestAttachments(t *testing.T) {
	dir := t.TempDir()
	if list, err := Attachments(dir); err != nil || list != nil {
		t.Errorf("an empty directory has %v, %v", list, err)
	}
	files := filepath.Join(dir, FilesDir)
	if err := os.Mkdir(files, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"1.attach": "aoi-attachment 1 12 34 \"server\" \"a b\" \"text/plain\"\ncontent",
		"2.attach": "",
		"3.attach": "aoi-attachment 2 12 34 \"server\" \"a b\" \"text/plain\"\n",
		"4.attach": strings.Repeat("x", 2*maxAttachHead),
		"5":        "no attachment: its head is being written",
	} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	list, err := Attachments(dir)
	if len(list) != 1 {
		t.Fatalf("got %+v", list)
	}
	a := list[0]
	if a.Pid != 12 || a.Started.UnixNano() != 34 || a.Process != "server" || a.Name != "a b" || a.Type != "text/plain" {
		t.Errorf("got %+v", a)
	}
	if b, _ := os.ReadFile(a.Path); string(b[a.Offset:]) != "content" {
		t.Errorf("the content begins at %d of %q", a.Offset, b)
	}
	for _, name := range []string{"2.attach", "3.attach", "4.attach"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not tell of %s: %v", name, err)
		}
	}
	if err := Remove(dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the directory is still there")
	}
}
