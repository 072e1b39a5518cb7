package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/gofrs/flock"
)

// onceCommand is one cycle for every target.
type onceCommand struct {
	config   configFlags
	dryRun   bool
	timeout  time.Duration
	lockFile string
}

func newOnceCommand(clause *kingpin.CmdClause) *onceCommand {
	c := new(onceCommand)
	c.config.register(clause)
	flag(clause, "dry-run", "Scrape, but print each request instead of sending it.").BoolVar(&c.dryRun)
	flag(clause, "timeout", "Longest time for all of it.").Default("60s").DurationVar(&c.timeout)
	flag(clause, "lock.file", "Fail at once while another run holds this file.").PlaceHolder("FILE").StringVar(&c.lockFile)
	return c
}

func (c *onceCommand) run(ctx context.Context, a *app) int {
	cfg := c.config.load(a)
	if cfg == nil {
		return exitUsage
	}
	unlock, err := lock(c.lockFile)
	if err != nil {
		return a.fail(exitFailure, err)
	}
	defer unlock()
	f, err := compose(cfg, c.composition(a))
	if err != nil {
		return a.fail(exitUsage, err)
	}
	if c.dryRun {
		for _, g := range f.gateways {
			g.MaxConcurrentPushes = 1
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, fmt.Errorf("not finished within --timeout=%s", c.timeout))
	defer cancel()
	if failures := f.once(ctx); len(failures) > 0 {
		fmt.Fprintln(a.err, strings.Join(failures, "\n"))
		return exitFailure
	}
	f.warnRefused(a)
	return exitOK
}

// composition is silent: what failed is said at the end, a line each. Only who
// asks for debugging gets the daemon's log as well.
func (c *onceCommand) composition(a *app) composition {
	var how composition
	if a.logLevel.String() == "debug" {
		how.logger = a.logger()
	}
	if c.dryRun {
		how.transport = &dryRun{to: a.out}
	}
	return how
}

// once runs one cycle of each target, waits for the answers of all gateways and
// returns a line for each thing that failed.
func (f *ferry) once(ctx context.Context) (failures []string) {
	stopPushing := f.startPushing()
	scraped := f.pool.Once(ctx)
	for _, g := range f.gateways {
		g.Drain(ctx)
	}
	failures = append(failures, f.failedScrapes(ctx, scraped)...)
	failures = append(failures, f.failedPushes(ctx)...)
	stopPushing(ctx)
	return failures
}

func (f *ferry) failedScrapes(ctx context.Context, err error) (lines []string) {
	for _, t := range f.pool.Status() {
		if t.Error != nil {
			lines = append(lines, fmt.Sprintf("job %q, instance %q: %v", t.Labels.Get("job"), t.Labels.Get("instance"), t.Error))
		} else if t.LastScrape.IsZero() {
			lines = append(lines, fmt.Sprintf("job %q, instance %q: not scraped: %v", t.Labels.Get("job"), t.Labels.Get("instance"), context.Cause(ctx)))
		}
	}
	if err != nil && len(lines) == 0 {
		lines = append(lines, err.Error())
	}
	return lines
}

func (f *ferry) failedPushes(ctx context.Context) (lines []string) {
	for _, g := range f.gateways {
		for _, group := range g.Groups() {
			err := group.LastError
			if err == nil && group.Waiting {
				err = fmt.Errorf("not pushed: %w", context.Cause(ctx))
			}
			if err != nil {
				lines = append(lines, fmt.Sprintf("gateway %q, group %s: %v", g.Name, group.Group, err))
			}
		}
	}
	return lines
}

// warnRefused names the families that did not arrive although the push did.
func (f *ferry) warnRefused(a *app) {
	for _, g := range f.gateways {
		for _, group := range g.Groups() {
			if len(group.Refused) > 0 {
				fmt.Fprintf(a.err, "gateway %q, group %s: left out, as the gateway has other families of the name: %s\n",
					g.Name, group.Group, strings.Join(group.Refused, " "))
			}
		}
	}
}

// lock takes the lock file, which stays behind: a file that is removed can be
// locked twice.
func lock(name string) (unlock func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	l := flock.New(name)
	held, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	if !held {
		return nil, fmt.Errorf("lock %s: %w", name, errLocked)
	}
	return func() { _ = l.Unlock() }, nil // the end of the process unlocks it anyway
}

var errLocked = errors.New("held by another promferry that still runs")
