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
	return execute(context.Background(), os.Args[1:], std{os.Stdin, os.Stdout, os.Stderr})
}

// untilSignal returns a context that the first signal ends, for commands that
// have something to leave in order. A second signal ends the process at once.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2) // none of two is lost
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() { // as long as the process
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailure)
	}()
	return ctx, cancel
}

// std is what a command reads and writes.
type std struct {
	in       io.Reader
	out, err io.Writer
}
