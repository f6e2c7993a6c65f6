package render

import (
	"bytes"
	"testing"
	"time"

	"github.com/aoi-trace/aoi-trace/merge"
)

func TestMerged(t *testing.T) {
	r := &merge.Result{Files: []merge.File{
		{Name: "east", Known: true},
		{Name: "west", Known: true, Offset: 1500 * time.Millisecond, Drift: 12.3e-6, Rate: 0.4e-6, Bound: 85 * time.Microsecond, Via: "east", To: 1024, From: 998},
		{Name: "set", Known: true, Offset: -time.Second, Bound: time.Second, Slack: time.Second / 2, Via: "west", To: 1, From: 1},
		{Name: "wall", Wall: true, Offset: time.Second, Via: "east"},
		{Name: "oneway", Wall: true, Offset: time.Second, Via: "east", To: 3},
		{Name: "mail", Offset: time.Second, Via: "east", From: 1},
		{Name: "alone", Via: "east"},
	}}
	const want = `  east    the reference
  west    begins 1.5 s after east, within 85 µs, drift of +12.300 ±0.400 ppm, by 1,024 messages from east and 998 to it
  set     begins 1 s before east, drift of +0 ±0 ppm, by 1 message from west and 1 to it, which contradict a constant drift by 0.5 s: the bound of 1 s is not certain
  wall    begins 1 s after east by the wall clocks; the bound is unknown without messages
  oneway  begins 1 s after east by the wall clocks and 3 messages from east and 0 to it; the bound is unknown without messages both ways
  mail    begins 1 s after east by 0 messages from east and 1 to it; the bound is unknown without messages both ways
  alone   is taken to begin with east: there are neither messages nor wall clocks to go by
`
	var b bytes.Buffer
	NewPage(&b, false).Merged(r)
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
