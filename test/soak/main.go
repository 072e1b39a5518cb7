//go:build unix

// Command soak runs promferry for a while between targets and gateways that go
// wrong in a random way every 100 ms, and has each body that a gateway stored
// judged by the oracle of package oracle. Everything that is missing must have
// been counted by promferry itself, goroutines and descriptors must not grow,
// and when the faults end, all groups must be fresh within an interval and 5 s.
// It exits with 1 and the list of what is not so.
//
//	go run ./test/soak [-duration 2m] [-seed 17] [-targets 16] [-race] [-binary ./promferry] [-v] [-log FILE]
package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

type options struct {
	duration time.Duration // of the faults
	seed     uint64
	targets  int
	binary   string
	race     bool
	verbose  bool
	log      string // where promferry's goes
	dir      string // for what is made here
}

func run() error {
	var o options
	flag.DurationVar(&o.duration, "duration", 2*time.Minute, "of the time with faults")
	flag.Uint64Var(&o.seed, "seed", rand.Uint64N(1e6), "of the faults")
	flag.IntVar(&o.targets, "targets", 16, "how many")
	flag.StringVar(&o.binary, "binary", "", "promferry to test; built here if empty")
	flag.BoolVar(&o.race, "race", false, "build it with the race detector")
	flag.BoolVar(&o.verbose, "v", false, "print each fault")
	flag.StringVar(&o.log, "log", "", "where promferry's log goes; only its end is shown without it")
	flag.Parse()
	if o.targets < 1 || o.duration < 10*time.Second {
		return errors.New("-targets must be at least 1, -duration at least 10s")
	}
	return o.soak()
}

func (o options) soak() (err error) {
	if o.dir, err = os.MkdirTemp("", "soak"); err != nil {
		return err
	}
	defer os.RemoveAll(o.dir)
	if o.log == "" {
		o.log = filepath.Join(o.dir, "log")
	}
	if o.binary == "" {
		if o.binary, err = o.build(); err != nil {
			return err
		}
	}
	fmt.Printf("soak: seed %d, %d targets, faults for %v\n", o.seed, o.targets, o.duration)
	w, err := newWorld(o)
	if err != nil {
		return err
	}
	defer w.close()
	err = w.live()
	return errors.Join(err, w.verdict())
}

func (o options) build() (string, error) {
	binary := filepath.Join(o.dir, "promferry")
	args := []string{"build", "-o", binary}
	env := os.Environ()
	if o.race {
		args = append(args, "-race")
		env = append(env, "CGO_ENABLED=1") // the race detector is C
	}
	cmd := exec.Command("go", append(args, "./cmd/promferry")...)
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
}
