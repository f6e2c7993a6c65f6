// Table runs the Emit benchmarks of package bench and prints one table: the
// median of each, and how many times the cost of an event of ours it is.
//
//	go run ./cmd/table [-count 5] [-benchtime 1s]
//
// With - as its argument it reads what "go test -bench" printed instead.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"text/tabwriter"

	"github.com/aoi-trace/aoi-trace/bench"
)

func main() {
	count := flag.Int("count", 5, "times that each benchmark runs")
	benchtime := flag.String("benchtime", "300ms", "how long each run takes")
	flag.Parse()
	if err := run(os.Stdout, *count, *benchtime, flag.Arg(0) == "-"); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func run(stdout io.Writer, count int, benchtime string, piped bool) error {
	var in io.Reader = os.Stdin
	if !piped {
		cmd := exec.Command("go", "test", "-run", "^$", "-bench", "Emit",
			"-count", strconv.Itoa(count), "-benchtime", benchtime, "github.com/aoi-trace/aoi-trace/bench")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("running the benchmarks: %w\n%s", err, out)
		}
		in = bytes.NewReader(out)
	}
	results, err := bench.Parse(in)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "event\ttool\thow\tns/event\tB/event\tallocs\tlost\tratio\t")
	for _, kind := range []string{"move", "enter"} {
		base := bench.Find(results, "aoi-trace/stream/"+kind)
		for _, r := range results {
			if r.Kind != kind {
				continue
			}
			ratio := "-"
			if base != nil && base.Median("ns/op") > 0 {
				ratio = fmt.Sprintf("%.2f", r.Median("ns/op")/base.Median("ns/op"))
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%.2f\t%s\t%s\t%s\t%s\t\n", kind, r.Tool, r.How, r.Median("ns/op"),
				r.Text("B/event", "%.1f"), r.Text("allocs/op", "%.0f"), r.Text("lost/event", "%.3f"), ratio)
		}
	}
	return w.Flush()
}
