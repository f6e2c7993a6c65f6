// Goaoi is a small server around the AOI managers of github.com/xiaonanln/go-aoi.
// It plays a workload and quits. Under aoi-trace it is recorded:
//
//	aoi-trace record -o run.aoi -- goaoi -manager tower -tower 50
//
// With -oracle it also measures every pair by brute force after each tick and
// writes what it found, in a format of its own.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/aoi-trace/aoi-trace/realworld/goaoi"
	"github.com/aoi-trace/aoi-trace/realworld/motion"
	"github.com/aoi-trace/aoi-trace/realworld/oracle"
	"github.com/aoi-trace/aoi-trace/record"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "goaoi:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stderr io.Writer) error {
	var (
		c     goaoi.Config
		o     motion.Options
		flags = flag.NewFlagSet("goaoi", flag.ContinueOnError)
	)
	flags.SetOutput(stderr)
	flags.StringVar(&c.Manager, "manager", "xz", "go-aoi's manager: xz or tower")
	flags.StringVar(&c.Contract, "contract", "", "what to declare: square, towers or none (default square)")
	flags.Float64Var(&c.Radius, "radius", 0, "AOI radius (default the workload's)")
	flags.Float64Var(&c.Tower, "tower", 50, "side of a tower")
	workload := flags.String("workload", "walk", "who moves: "+strings.Join(motion.Names, ", "))
	flags.IntVar(&o.Entities, "entities", 0, "how many, of seeded workloads (default 1000)")
	flags.IntVar(&o.Ticks, "ticks", 0, "at most so many (default 60, or the whole recording)")
	flags.Uint64Var(&o.Seed, "seed", 1, "of seeded workloads")
	flags.BoolVar(&o.Float, "float", false, "float32 coordinates instead of whole numbers, for walk and radius")
	flags.StringVar(&o.Data, "data", "", "folder of recordings (default $"+motion.DataEnv+", or shared/data above)")
	flags.StringVar(&o.File, "file", "", "which recording of a workload (default the first)")
	flags.StringVar(&c.Fault, "fault", "", "what to do wrong: "+strings.Join(goaoi.Faults, ", ")+" (default nothing)")
	flags.IntVar(&c.Every, "every", 100, "do it each so many times")
	speed := flags.Float64("speed", 0, "1 plays at the workload's own pace, 0 as fast as possible")
	report := flags.String("oracle", "", "measure every pair after each tick, write the verdicts to this file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("reading flags: what is %q? goaoi takes flags only", flags.Arg(0))
	}
	script, err := motion.Named(*workload, o)
	if err != nil {
		return err
	}
	if c.Radius == 0 {
		c.Radius = script.Radius
	}
	if c.Contract == "" {
		c.Contract = "square"
	}
	c.Min, c.Max = script.Min, script.Max
	contract, rule, err := c.Declared()
	if err != nil {
		return err
	}

	rec := record.Open()
	stream := rec.Stream("world")
	stream.Space(1, contract)
	var check *oracle.Oracle
	if *report != "" {
		start := time.Now()
		check = oracle.New(rule, func() time.Duration { return time.Since(start) })
	}
	world, err := goaoi.New(c, stream, check)
	if err != nil {
		return err
	}
	if err := world.Run(ctx, script, *speed); err != nil {
		return err
	}
	if err := rec.Close(); err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	if *report != "" {
		return check.Report().WriteFile(*report)
	}
	return nil
}
