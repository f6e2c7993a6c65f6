package oracle

import (
	"reflect"
	"testing"
	"time"
)

func TestOracle(t *testing.T) {
	square := Rule{Radius: 10}
	towers := Rule{Radius: 10, Cell: 10, Min: 0, Max: 100}
	for _, test := range []struct {
		name string
		rule Rule
		do   func(o *Oracle)
		want Report
	}{
		{"agrees", square, func(o *Oracle) {
			o.Spawn(1, 0, 0, 0)
			o.Spawn(2, 5, 5, 0)
			o.Enter(1, 2)
			o.Enter(2, 1)
			o.Tick(1)
			o.Despawn(2)
			o.Leave(1, 2)
			o.Leave(2, 1)
			o.Tick(2)
		}, Report{Precision: 1, Recall: 1}},
		{"missing then extra", square, func(o *Oracle) {
			o.Spawn(1, 0, 0, 0)
			o.Spawn(2, 5, 5, 3)
			o.Tick(1)
			o.Tick(2)
			o.Enter(1, 2)
			o.Move(2, 10.5, 0)
			o.Tick(3)
		}, Report{Missing: 2, Extra: 1, Wrong: []Interval{
			{Pair{1, 2}, "missing", 1, 2}, {Pair{1, 2}, "extra", 3, 3}}}},
		{"border", square, func(o *Oracle) {
			o.Spawn(1, 0, 0, 0)
			o.Spawn(2, 10.0005, 0, 0)
			o.Enter(1, 2)
			o.Tick(1)
		}, Report{Precision: 1, Recall: 1}},
		{"ghost", square, func(o *Oracle) {
			o.Spawn(1, 0, 0, 0)
			o.Spawn(2, 5, 5, 0)
			o.Enter(1, 2)
			o.Despawn(2)
			o.Tick(1)
			o.Spawn(3, 50, 50, 0) // in the slot of 2: 1 must not be thought to see it
			o.Tick(2)
		}, Report{Precision: 1, Recall: 1, Ghosts: []Pair{{1, 2}}}},
		{"protocol", square, func(o *Oracle) {
			o.Spawn(1, 0, 0, 0)
			o.Spawn(2, 5, 5, 0)
			o.Leave(1, 2)
			o.Enter(1, 2)
			o.Enter(1, 2)
			o.Enter(2, 1)
			o.Enter(1, 9)
			o.Tick(1)
		}, Report{Precision: 1, Recall: 1, StrayLeaves: []Pair{{1, 2}}, DoubleEnters: []Pair{{1, 2}, {1, 9}}}},
		{"cells", towers, func(o *Oracle) {
			o.Spawn(1, 25, 25, 0) // sees cells 1 to 3
			o.Spawn(2, 39, 25, 0)
			o.Spawn(3, 41, 25, 0)
			o.Spawn(4, 500, 500, 0) // beyond the last cell, which is 10
			o.Spawn(5, 95, 95, 0)
			o.Enter(1, 2)
			o.Enter(2, 1)
			o.Enter(3, 2)
			o.Enter(5, 4)
			o.Tick(1)
		}, Report{Precision: 1, Recall: 0.8, Missing: 1, Wrong: []Interval{{Pair{2, 3}, "missing", 1, 1}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := New(test.rule, func() time.Duration { return 0 })
			test.do(o)
			got := *o.Report()
			got.Counts = Counts{}
			if test.want.Precision == 0 { // 1 of nothing
				got.Precision, got.Recall = 0, 0
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestFlapping(t *testing.T) {
	for _, test := range []struct {
		name  string
		flips int
		every time.Duration
		at    float64
		want  []Flapping
		loose int
	}{
		{"ten reversals", 11, time.Second, 10, []Flapping{{Pair{1, 2}, 10}}, 10},
		{"nine", 10, time.Second, 10, nil, 0},
		{"slow", 20, 3 * time.Second, 10, nil, 0},
		{"far from the border", 20, time.Second, 9, nil, 19},
	} {
		t.Run(test.name, func(t *testing.T) {
			var now time.Duration
			o := New(Rule{Radius: 10}, func() time.Duration { return now })
			o.Spawn(1, 0, 0, 0)
			o.Spawn(2, test.at, 0, 0)
			for i := range test.flips {
				now += test.every
				if i%2 == 0 {
					o.Enter(1, 2)
				} else {
					o.Leave(1, 2)
				}
			}
			r := o.Report()
			if !reflect.DeepEqual(r.Flapping, test.want) {
				t.Errorf("got %v, want %v", r.Flapping, test.want)
			}
			loose := 0
			for _, f := range r.Reversing {
				loose += f.Reversals
			}
			if loose != test.loose {
				t.Errorf("got %d reversals at any distance, want %d", loose, test.loose)
			}
		})
	}
}

func TestMoveEndsRun(t *testing.T) {
	o := New(Rule{Radius: 10}, func() time.Duration { return 0 })
	o.Spawn(1, 0, 0, 0)
	o.Spawn(2, 10, 0, 0)
	for i := range 16 {
		if i == 8 {
			o.Move(2, 5, 0)
			o.Move(2, 10, 0)
		}
		if i%2 == 0 {
			o.Enter(1, 2)
		} else {
			o.Leave(1, 2)
		}
	}
	if got := o.Report().Flapping; got != nil {
		t.Errorf("got %v, want none: the pair was away from the border in between", got)
	}
}

func TestNil(t *testing.T) {
	var o *Oracle
	o.Spawn(1, 0, 0, 0)
	o.Move(1, 0, 0)
	o.Enter(1, 2)
	o.Leave(1, 2)
	o.Despawn(1)
	o.Tick(1)
	if got := o.Report(); got != nil {
		t.Errorf("got %v, want nil", got)
	}
}

func TestCounts(t *testing.T) {
	o := New(Rule{Radius: 10}, func() time.Duration { return 0 })
	o.Spawn(1, 0, 0, 0)
	o.Spawn(2, 0, 0, 0)
	o.Enter(1, 2)
	o.Move(1, 1, 1)
	o.Leave(1, 2)
	o.Despawn(2)
	o.Tick(1)
	want := Counts{Ticks: 1, Spawns: 2, Moves: 1, Despawns: 1, Enters: 1, Leaves: 1}
	if got := o.Report().Counts; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
