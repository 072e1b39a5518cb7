package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// DefaultWorkers is how many cycles a Pool runs at once.
const DefaultWorkers = 16

// A Pool runs the cycles of its targets. Make one with NewPool.
type Pool struct {
	targets []*Target
	options Options
	workers *semaphore.Weighted
	// hanging are the workers, half of them, that scrapes of targets may have
	// which spent their last timeout: they cannot use up the pool.
	hanging *semaphore.Weighted
}

// Options of a Pool. The zero value is ready.
type Options struct {
	Workers int          // cycles under way at once; 0 means DefaultWorkers
	Host    string       // this machine's name: spreads a fleet over the interval
	Logger  *slog.Logger // nil discards
	Metrics *Metrics     // nil counts nothing
}

// NewPool takes the targets over. No two of them may have the same labels and
// a gateway in common.
func NewPool(targets []*Target, options Options) *Pool {
	if options.Workers <= 0 {
		options.Workers = DefaultWorkers
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	var o owners
	for _, t := range targets {
		t.join(&o)
	}
	return &Pool{
		targets: targets,
		options: options,
		workers: semaphore.NewWeighted(int64(options.Workers)),
		hanging: semaphore.NewWeighted(int64(options.Workers+1) / 2),
	}
}

// Run scrapes every target on its schedule until ctx ends, and returns when no
// cycle is under way any more.
func (p *Pool) Run(ctx context.Context) error {
	start := time.Now()
	var group sync.WaitGroup
	for _, t := range p.targets {
		group.Go(func() { p.keepTime(ctx, t, start) })
	}
	group.Wait()
	return nil
}

// keepTime runs the target's cycles, one after the other.
func (p *Pool) keepTime(ctx context.Context, t *Target, start time.Time) {
	s := newSchedule(start, t.Interval, seed(p.options.Host, t))
	hangs := false
	for sleepUntil(ctx, s.next) && p.acquire(ctx, hangs) {
		res := p.run(ctx, t)
		p.release(hangs)
		hangs = res.took >= t.Timeout
		p.options.Metrics.skipped(t.Job, s.advance(time.Now()))
	}
}

// acquire waits for a worker; it is false where ctx ended first.
func (p *Pool) acquire(ctx context.Context, hangs bool) bool {
	if hangs && p.hanging.Acquire(ctx, 1) != nil {
		return false
	}
	if p.workers.Acquire(ctx, 1) == nil {
		return true
	}
	if hangs {
		p.hanging.Release(1)
	}
	return false
}

func (p *Pool) release(hangs bool) {
	p.workers.Release(1)
	if hangs {
		p.hanging.Release(1)
	}
}

// sleepUntil is false where ctx ended first.
func sleepUntil(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// run is one cycle with what is told of it.
func (p *Pool) run(ctx context.Context, t *Target) result {
	p.options.Metrics.begin()
	res := t.cycle(ctx)
	p.options.Metrics.end(t, res)
	if res.stopped {
		return res
	}
	failing, changed := t.note(res)
	var panicked *panicError
	switch {
	case changed && errors.As(res.err, &panicked):
		p.options.Logger.Error("this is a defect of promferry, please report it", "job", t.Job, "target", t.Address, "reason", reasonOf(res.err), "err", res.err, "stack", string(panicked.stack))
	case changed && failing:
		p.options.Logger.Error("scrape failed", "job", t.Job, "target", t.Address, "reason", reasonOf(res.err), "err", res.err)
	case changed:
		p.options.Logger.Info("scrape works again", "job", t.Job, "target", t.Address)
	default:
		p.options.Logger.Debug("scraped", "job", t.Job, "target", t.Address, "took", res.took, "samples", res.stats.Samples, "err", res.err)
	}
	return res
}

// Once runs one cycle of every target and returns the errors of those that
// failed, or of ctx.
func (p *Pool) Once(ctx context.Context) error {
	return p.each(ctx, p.targets, func(t *Target) error { return p.run(ctx, t).err })
}

// Retire leaves the groups of all targets as their OnShutdown says, and those
// that were never pushed alone. The errors are of targets that ctx left no time
// for. Run must have returned.
func (p *Pool) Retire(ctx context.Context) error {
	pushed := slices.DeleteFunc(slices.Clone(p.targets), func(t *Target) bool { return len(t.pushed) == 0 })
	return p.each(ctx, pushed, func(t *Target) error { return p.retire(ctx, t) })
}

func (p *Pool) retire(ctx context.Context, t *Target) error {
	switch t.OnShutdown {
	case EndKeep:
		if res := p.run(ctx, t); res.stopped {
			return res.err
		}
	case EndDelete:
		t.delete()
	default:
		t.markDown()
	}
	return nil
}

// each calls do for the targets, as many at once as there are workers.
func (p *Pool) each(ctx context.Context, targets []*Target, do func(*Target) error) error {
	errs := make([]error, len(targets))
	var group errgroup.Group
	group.SetLimit(p.options.Workers)
	for i, t := range targets {
		group.Go(func() error {
			if err := context.Cause(ctx); err != nil {
				errs[i] = fmt.Errorf("job %q, target %s: not reached: %w", t.Job, t.Address, err)
				return nil
			}
			errs[i] = do(t)
			return nil
		})
	}
	_ = group.Wait() // the errors are all in errs
	return errors.Join(errs...)
}
