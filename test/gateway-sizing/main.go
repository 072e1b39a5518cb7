// Command gateway-sizing measures how many pushes a second one core of a real
// Pushgateway takes, by the number of groups that it holds and of series in
// each: with its consistency check, without it, and with the check on each of
// two shards that have half of the groups.
//
//	go run ./test/gateway-sizing [-shapes 10x100,100x100,1000x100,10x1000,100x1000] [-runs 3] [-time 500ms] [-gateway prometheus-pushgateway]
//
// The gateways have GOMAXPROCS=1, and what counts is their CPU time: it is the
// same beside a busy neighbour. All of them take pushes in turn in each round,
// as protobuf, which is what promferry sends to Debian's 1.5.1. docs/sizing.md
// has the figures.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gateway-sizing:", err)
		os.Exit(1)
	}
}

type options struct {
	runs    int           // rounds over all gateways of a shape
	time    time.Duration // of pushes to each in a round
	program string
}

func run() error {
	var o options
	shapes := flag.String("shapes", "10x100,100x100,1000x100,10x1000,100x1000", "groups that the gateway holds, and series of each, about")
	flag.IntVar(&o.runs, "runs", 3, "rounds over all gateways")
	flag.DurationVar(&o.time, "time", 500*time.Millisecond, "of pushes to each gateway in a round")
	flag.StringVar(&o.program, "gateway", "prometheus-pushgateway", "the Pushgateway to measure")
	flag.Parse()
	if o.runs < 1 {
		return errors.New("-runs must be at least 1")
	}
	return o.measure(strings.Split(*shapes, ","))
}

// measure does one shape after the other: all gateways of one are there at the
// same time, those of another are not.
func (o *options) measure(shapes []string) error {
	var r report
	r.begin()
	for _, name := range shapes {
		var groups, series int
		if n, err := fmt.Sscanf(name, "%dx%d", &groups, &series); n != 2 || groups < 2 || series < 1 {
			return fmt.Errorf("-shapes: %q, want GROUPSxSERIES, of two groups at least (%w)", name, err)
		}
		s, err := o.shape(groups, series)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r.row(s)
	}
	r.end()
	return nil
}
