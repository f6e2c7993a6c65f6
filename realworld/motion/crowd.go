package motion

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// A row is one position of one entity in one frame of a recording.
type row struct {
	frame int
	id    uint64
	x, y  float64
}

// crowd plays pedestrians filmed from above: rows of id, frame, x, y. The
// file name says the frame rate and the unit.
func crowd(o Options) (*Script, error) {
	var rows []row
	name, err := eachLine("crowd", o, func(line string) error {
		if line == "" || line[0] == '#' {
			return nil
		}
		f := strings.Fields(line)
		if len(f) < 4 {
			return fmt.Errorf("want id, frame, x and y, got %d columns", len(f))
		}
		id, err := strconv.ParseUint(f[0], 10, 64)
		frame, err2 := strconv.Atoi(f[1])
		x, err3 := strconv.ParseFloat(f[2], 64)
		y, err4 := strconv.ParseFloat(f[3], 64)
		for _, e := range []error{err, err2, err3, err4} {
			if e != nil {
				return e
			}
		}
		rows = append(rows, row{frame, id, x, y})
		return nil
	})
	if err != nil {
		return nil, err
	}
	scale, fps := 1.0, 25
	if strings.Contains(name, "_cm.") {
		scale = 0.01
	}
	if strings.Contains(name, "_16fps") {
		fps = 16
	}
	for i := range rows {
		rows[i].x *= scale
		rows[i].y *= scale
	}
	return recorded(o, 2, frames(rows, time.Second/time.Duration(fps))), nil
}

// frames makes ticks of rows, one tick a frame: an entity spawns with its
// first row and despawns in the frame after its last.
func frames(rows []row, period time.Duration) []Tick {
	sort.SliceStable(rows, func(i, j int) bool {
		if rows[i].frame != rows[j].frame {
			return rows[i].frame < rows[j].frame
		}
		return rows[i].id < rows[j].id
	})
	if len(rows) == 0 {
		return nil
	}
	first := rows[0].frame
	last := map[uint64]int{}
	for _, r := range rows {
		last[r.id] = r.frame
	}
	ticks := make([]Tick, rows[len(rows)-1].frame-first+2)
	for i := range ticks {
		ticks[i].At = time.Duration(i) * period
	}
	gone := make([]Action, 0, len(last))
	for id, frame := range last {
		gone = append(gone, Action{Op: Despawn, ID: id, X: float64(frame)})
	}
	sort.Slice(gone, func(i, j int) bool { return gone[i].ID < gone[j].ID })
	for _, a := range gone {
		t := &ticks[int(a.X)-first+1]
		t.Actions = append(t.Actions, Action{Op: Despawn, ID: a.ID})
	}
	alive := map[uint64]bool{}
	for _, r := range rows {
		a := Action{Op: Move, ID: r.id, X: r.x, Y: r.y}
		if !alive[r.id] {
			alive[r.id] = true
			a.Op = Spawn
		}
		t := &ticks[r.frame-first]
		t.Actions = append(t.Actions, a)
	}
	return ticks
}
