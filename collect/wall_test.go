package collect_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
	"github.com/aoi-trace/aoi-trace/record"
	"github.com/aoi-trace/aoi-trace/trace"
)

// The file says what the wall clock showed at its time 0.
func TestWall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.aoi")
	rec, err := record.To(path)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Now()
	rec.Note("here")
	to := time.Now()
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := trace.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var wall, note time.Duration
	err = event.Each(in, func(tab *event.Tables, e event.Event) bool {
		switch e.Kind {
		case event.Trace:
			details, err := event.DetailFields(event.Trace, tab.Text(e.Str[0]))
			if err != nil {
				t.Error(err)
			}
			for _, d := range details {
				if d.Key == "wall" {
					if wall, err = event.ParseTime(d.Value); err != nil {
						t.Error(err)
					}
				}
			}
		case event.Note:
			note = e.Time
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	const slack = time.Second // the wall clock may be set in between
	if at := time.Unix(0, int64(wall+note)); at.Before(from.Add(-slack)) || at.After(to.Add(slack)) {
		t.Errorf("the note was recorded at %v, want between %v and %v", at, from, to)
	}
}
