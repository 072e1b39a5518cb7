// Command three-gateways measures how late the pushes to a healthy gateway are
// beside a dead one, which refuses connections, and one that accepts them and
// never answers, and how much memory that takes. First the healthy one is alone,
// for comparison. A push is late by the time between the begin of the target's
// answer and the end of the push's body at the gateway; the goal is at most one
// slot of the schedule, the interval divided by the number of targets, for 99 of
// 100. A goal that is missed is printed, and is no failure.
//
//	go run ./test/three-gateways [-targets 200] [-series 500] [-interval 5s] [-duration 30s] [-binary ./promferry]
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/promferry/promferry/test/proc"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "three-gateways:", err)
		os.Exit(1)
	}
}

type options struct {
	targets  int
	series   int
	interval time.Duration
	duration time.Duration
	binary   string
	dir      string // for what is made here; goes at the end
}

func run() error {
	var o options
	flag.IntVar(&o.targets, "targets", 200, "how many")
	flag.IntVar(&o.series, "series", 500, "of each target, about")
	flag.DurationVar(&o.interval, "interval", 5*time.Second, "of the scrapes")
	flag.DurationVar(&o.duration, "duration", 30*time.Second, "measured time of each of the two runs")
	flag.StringVar(&o.binary, "binary", "", "promferry to measure; built here if empty")
	flag.Parse()
	var err error
	if o.dir, err = os.MkdirTemp("", "three-gateways"); err != nil {
		return err
	}
	defer os.RemoveAll(o.dir)
	if o.binary == "" {
		if o.binary, err = proc.Build(o.dir); err != nil {
			return err
		}
	}
	return o.compare()
}

// budget is the default of max_pending_bytes.
const budget = 64 << 20

func (o options) compare() error {
	alone, err := o.measure(nil)
	if err != nil {
		return err
	}
	alone.print("the healthy one alone")
	beside, err := o.measure([]gateway{dead, hanging})
	if err != nil {
		return err
	}
	beside.print("beside a dead and a hanging one")
	slot := o.interval / time.Duration(o.targets)
	goal("p99 of the delay, ms", 1000*beside.late(99).Seconds(), 1000*slot.Seconds())
	goal("peak RSS, MiB", mib(beside.peakRSS), mib(alone.peakRSS+budget))
	return nil
}

func goal(what string, got, most float64) {
	verdict := "met"
	if got > most {
		verdict = "MISSED"
	}
	fmt.Printf("%s: %.3g, at most %.3g, goal: %s\n", what, got, most, verdict)
}
