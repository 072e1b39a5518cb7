//go:build unix

// Command store-outage has a receiver of remote_write away for a while, and looks
// at what a promferry with a spool makes of it: how much disk what waits takes,
// how fast it drains when the receiver is back beside what still comes, how old
// the newest samples are meanwhile, and how much memory it all needs. The outage
// is as long as -outage says, but goes -speed times as fast: the targets, served
// from memory, are scraped so many times as often while it lasts, so that as many
// samples wait in the end.
//
// It exits with 1 where a series is not in order, a sample came twice, or one is
// missing that was not counted. Goals that are missed are printed.
//
//	go run ./test/store-outage [-full] [-targets 20] [-series 1000] [-interval 3s] [-outage 48s]
//		[-speed 8] [-max-size 1GB] [-binary ./promferry] [-log FILE]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/promferry/promferry/test/bodies"
	"github.com/promferry/promferry/test/proc"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "store-outage:", err)
		os.Exit(1)
	}
}

type options struct {
	targets  int
	series   int           // of each target, about, in the shape of a cluster's; 0: it is a node_exporter
	interval time.Duration // of scrapes, but for the outage
	outage   time.Duration
	speed    int // of the outage
	maxSize  string
	binary   string
	log      string // where promferry's goes
	dir      string // for what is made here; goes at the end
}

// full is the hour at 10,000 samples a second, in five minutes.
func (o *options) full() {
	o.targets, o.interval = 158, 10*time.Second // of a node_exporter's 634 series
	o.outage, o.speed = time.Hour, 12
}

// body is what each target offers. Labels of a cluster have long identifiers that
// no two series share; those of a node_exporter are much alike.
func (o *options) body() ([]byte, error) {
	if o.series == 0 {
		return os.ReadFile("test/corpus/captured/node_exporter-1.12.1/scrape1.txt")
	}
	return bodies.Big(o.series), nil
}

func run() (err error) {
	var o options
	full := flag.Bool("full", false, "an hour at 10,000 samples a second; takes ten minutes or more")
	flag.IntVar(&o.targets, "targets", 20, "how many")
	flag.IntVar(&o.series, "series", 0, "of each target, about, in the shape of a cluster's; 0: it is a node_exporter")
	flag.DurationVar(&o.interval, "interval", 3*time.Second, "of scrapes, but for the outage")
	flag.DurationVar(&o.outage, "outage", 48*time.Second, "how long the receiver is away")
	flag.IntVar(&o.speed, "speed", 8, "how many times as fast the outage goes")
	flag.StringVar(&o.maxSize, "max-size", "4GB", "of the spool")
	flag.StringVar(&o.binary, "binary", "", "promferry to measure; built here if empty")
	flag.StringVar(&o.log, "log", "", "where promferry's log goes; only its end is shown without it")
	flag.Parse()
	if *full {
		o.full()
	}
	if o.targets < 1 || o.series > 0 && o.series < 100 || o.speed < 1 {
		return errors.New("-targets and -speed must be at least 1, -series at least 100, or 0")
	}
	if o.dir, err = os.MkdirTemp("", "store-outage"); err != nil {
		return err
	}
	defer os.RemoveAll(o.dir)
	if o.binary == "" {
		if o.binary, err = proc.Build(o.dir); err != nil {
			return err
		}
	}
	return o.story()
}
