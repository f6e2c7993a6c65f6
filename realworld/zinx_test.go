package realworld_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/aoi-trace/aoi-trace/realworld/oracle"
	"github.com/aoi-trace/aoi-trace/realworld/zinx"
	"github.com/aoi-trace/aoi-trace/record"
)

// The sample game sleeps for 200 ms for each neighbour that it tells. One
// player after the other would take an hour, so that runs in virtual time,
// which only tests have: the program that is recorded is this test binary,
// with TestServeZinx as its main. Together, the players take seconds.
const (
	zinxMode   = "REALWORLD_ZINX"         // apart or together
	zinxReport = "REALWORLD_ZINX_VERDICT" // file for what brute force says
)

// TestServeZinx is the server that TestZinx records.
func TestServeZinx(t *testing.T) {
	mode := os.Getenv(zinxMode)
	if mode == "" {
		t.Skip("the server of TestZinx, started by it")
	}
	rec := record.Open()
	var v zinx.Verdict
	if mode == "together" {
		w := zinx.New(rec)
		w.Join(200, 1)
		w.Walk(4, true)
		v = w.Check()
	} else {
		synctest.Test(t, func(*testing.T) {
			w := zinx.New(rec)
			w.Join(200, 1)
			w.Walk(20, false)
			v = w.Check()
		})
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(os.Getenv(zinxReport), text, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func recordZinx(t *testing.T, mode string) (a *analysis, v zinx.Verdict) {
	t.Helper()
	report := filepath.Join(t.TempDir(), "verdict.json")
	t.Setenv(zinxMode, mode)
	t.Setenv(zinxReport, report)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	a = recorded(t, self, "-test.run=^TestServeZinx$")
	text, err := os.ReadFile(report)
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a, v
}

// TestZinx finds nothing in the sample game as long as one player moves at a
// time, and what every client was told wrongly when all move together.
func TestZinx(t *testing.T) {
	t.Run("apart", func(t *testing.T) {
		a, v := recordZinx(t, "apart")
		if v != (zinx.Verdict{Relations: v.Relations}) {
			t.Fatalf("brute force itself disagrees: %+v", v)
		}
		a.wantNone(t, &oracle.Report{})
	})
	t.Run("together", func(t *testing.T) {
		if raced {
			t.Skip("the sample game has data races: the race detector would end it")
		}
		a, v := recordZinx(t, "together")
		t.Logf("brute force: %+v", v)
		if v.Ghosts == 0 || v.Missing == 0 {
			t.Fatal("brute force saw nothing wrong: the players did not meet")
		}
		// The locks around each message put them in order across goroutines,
		// so that what was told twice is certain. The detector may count a
		// few less: it says nothing of a pair of which it is not sure.
		for detector, want := range map[string]int{"double-enter": v.Doubles, "stray-leave": v.Strays} {
			if got := a.cases(detector); got > want || got < want*9/10 {
				t.Errorf("got %d cases of %s, brute force counts %d", got, detector, want)
			}
		}
		if a.exit != 1 {
			t.Errorf("got exit code %d, want 1", a.exit)
		}
	})
}
