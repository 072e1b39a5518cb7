// Command relay-cost measures a whole promferry process: CPU per million
// samples and peak RSS, over the shapes of target that its goals are stated
// for, beside what a relay on expfmt and net/http costs. The targets, served
// from memory, and a gateway and a receiver of remote_write that discard are in
// this process; the relays run in turn, each in a process of its own. A goal that
// is missed is printed, and is no failure.
//
//	go run ./test/relay-cost [-shapes 1x1k,100x2k,1x50k,1000x2k] [-duration 30s]
//		[-rounds 2] [-rules] [-written] [-spooled] [-config-extra 'encoding = "text"'] [-binary ./promferry]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/promferry/promferry/test/proc"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "relay-cost:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) > 1 && os.Args[1] == asReference {
		return runReference(os.Args[2:])
	}
	var o options
	names := flag.String("shapes", "1x1k,100x2k,1x50k,1000x2k", "what to measure, in this order")
	flag.DurationVar(&o.duration, "duration", 30*time.Second, "measured time of each relay and shape")
	flag.IntVar(&o.rounds, "rounds", 2, "windows that the duration is divided into, the relays in turn")
	flag.StringVar(&o.binary, "binary", "", "promferry to measure; built here if empty")
	flag.BoolVar(&o.rules, "rules", false, "measure promferry with metric_relabel_configs, too")
	flag.BoolVar(&o.written, "written", false, "measure promferry with a remote_write, too")
	flag.BoolVar(&o.spooled, "spooled", false, "measure it with a remote_write and a spool, too")
	flag.Func("config-extra", "a line for promferry's gateway block; repeatable", func(line string) error {
		o.extra = append(o.extra, line)
		return nil
	})
	flag.Parse()
	shapes, err := parseShapes(*names)
	if err != nil {
		return err
	}
	return o.measure(shapes)
}

type options struct {
	duration time.Duration
	rounds   int
	binary   string
	rules    bool     // also with rules for each series
	written  bool     // also with a remote_write
	spooled  bool     // also with one that has a spool
	extra    []string // lines of the gateway block
	dir      string   // for what is made here; goes at the end
}

func (o *options) measure(shapes []shape) error {
	if o.rounds < 1 {
		return errors.New("-rounds must be at least 1")
	}
	dir, err := os.MkdirTemp("", "relay-cost")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o.dir = dir
	if o.binary == "" {
		if o.binary, err = proc.Build(dir); err != nil {
			return err
		}
	}
	r := newReport()
	for _, s := range shapes {
		costs, err := o.shape(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		r.add(s, costs)
	}
	return nil
}

// shape measures the relays in turn, so that a machine that slows down or
// speeds up does so for both.
func (o *options) shape(s shape) (costs []cost, err error) {
	w := newWorld(s)
	defer w.close()
	relays := o.relays(s)
	costs = make([]cost, len(relays))
	for range o.rounds {
		for i, r := range relays {
			c, err := w.window(r, s.window(o.duration/time.Duration(o.rounds)))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.name, err)
			}
			c.relay = r.name
			costs[i] = costs[i].and(c)
		}
	}
	return costs, nil
}
