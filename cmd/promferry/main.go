// Command promferry scrapes metrics endpoints that are near, and pushes them to
// Pushgateways or sends them to stores by remote_write.
//
// This package composes: flags make a configuration, the configuration makes
// sources, gateways, stores and targets, and package relay runs them. Its files, by
// what they are about, the ones to open first in front:
//
//   - the program: main.go, app.go (all commands), flags.go, destination.go,
//     groupflags.go, input.go
//   - a configuration made to run, a ferry: compose.go, parts.go, stores.go, settle.go,
//     share.go, finder.go
//   - while it runs: run.go, senders.go (to gateways), storing.go and storer.go (to
//     stores), search.go (for targets), state.go, notify.go, targetmetrics.go
//   - another configuration: reload.go, reloadrequest.go, autoreload.go, switch.go
//   - the web server: web.go, guard.go, page.go, snapshot.go, storesnapshot.go
//   - once and push: once.go, lockfile.go, pushcommand.go, exposition.go; oneshot.go
//     and failures.go have what commands share that push and end
//   - prune and delete: prune.go, survey.go, gatewayclock.go, delete.go, deletions.go
//   - exec: exec.go, child.go, signals_unix.go, signals_other.go
//   - --dry-run: dryrun.go, dryrunstore.go, sampletext.go, protofield.go
//   - verify: verify.go, selector.go, matcher.go, queryapi.go, queryanswer.go,
//     queryerror.go, httpconfig.go, verifyreport.go
//   - other commands: doctor.go, vacant.go, targets.go, import.go, check.go, lint.go,
//     demo.go, transcript.go, fmt.go, replacefile.go, owner_unix.go, owner_other.go
//   - help: help.go, misuse.go, completion.go, man.go, documents.go
//   - for people: terminal.go, progress.go, caret.go, escape.go, straylog.go,
//     address.go, secrets.go (what is not shown), wording.go
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
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
// What waits for the end says by context.Cause why it came.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2) // none of two is lost
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() { // as long as the process
		<-signals
		cancel(errInterrupted)
		waitForAnother(signals)
		fmt.Fprintln(os.Stderr, "promferry: ended at once by a second signal")
		os.Exit(exitFailure)
	}()
	return ctx, func() { cancel(nil) }
}

var errInterrupted = errors.New("interrupted by a signal")

// echo is how long after a signal the next one is the same: timeout(1), and what
// else stops a process and then its group, sends two for one.
const echo = 250 * time.Millisecond

// waitForAnother waits for a signal that is no echo of the one before.
func waitForAnother(signals <-chan os.Signal) {
	for last := time.Now(); ; {
		<-signals
		if time.Since(last) > echo {
			return
		}
	}
}

// std is what a command reads and writes.
type std struct {
	in       io.Reader
	out, err io.Writer
}
