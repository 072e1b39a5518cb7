// Command promferry scrapes local metrics endpoints and pushes them to
// Pushgateways. This package composes: flags make a configuration, the
// configuration makes sources, gateways and targets, and package relay runs
// them.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	collectEarly()
	os.Exit(run())
}

// collectEarly has the garbage collector run when the heap has grown by half,
// not to twice its size: little is allocated in the steady state, so that it
// costs nothing, and a sidecar stays small. GOGC still says otherwise.
func collectEarly() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
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
		fmt.Fprintln(os.Stderr, "promferry: ended at once by a second signal")
		os.Exit(exitFailure)
	}()
	return ctx, cancel
}

// std is what a command reads and writes.
type std struct {
	in       io.Reader
	out, err io.Writer
}
