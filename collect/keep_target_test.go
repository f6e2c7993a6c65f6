//go:build linux

package collect_test

import (
	"fmt"
	"os"
	"time"

	"github.com/aoi-trace/aoi-trace/record"
)

// keeper is a server whose definitions all come at the beginning. It records
// args[0] ticks, args[1] milliseconds apart, of args[2] updates each, and
// then does what args[3] says.
func keeper(args []string) {
	rec := record.Open(record.SyncAll())
	rec.Space(1, record.Contract{Enter: 50, Leave: 55, Eval: 1, Filters: "recorded"})
	zone := rec.Stream("zone")
	rec.Fork("zone")
	for e := range uint64(4) {
		zone.Label(e, fmt.Sprint("orc ", e), "npc")
		zone.Spawn(e, float64(e), 0, 0)
	}
	zone.Radius(1, 20, 25)
	zone.Radius(1, 30, 33) // the last counts
	zone.Filter(2, 1, true, rec.Name("stealth"))
	zone.Filter(3, 1, true, rec.Name("stealth"))
	zone.Filter(3, 1, false, rec.Name("stealth"))
	v := uint64(0)
	move := rec.Name("move")
	for n := range uint64(number(args[0])) {
		zone.Begin(move, 1)
		for range number(args[2]) {
			z := (v + 1) * 0x9e3779b97f4a7c15
			zone.Update(1, (z^z>>29)*0xbf58476d1ce4e5b9, v) // what does not compress
			v++
		}
		zone.End()
		zone.Tick(n)
		time.Sleep(time.Duration(number(args[1])) * time.Millisecond)
		if len(args) > 3 && args[3] == "snapshots" && n%100 == 99 {
			rec.Snapshot(fmt.Sprint("tick ", n))
		}
	}
	if len(args) > 3 && args[3] == "kill" {
		p, err := os.FindProcess(os.Getpid())
		if err == nil {
			p.Kill()
		}
		select {}
	}
	rec.Close()
}
