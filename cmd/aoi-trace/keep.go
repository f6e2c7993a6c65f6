package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aoi-trace/aoi-trace/collect"
	"github.com/aoi-trace/aoi-trace/internal/render"
)

// keepOptions say which part of a recording is kept, and in how many files.
type keepOptions struct {
	flight time.Duration
	memory string
	rotate string
}

// keepHelp explains the flags in the help of the commands that have them.
const keepHelp = `With --rotate a recording is written into FILE.0001.aoi, FILE.0002.aoi and so on,
a new file each 1GB, or each 10m. Each opens on its own, and nothing is lost
between two. Numbers go on after those that are there.

With --flight only the last 30s, say, are kept, in memory, and written into FILE
at the end, whatever it is: an exit, a crash, a kill. SIGUSR1 sent to aoi-trace,
and Recorder.Snapshot called by the program, write them into FILE.0001.aoi and
so on and go on.`

func (k *keepOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.DurationVar(&k.flight, "flight", 0, "keep only this much of the end of the recording, in memory: 30s")
	f.StringVar(&k.memory, "flight-memory", "256MB", "how much memory --flight may take for it")
	f.StringVar(&k.rotate, "rotate", "", "begin a new file after this size or time: 1GB, 10m")
}

// into puts what the flags say into o.
func (k *keepOptions) into(cmd *cobra.Command, o *collect.Options) error {
	memory, ok := parseSize(k.memory)
	if !ok || memory < 1e6 {
		return usage("", "--flight-memory=%s: wanted a size of at least 1MB", k.memory)
	}
	if cmd.Flags().Changed("flight-memory") && k.flight == 0 {
		return usage("--flight=30s keeps the last 30 seconds", "--flight-memory means nothing without --flight")
	}
	if k.flight < 0 || cmd.Flags().Changed("flight") && k.flight == 0 {
		return usage("", "--flight=%v: wanted a time that is more than nothing", k.flight)
	}
	if k.rotate != "" && k.flight > 0 {
		return usage("", "--flight keeps the end of a recording, --rotate all of it: only one of them is possible")
	}
	o.Flight, o.FlightBytes = k.flight, memory
	if k.rotate == "" {
		return nil
	}
	if size, ok := parseSize(k.rotate); ok && size >= 1e5 {
		o.RotateBytes = size
	} else if every, err := time.ParseDuration(k.rotate); err == nil && every >= time.Second {
		o.RotateEvery = every
	} else {
		return usage("", "--rotate=%s: wanted a size of at least 100KB, as in 1GB, or a time of at least 1s, as in 10m", k.rotate)
	}
	return nil
}

// sizeUnits are the units of a size, longest names first.
var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1},
}

// parseSize returns the bytes of a size such as 1GB or 512MiB.
func parseSize(s string) (int64, bool) {
	for _, u := range sizeUnits {
		if n, ok := strings.CutSuffix(s, u.name); ok {
			v, err := strconv.ParseFloat(n, 64)
			if err != nil || !(v >= 0) || v*float64(u.bytes) >= 1<<62 {
				return 0, false
			}
			return int64(v * float64(u.bytes)), true
		}
	}
	return 0, false
}

// written names the files of a recording in a line: the one, or first and last.
func written(output string, r *collect.Result) string {
	switch n := len(r.Files); {
	case n == 0:
		return output
	case n == 1 || r.Files[n-1] == output: // what a flight kept at the end
		return r.Files[n-1]
	default:
		return r.Files[0] + " to " + r.Files[n-1]
	}
}

// lastOf names the file to look into.
func lastOf(output string, r *collect.Result) string {
	if n := len(r.Files); n > 0 {
		return r.Files[n-1]
	}
	return output
}

// notKept says how many events a flight did not keep.
func notKept(r *collect.Result) string {
	if r.Dropped == 0 {
		return ""
	}
	return ", " + render.Plural(r.Dropped, "older event") + " not kept"
}
