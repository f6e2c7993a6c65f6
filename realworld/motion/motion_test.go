package motion

import (
	"reflect"
	"slices"
	"testing"
)

// sums counts a script's actions and checks that each fits the one before.
func sums(t *testing.T, s *Script) (ticks int, ops [4]int, most int) {
	t.Helper()
	alive := map[uint64]bool{}
	for tick := range s.Ticks {
		ticks++
		for _, a := range tick.Actions {
			ops[a.Op]++
			if alive[a.ID] == (a.Op == Spawn) {
				t.Fatalf("tick %d: %+v, but the entity lives: %v", ticks-1, a, alive[a.ID])
			}
			alive[a.ID] = a.Op != Despawn
			if a.Op != Despawn && (min(a.X, a.Y) < s.Min || max(a.X, a.Y) > s.Max) {
				t.Fatalf("tick %d: %+v is outside %v..%v", ticks-1, a, s.Min, s.Max)
			}
		}
		n := 0
		for _, is := range alive {
			if is {
				n++
			}
		}
		most = max(most, n)
	}
	return ticks, ops, most
}

func TestSeeded(t *testing.T) {
	for _, name := range []string{"walk", "stroll", "radius", "flicker", "pair"} {
		t.Run(name, func(t *testing.T) {
			collect := func(o Options) (all []Action) {
				s, err := Named(name, o)
				if err != nil {
					t.Fatal(err)
				}
				sums(t, s)
				for tick := range s.Ticks {
					all = append(all, tick.Actions...)
				}
				return all
			}
			o := Options{Entities: 50, Ticks: 20, Float: true, Seed: 7}
			a, b := collect(o), collect(o)
			if !reflect.DeepEqual(a, b) {
				t.Error("the same seed gave different actions")
			}
			for _, x := range a {
				if x.X != float64(float32(x.X)) && name != "pair" {
					t.Fatalf("%v is not a float32", x.X)
				}
			}
			o.Seed++
			if name != "pair" && reflect.DeepEqual(a, collect(o)) {
				t.Error("another seed gave the same actions")
			}
		})
	}
}

// TestRecorded holds the loaders to the figures that come with the data.
func TestRecorded(t *testing.T) {
	for _, test := range []struct {
		workload, file    string
		rows, spawns      int // rows: spawns, moves and teleports together
		most, from, until int // until: ticks at most
	}{
		{"crowd", "ao_300_bottleneck_16fps_m.txt.gz", 128783, 348, 224, 958, 962},
		{"crowd", "bi_corr_400_b_03_25fps_cm.txt.gz", 120790, 480, 50, 3244, 3250},
		{"crowd", "040_c_56_h-_25fps_m.txt.gz", 63110, 75, 75, 1654, 1660},
		{"football", "tracking_0000-6000.csv.gz", 138000, 23, 23, 6001, 6001},
		{"game", "black_gold_2018-04.csv.gz", 0, 145, 100, 8800, 9800},
		{"game", "burning_sands_2020-11.csv.gz", 0, 41, 38, 18000, 20000},
		{"game", "kashan_desert_2021-06.csv.gz", 0, 137, 100, 2600, 3600},
	} {
		t.Run(test.file, func(t *testing.T) {
			if !slices.Contains(Recordings(test.workload, Options{}), test.file) {
				t.Skipf("%s is not here: set %s to the folder of recordings", test.file, DataEnv)
			}
			s, err := Named(test.workload, Options{File: test.file})
			if err != nil {
				t.Fatal(err)
			}
			ticks, ops, most := sums(t, s)
			t.Logf("%d ticks, %d spawns, %d moves, %d teleports, %d despawns, %d at most, %v..%v",
				ticks, ops[Spawn], ops[Move], ops[Teleport], ops[Despawn], most, s.Min, s.Max)
			if rows := ops[Spawn] + ops[Move] + ops[Teleport]; test.rows != 0 && rows != test.rows {
				t.Errorf("got %d rows, want %d", rows, test.rows)
			}
			if test.workload == "game" {
				// Who never lives before it quits is never spawned.
				if ops[Spawn] > test.spawns || ops[Spawn] < test.spawns*7/10 || ops[Teleport] == 0 {
					t.Errorf("got %d spawns and %d teleports, want nearly %d, and some", ops[Spawn], ops[Teleport], test.spawns)
				}
			} else if ops[Spawn] != test.spawns {
				t.Errorf("got %d spawns, want %d", ops[Spawn], test.spawns)
			}
			if test.workload == "crowd" && ops[Despawn] != test.spawns {
				t.Errorf("got %d despawns, want %d", ops[Despawn], test.spawns)
			}
			if most > test.most || most < test.most*9/10 || ticks < test.from || ticks > test.until {
				t.Errorf("got at most %d at once in %d ticks, want %d in %d to %d", most, ticks, test.most, test.from, test.until)
			}
		})
	}
}

func TestUnknown(t *testing.T) {
	if _, err := Named("sprint", Options{}); err == nil {
		t.Error("got no error for a workload that does not exist")
	}
	if _, err := Named("crowd", Options{Data: t.TempDir()}); err == nil {
		t.Error("got no error for a folder without recordings")
	}
}
