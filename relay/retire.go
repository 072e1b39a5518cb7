package relay

import (
	"context"
	"errors"
	"sync"
)

// Retire leaves the groups of all targets as their OnShutdown says, and those
// that were never pushed alone. The errors are of targets that ctx left no time
// for one more cycle. Run must have returned.
func (p *Pool) Retire(ctx context.Context) error {
	p.replacing.Lock()
	defer p.replacing.Unlock()
	var last []*Target
	for _, t := range p.all() {
		switch {
		case len(t.pushed) == 0:
		case t.OnShutdown == EndDelete:
			t.deleteAll()
		case t.OnShutdown == EndKeep:
			last = append(last, t)
		default:
			t.markDown()
		}
	}
	return p.lastCycles(ctx, last)
}

// lastCycle is a cycle whose state is for gateways that are down, too: they may
// be back before the end.
func (p *Pool) lastCycle(ctx context.Context, t *Target, w *worker) result {
	t.isLast = true
	return p.cycle(ctx, t, w)
}

// lastCycles runs one more cycle of each target, no faster than the gateways take
// what comes of it: no next cycle makes up for a body that is dropped.
func (p *Pool) lastCycles(ctx context.Context, targets []*Target) error {
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
			if t.Gateways.AwaitRoom(ctx) != nil {
				errs[i] = t.notReached(ctx)
			} else if res := p.lastCycle(ctx, t, w); res.stopped {
				errs[i] = res.err
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
