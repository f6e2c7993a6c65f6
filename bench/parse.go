package bench

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A Result is one Emit benchmark, run any number of times.
type Result struct {
	Tool, How, Kind string
	values          map[string][]float64 // by unit
}

// Parse reads the Emit benchmarks from what "go test -bench" printed, in the
// order in which they ran.
func Parse(in io.Reader) ([]*Result, error) {
	var results []*Result
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		rest, ok := strings.CutPrefix(lines.Text(), "BenchmarkEmit/")
		if !ok {
			continue
		}
		f := strings.Fields(rest)
		if len(f) < 4 {
			continue // the benchmark's name alone, before its output
		}
		name := f[0]
		if i := strings.LastIndexByte(name, '-'); i > strings.LastIndexByte(name, '/') {
			name = name[:i] // GOMAXPROCS
		}
		r := Find(results, name)
		if r == nil {
			parts := strings.Split(name, "/")
			if len(parts) != 3 {
				return nil, fmt.Errorf("reading benchmarks: %q is not tool/how/kind", name)
			}
			r = &Result{parts[0], parts[1], parts[2], map[string][]float64{}}
			results = append(results, r)
		}
		for i := 2; i+1 < len(f); i += 2 {
			v, err := strconv.ParseFloat(f[i], 64)
			if err != nil {
				return nil, fmt.Errorf("reading benchmarks: %s: %w", name, err)
			}
			r.values[f[i+1]] = append(r.values[f[i+1]], v)
		}
	}
	return results, lines.Err()
}

// Find returns the result called tool/how/kind, or nil.
func Find(results []*Result, name string) *Result {
	for _, r := range results {
		if r.Tool+"/"+r.How+"/"+r.Kind == name {
			return r
		}
	}
	return nil
}

// Median returns the median of what was measured in unit, or 0.
func (r *Result) Median(unit string) float64 {
	v := slices.Sorted(slices.Values(r.values[unit]))
	if len(v) == 0 {
		return 0
	}
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// Text formats the median of unit, or "-" if it was not measured.
func (r *Result) Text(unit, format string) string {
	if len(r.values[unit]) == 0 {
		return "-"
	}
	return fmt.Sprintf(format, r.Median(unit))
}
