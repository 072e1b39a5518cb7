package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/promferry/promferry/configs"
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
	explain(clause, manual{
		examples: []string{
			`promferry once --dry-run`,
			`promferry once --config.file=/etc/promferry/cron.hcl --timeout=30s --lock.file=/run/promferry.lock`,
		},
		exits: []string{"0 all pushed, and stored by each remote_write", "1 a scrape or a push failed, a remote_write has not stored all, or another run holds the lock file; a line on standard error for each", badUsage},
	})
	return c
}

func (c *onceCommand) run(ctx context.Context, a *app) int {
	ctx, cancel := untilSignal(ctx)
	defer cancel()
	if err := checkTimeout(c.timeout); err != nil {
		return a.fail(exitUsage, err)
	}
	c.config.silent = !a.debugging()
	cfg := c.config.load(a).config
	if cfg == nil {
		return exitUsage
	}
	unlock, err := lock(c.lockFile)
	if err != nil {
		return a.fail(exitFailure, err)
	}
	defer unlock()
	c.fit(cfg)
	f, err := compose(cfg, c.composition(a))
	if err != nil {
		return a.fail(exitUsage, err)
	}
	ctx, cancel = withTimeout(ctx, c.timeout)
	defer cancel()
	stop := c.progress(ctx, a, f)
	failures := f.discoverOnce(ctx, c.timeout/2)
	failures = append(failures, f.once(ctx)...)
	stop()
	a.tell(doubtful, append(f.losses(), f.refused()...))
	attended := terminalOf(a.err) != (terminal{}) // cron has nobody to look into it
	if attended {
		a.tell(doubtful, f.doubts())
	}
	a.tell(bad, failures)
	if len(failures) == 0 {
		return exitOK
	}
	if attended {
		fmt.Fprintln(a.err, "Try: promferry doctor")
	}
	return exitFailure
}

// fit makes a configuration for the daemon one for a single cycle: no newer body
// will take the place of one that waits, so none is dropped; and what a dry run
// prints is in order.
func (c *onceCommand) fit(cfg *configs.Config) {
	cfg.MaxPendingBytes = math.MaxInt64
	for i := range cfg.RemoteWrites {
		cfg.RemoteWrites[i].Queue.Capacity = math.MaxInt32
	}
	if c.dryRun {
		for i := range cfg.Gateways {
			cfg.Gateways[i].MaxConcurrentPushes = 1
		}
	}
}

// composition is silent: what failed is said at the end, a line each. Only who
// asks for debugging gets the daemon's log as well.
func (c *onceCommand) composition(a *app) composition {
	how := a.oneShot()
	how.maxScrape = c.timeout / 2 // the rest is for telling the gateway that it failed
	if c.dryRun {
		how.dry = &dryRun{to: safeAt(a.out)}
	}
	return how
}

// progress shows how far the cycle has come. What a dry run prints does that, too.
func (c *onceCommand) progress(ctx context.Context, a *app, f *ferry) (stop func()) {
	if c.dryRun {
		return func() {}
	}
	return a.progress(ctx, f.cycleSoFar)
}

// cycleSoFar says how much of a single cycle is done.
func (f *ferry) cycleSoFar() string {
	targets, scraped, failed, pushed, stored := 0, 0, 0, 0, uint64(0)
	for _, t := range f.pool.Status() {
		targets++
		if !t.LastScrape.IsZero() {
			scraped++
		}
		if t.Error != nil {
			failed++
		}
	}
	for _, g := range f.gateways() {
		for _, group := range g.Groups() {
			if !group.LastSuccess.IsZero() && !group.Waiting {
				pushed++
			}
		}
	}
	text := fmt.Sprintf("once: %d of %d targets scraped", scraped, targets)
	if failed > 0 {
		text += fmt.Sprintf(" (%d failed)", failed)
	}
	if len(f.gateways()) > 0 {
		text += fmt.Sprintf(", %d groups pushed", pushed)
	}
	for _, s := range f.stores() {
		stored += s.Status().Samples
	}
	if len(f.stores()) > 0 {
		text += fmt.Sprintf(", %d samples stored", stored)
	}
	return text
}

// tell writes lines. What one is about, up to the colon, has the colour.
func (a *app) tell(o outcome, lines []string) {
	for _, line := range lines {
		if subject, rest, found := strings.Cut(line, ": "); found {
			line = paint(a.err, o, subject+":") + " " + rest
		}
		fmt.Fprintln(a.err, line)
	}
}

// discoverOnce finds the targets of all jobs, and returns a line for each thing that
// is wrong with them.
func (f *ferry) discoverOnce(ctx context.Context, timeout time.Duration) (failures []string) {
	for _, err := range f.discoverFirst(ctx, timeout) {
		failures = append(failures, err.Error())
	}
	for _, job := range f.current().jobs {
		for _, t := range job.refused {
			failures = append(failures, t.err.Error())
		}
	}
	return failures
}

// once runs one cycle of each target, waits for the answers of all gateways and
// stores, and returns a line for each thing that failed.
func (f *ferry) once(ctx context.Context) (failures []string) {
	f.learn(ctx)
	var scraped error
	pushes := f.deliver(ctx, func() { scraped = f.pool.Once(ctx) })
	return append(f.failedScrapes(ctx, scraped), pushes...)
}
