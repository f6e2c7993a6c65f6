package httphook

import (
	"bytes"
	"fmt"
	"log"
	"net/http"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"time"
)

// MaxSeconds is how long a CPU profile may take at most.
const MaxSeconds = 30

// ProfileHeader is the response header that says what became of ?profile=:
// the profile's name in the trace, where it will be when its time is over, or
// "busy" if the process makes a profile already.
const ProfileHeader = "Aoi-Trace-Profile"

const profileType = "application/x-pprof"

// profiles numbers the profiles of the process, so that each has a name of
// its own whichever handler was asked.
var profiles atomic.Uint64

// profile starts a profile if r asks for one and may. The request itself is
// served as it would be without. It reports false if it has answered: what was
// asked for makes no sense. To whom nothing is allowed it says nothing.
func (h *handler) profile(w http.ResponseWriter, r *http.Request) bool {
	asked := r.URL.Query()["profile"]
	if len(asked) == 0 || !h.Options.Profile(r) {
		return true
	}
	seconds, err := strconv.Atoi(asked[0])
	if err != nil || seconds < 1 || seconds > MaxSeconds {
		http.Error(w, fmt.Sprintf("profile=%.20q: want seconds, from 1 to %d", asked[0], MaxSeconds), http.StatusBadRequest)
		return false
	}
	var to bytes.Buffer
	if err := pprof.StartCPUProfile(&to); err != nil {
		w.Header().Set(ProfileHeader, "busy")
		return true
	}
	name := fmt.Sprintf("http-%d.pprof", profiles.Add(1))
	w.Header().Set(ProfileHeader, name)
	go h.finish(name, &to, time.Duration(seconds)*time.Second)
	return true
}

// finish ends the profile when its time is over and puts it into the trace.
func (h *handler) finish(name string, to *bytes.Buffer, d time.Duration) {
	time.Sleep(d)
	pprof.StopCPUProfile()
	if err := h.Recorder.Attach(name, profileType, to.Bytes()); err != nil {
		h.log(fmt.Sprintf("aoi-trace: a CPU profile of %v is not kept: %v", d, err))
		return
	}
	h.Recorder.Note(fmt.Sprintf("CPU profile of the last %v: %s", d, name))
	h.log(fmt.Sprintf("aoi-trace: a CPU profile of %v is in the trace: %s", d, name))
}

func (h *handler) log(msg string) {
	if h.Log == nil {
		log.Print(msg)
		return
	}
	h.Log(msg)
}
