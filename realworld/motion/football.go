package motion

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// football plays 22 players and a ball, all there from kick-off on: rows of
// frame, t, entity, x, y, z, ball_status.
func football(o Options) (*Script, error) {
	var rows []row
	ids := map[string]uint64{}
	header := true
	_, err := eachLine("football", o, func(line string) error {
		if header {
			header = false
			return nil
		}
		f := strings.Split(line, ",")
		if len(f) < 5 {
			return fmt.Errorf("want frame, t, entity, x and y, got %d columns", len(f))
		}
		id, ok := ids[f[2]]
		if !ok {
			id = uint64(len(ids) + 1)
			ids[f[2]] = id
		}
		frame, err := strconv.Atoi(f[0])
		x, err2 := strconv.ParseFloat(f[3], 64)
		y, err3 := strconv.ParseFloat(f[4], 64)
		for _, e := range []error{err, err2, err3} {
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
	return recorded(o, 10, frames(rows, 40*time.Millisecond)), nil
}
