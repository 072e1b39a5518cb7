package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/gofrs/flock"

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

// learnTimeout bounds how long the only scrape waits for gateways to say what
// they take; without an answer they get text.
const learnTimeout = time.Second

// learn asks all gateways what they take. The daemon does not wait for it: it
// encodes its first bodies for any gateway.
func (f *ferry) learn(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, learnTimeout)
	defer cancel()
	var group sync.WaitGroup
	for _, g := range f.gateways() {
		group.Go(func() { g.Learn(ctx) })
	}
	group.Wait()
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
	for _, g := range f.gateways() {
		for _, group := range g.Groups() {
			err := group.LastError
			if err == nil && group.Waiting {
				err = fmt.Errorf("not pushed: %w", context.Cause(ctx))
			}
			if err != nil {
				lines = append(lines, fmt.Sprintf("%s, group %s: %v", g, group.Group, err))
			}
		}
	}
	return lines
}

// refused names what did not arrive although the push did.
func (f *ferry) refused() (lines []string) {
	for _, g := range f.gateways() {
		for _, group := range g.Groups() {
			if group.Duplicates > 0 {
				lines = append(lines, fmt.Sprintf("%s, group %s: %d series left out: duplicate", g, group.Group, group.Duplicates))
			}
			if len(group.Refused) > 0 {
				lines = append(lines, fmt.Sprintf("%s, group %s: left out, as the gateway refuses them beside what it holds: %s",
					g, group.Group, strings.Join(group.Refused, " ")))
			}
		}
	}
	return lines
}

// doubts names gateways that took pushes and may be none.
func (f *ferry) doubts() (lines []string) {
	for _, g := range f.gateways() {
		if doubt := g.Status().Doubt; doubt != "" {
			lines = append(lines, fmt.Sprintf("%s: %s", g, doubt))
		}
	}
	return lines
}

// retyped tells what arrived with another type. A scrape's log does that for the
// daemon, and nobody asks it of a cron job: the series are the same.
func (f *ferry) retyped() (lines []string) {
	for _, g := range f.gateways() {
		for _, group := range g.Groups() {
			if group.Retyped > 0 {
				lines = append(lines, fmt.Sprintf("%s, group %s: %d families sent with the type that the gateway has", g, group.Group, group.Retyped))
			}
		}
	}
	return lines
}

// losses names what no gateway or store could have taken. Nobody can read the counters
// of a process that ends.
func (f *ferry) losses() (lines []string) {
	for _, t := range f.pool.Status() {
		for _, reason := range slices.Sorted(maps.Keys(t.Dropped)) {
			lines = append(lines, fmt.Sprintf("job %q, instance %q: %d series left out: %s", t.Labels.Get("job"), t.Labels.Get("instance"), t.Dropped[reason], reason))
		}
		for _, reason := range slices.Sorted(maps.Keys(t.NotStored)) {
			lines = append(lines, fmt.Sprintf("job %q, instance %q: %d series left out of remote_write: %s", t.Labels.Get("job"), t.Labels.Get("instance"), t.NotStored[reason], reason))
		}
	}
	return lines
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
		return nil, fmt.Errorf("lock %s: %w; want a file in a directory that is there and can be written", name, cause(err))
	}
	if !held {
		return nil, fmt.Errorf("lock %s: %w", name, errLocked)
	}
	return func() { _ = l.Unlock() }, nil // the end of the process unlocks it anyway
}

var errLocked = errors.New("held by another promferry that still runs; where that is usual, start it less often, or lower its --timeout")
