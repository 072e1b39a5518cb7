// Command many-targets measures a promferry with ten thousand targets of one
// discovered file: how long it takes until all are known, how much memory they
// have, and whether anything stays behind while the file is rewritten each
// second, each time with others among them.
//
// The peaks of the second half of the rewrites are compared with those of the
// first: a leak is a failure. Times and bytes are printed, and are none.
//
//	go run ./test/many-targets [-targets 10000] [-replaced 100] [-rewrites 60] [-binary ./promferry]
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/promferry/promferry/test/proc"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "many-targets:", err)
		os.Exit(1)
	}
}

type options struct {
	targets  int
	replaced int
	rewrites int
	binary   string
	dir      string // for what is made here; goes at the end
}

func run() error {
	var o options
	flag.IntVar(&o.targets, "targets", 10_000, "in the file")
	flag.IntVar(&o.replaced, "replaced", 100, "of them by others, with each rewrite")
	flag.IntVar(&o.rewrites, "rewrites", 60, "one a second")
	flag.StringVar(&o.binary, "binary", "", "promferry to measure; built here if empty")
	flag.Parse()
	var err error
	if o.dir, err = os.MkdirTemp("", "many-targets"); err != nil {
		return err
	}
	defer os.RemoveAll(o.dir)
	if o.binary == "" {
		if o.binary, err = proc.Build(o.dir); err != nil {
			return err
		}
	}
	return o.measure()
}
