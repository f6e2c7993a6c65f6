package zinx

import (
	"testing"
	"testing/synctest"

	"github.com/aceld/zinx/zinx_app_demo/mmo_game/core"
)

// play runs players in virtual time: the sample game sleeps for 200 ms for
// each neighbour that it tells.
func play(t *testing.T, players, moves int, together bool) (v Verdict) {
	core.WorldMgrObj.Players = map[int32]*core.Player{}
	core.WorldMgrObj.AoiMgr = core.NewAOIManager(core.AOI_MIN_X, core.AOI_MAX_X, core.AOI_CNTS_X,
		core.AOI_MIN_Y, core.AOI_MAX_Y, core.AOI_CNTS_Y)
	synctest.Test(t, func(*testing.T) {
		w := New(nil)
		w.Join(players, 1)
		w.Walk(moves, together)
		v = w.Check()
	})
	return v
}

func TestOneAfterTheOther(t *testing.T) {
	v := play(t, 200, 20, false)
	if want := (Verdict{Relations: v.Relations}); v != want || v.Relations == 0 {
		t.Errorf("got %+v, want nothing wrong", v)
	}
}

// TestTogether shows what a goroutine for each player does to the views. How
// often differs from run to run.
func TestTogether(t *testing.T) {
	if raced {
		t.Skip("the sample game has data races: the race detector would end it")
	}
	v := play(t, 200, 20, true)
	t.Logf("%+v", v)
	if v.Ghosts < 100 || v.Missing < 10 || v.Unseen < 1000 {
		t.Errorf("got %+v, want ghosts by the hundred, missing ones and updates of the unseen", v)
	}
}
