// Command promferry scrapes local metrics endpoints and pushes them to
// Pushgateways. This package composes: flags make a configuration, the
// configuration makes sources, gateways and targets, and package relay runs
// them.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run())
}

// run ends with the exit code: 0 fine, 1 something failed, 2 usage or
// configuration; 3 from `check metrics` for lint.
func run() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2) // none of two is lost
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailure) // a second signal means at once
	}()
	return execute(ctx, os.Args[1:], std{os.Stdin, os.Stdout, os.Stderr})
}

// std is what a command reads and writes.
type std struct {
	in       io.Reader
	out, err io.Writer
}
