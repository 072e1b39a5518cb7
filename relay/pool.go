package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A Pool runs the cycles of its targets. Make one with NewPool.
type Pool struct {
	options Options
	owners  owners

	replacing sync.Mutex        // held while targets come and go
	start     func(t *Target)   // begins a target's life
	spawn     func(work func()) // Run waits for it, while it runs
	unclaimed []push.Entry      // of Restore: at the place of no target yet

	mu      sync.Mutex
	targets []*Target // replaced as a whole
	workers workers
	moved   time.Time // when a cycle has begun or ended
}

// Options of a Pool.
type Options struct {
	Workers int          // cycles at work at once; at least 1
	Host    string       // this machine's name: spreads a fleet over the interval
	Logger  *slog.Logger // nil discards
	Metrics *Metrics     // nil counts nothing
}

// NewPool takes the targets over. No two of them may have the same labels and
// a gateway or a store in common.
func NewPool(targets []*Target, options Options) *Pool {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Pool{options: options, workers: newWorkers(options.Workers)}
	p.rest()
	p.Replace(targets)
	return p
}

// rest is the state of a pool that does not run: nothing is under way, so
// nothing has to be waited for.
func (p *Pool) rest() {
	p.start = (*Target).begin
	p.spawn = func(work func()) { work() }
}

// Run scrapes every target on its schedule until ctx ends, and returns when no
// cycle is under way any more.
func (p *Pool) Run(ctx context.Context) {
	var group sync.WaitGroup
	p.run(ctx, &group)
	<-ctx.Done()
	p.replacing.Lock()
	defer p.replacing.Unlock()
	group.Wait()
	p.rest()
}

// run starts all targets, and lets those that Replace brings start, too.
func (p *Pool) run(ctx context.Context, group *sync.WaitGroup) {
	p.replacing.Lock()
	defer p.replacing.Unlock()
	p.spawn = group.Go
	p.start = func(t *Target) {
		ctx, cancel := context.WithCancel(ctx)
		ended := make(chan struct{})
		t.life.stop = func() {
			cancel()
			<-ended
		}
		group.Go(func() {
			defer close(ended)
			defer cancel()
			t.begin()
			p.keepTime(ctx, t)
		})
	}
	for _, t := range p.all() {
		p.start(t)
	}
}

// SetWorkers changes how many cycles are at work at once. Those under way end
// as they began, beside the new ones.
func (p *Pool) SetWorkers(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n != p.options.Workers {
		p.options.Workers, p.workers = n, newWorkers(n)
	}
}

func (p *Pool) enter(ctx context.Context, t *Target) (*worker, error) {
	p.mu.Lock()
	workers := p.workers
	p.mu.Unlock()
	return workers.enter(ctx, t.hangs)
}

// all returns the targets, in the order of the configuration.
func (p *Pool) all() []*Target {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.targets
}

// keepTime runs the target's cycles, one after the other.
func (p *Pool) keepTime(ctx context.Context, t *Target) {
	if t.schedule == nil {
		t.schedule = newSchedule(time.Now(), t.Interval, seed(p.options.Host, t))
	}
	for t.expect(); sleepUntil(ctx, t.schedule.next); t.expect() {
		if p.scrape(ctx, t).stopped {
			return
		}
		p.options.Metrics.skipped(t.Job, t.schedule.advance(time.Now()))
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

// scrape waits for a worker and is one cycle.
func (p *Pool) scrape(ctx context.Context, t *Target) result {
	w, err := p.enter(ctx, t)
	if err != nil {
		return result{stopped: true, err: t.notReached(ctx)}
	}
	defer w.leave()
	return p.cycle(ctx, t, w)
}

// cycle is one cycle with what is told of it.
func (p *Pool) cycle(ctx context.Context, t *Target, w *worker) result {
	p.move()
	p.options.Metrics.begin()
	res := t.cycle(ctx, w)
	p.options.Metrics.end(t, res)
	p.move()
	if !res.stopped {
		t.hangs = res.took >= t.Timeout
		p.tell(t, res)
	}
	return res
}

// tell logs the first failure and the first success after one, and what begins
// to be lost. Targets may share an address, but never all of their labels.
func (p *Pool) tell(t *Target, res result) {
	failing, changed := t.note(res)
	switch {
	case changed && isPanic(res.err):
		p.tellPanic(t, res.err)
	case changed && failing:
		p.loggerOf(t).Error("scrape failed", "reason", reasonOf(res.err), "err", res.err)
	case changed:
		p.loggerOf(t).Info("scrape works again")
	default:
		p.options.Logger.Debug("scraped", "job", t.Job, "target", t.Address, "took", res.took, "samples", res.stats.Samples, "err", res.err)
	}
	if !failing {
		p.tellMisplaced(t, res.stats.Dropped)
	}
}

// tellPanic logs an error if it is one of a panic.
func (p *Pool) tellPanic(t *Target, err error) {
	var panicked *panicError
	if errors.As(err, &panicked) {
		p.loggerOf(t).Error("this is a defect of promferry, please report it", "reason", reasonOf(err), "err", err, "stack", string(panicked.stack))
	}
}

// loggerOf names the target in each line. It is made for the few that are told.
func (p *Pool) loggerOf(t *Target) *slog.Logger {
	return p.options.Logger.With("job", t.Job, "target", t.Address, "instance", t.Labels.Get(model.InstanceLabel))
}

// tellMisplaced logs when series begin to be left out since their labels give
// them no group of this target: mostly by rules that were not meant so, and then
// all of them may be lost while up is 1.
func (p *Pool) tellMisplaced(t *Target, dropped map[convert.DropReason]int) {
	for _, reason := range []convert.DropReason{convert.DropEmptyIdentity, convert.DropGroupOwned} {
		n := dropped[reason]
		if (n > 0) == t.misplaces[reason] {
			continue
		}
		if n > 0 {
			p.loggerOf(t).Warn("series are left out: see job and instance after honor_labels and metric rules", "reason", reason, "series", n)
		}
		if t.misplaces == nil {
			t.misplaces = make(map[convert.DropReason]bool)
		}
		t.misplaces[reason] = n > 0
	}
}

// Once runs one cycle of every target, in their order as workers are free, and
// returns the errors of those that failed, or of ctx.
func (p *Pool) Once(ctx context.Context) error {
	p.replacing.Lock()
	defer p.replacing.Unlock()
	return p.each(ctx, p.all(), func(t *Target, w *worker) error { return p.cycle(ctx, t, w).err })
}

// each lets a worker do something for each target, and returns all errors.
func (p *Pool) each(ctx context.Context, targets []*Target, do func(t *Target, w *worker) error) error {
	errs := make([]error, len(targets))
	var group sync.WaitGroup
	for i, t := range targets {
		w, err := p.enter(ctx, t)
		if err != nil {
			errs[i] = t.notReached(ctx)
			continue
		}
		group.Go(func() {
			defer w.leave()
			errs[i] = do(t, w)
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// notReached is the error of a target that ctx left no time for.
func (t *Target) notReached(ctx context.Context) error {
	return fmt.Errorf("job %q, target %s: not reached: %w", t.Job, t.Address, context.Cause(ctx))
}
