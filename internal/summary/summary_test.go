package summary

import (
	"strings"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/event"
)

const text = `
0 main trace version=1 start=empty
0 main space id=1 metric=circle enter=50 leave=55 eval=tick:1
0.1 z spawn e=7 pos=0,0,0
0.2 z spawn space=1 e=8 pos=1,0,0
0.2 z enter space=1 w=7 t=8
0.3 z tick space=1 n=1
0.25 net update space=1 w=7 t=9
0.4 net gap lost=12 from=0.3 to=0.4 why=overflow
0.5 z despawn space=2 e=7
`

func TestRead(t *testing.T) {
	s, err := Read(event.NewTextReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	if s.Events != 9 || s.Lost != 12 || s.Entities != 4 || s.Kinds[event.Spawn] != 2 {
		t.Errorf("got %d events, %d lost, %d entities, %d spawns; want 9, 12, 4, 2", s.Events, s.Lost, s.Entities, s.Kinds[event.Spawn])
	}
	if s.First != 0 || s.Last != 500*time.Millisecond {
		t.Errorf("got %v to %v, want 0s to 500ms", s.First, s.Last)
	}
	want := []Stream{
		{"main", 2, 0, 0, 0},
		{"z", 5, 0, 100 * time.Millisecond, 500 * time.Millisecond},
		{"net", 2, 12, 250 * time.Millisecond, 400 * time.Millisecond},
	}
	if len(s.Streams) != len(want) {
		t.Fatalf("got streams %+v, want %+v", s.Streams, want)
	}
	for i := range want {
		if s.Streams[i] != want[i] {
			t.Errorf("stream %d: got %+v, want %+v", i, s.Streams[i], want[i])
		}
	}
	if len(s.Spaces) != 2 || s.Spaces[0] != (Space{1, "metric=circle enter=50 leave=55 eval=tick:1", 1, 3, 1}) || s.Spaces[1].Entities != 1 {
		t.Errorf("got spaces %+v", s.Spaces)
	}
	if s.NumGaps != 1 || len(s.Gaps) != 1 || s.Gaps[0].From != 300*time.Millisecond || !s.Gaps[0].Timed {
		t.Errorf("got gaps %+v", s.Gaps)
	}
}

func TestReadKeepsWhatCameBeforeAFailure(t *testing.T) {
	s, err := Read(event.NewTextReader(strings.NewReader("0 a tick n=1\n0 a tock\n")))
	if err == nil || s.Events != 1 {
		t.Errorf("got %d events and error %v, want 1 and an error", s.Events, err)
	}
}
