// Package profile lets "aoi-trace record --cpuprofile --memprofile" profile a
// server into its trace:
//
//	rec := record.Open(profile.On())
//	defer rec.Close()
//
// It stands apart from package record because runtime/pprof makes a small
// program a tenth larger; in one that serves HTTP most of it is there already.
package profile

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/aoi-trace/aoi-trace/record"
)

// Env is the environment variable that says which profiles are made: cpu,
// mem, or both with a comma between. "aoi-trace record" sets it.
const Env = "AOI_TRACE_PROFILE"

// The names and the media type of the profiles in the trace.
const (
	CPUName = "cpu.pprof"
	MemName = "mem.pprof"
	Type    = "application/x-pprof"
)

// On has the recorder make the profiles that were asked for; if none were, it
// does nothing. Both are written when the recorder is closed: a process that
// is killed leaves none. The memory profile holds all allocations since the
// start, and what of them was in use at the end.
func On() record.Option { return record.During(start) }

func start(r *record.Recorder) (stop func()) {
	wanted := strings.Split(os.Getenv(Env), ",")
	var stops []func()
	if slices.Contains(wanted, "mem") {
		stops = append(stops, func() { memory(r) })
	}
	if slices.Contains(wanted, "cpu") {
		stops = append(stops, cpu(r))
	}
	slices.Reverse(stops) // the CPU profile ends first: it is not about the other
	return func() {
		for _, f := range stops {
			f()
		}
	}
}

// cpu starts the CPU profile.
func cpu(r *record.Recorder) (stop func()) {
	w, err := r.Attachment(CPUName, Type)
	if err != nil {
		warn(CPUName, err)
		return func() {}
	}
	if err := pprof.StartCPUProfile(w); err != nil {
		warn(CPUName, err)
		w.Close()
		return func() {}
	}
	return func() {
		pprof.StopCPUProfile()
		if err := w.Close(); err != nil {
			warn(CPUName, err)
		}
	}
}

// memory writes the memory profile.
func memory(r *record.Recorder) {
	w, err := r.Attachment(MemName, Type)
	if err != nil {
		warn(MemName, err)
		return
	}
	runtime.GC() // the profile is as of the last collection
	err = pprof.Lookup("allocs").WriteTo(w, 0)
	if e := w.Close(); err == nil {
		err = e
	}
	if err != nil {
		warn(MemName, err)
	}
}

func warn(name string, err error) {
	fmt.Fprintf(os.Stderr, "aoi-trace: the profile %s is not whole: %v\n", name, err)
}
