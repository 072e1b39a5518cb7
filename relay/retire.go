package relay

import (
	"context"
	"errors"
)

// Retire leaves the groups of all targets, and their series in stores, as their
// OnShutdown says, and those that were never pushed alone. The errors are of
// targets that ctx left no time for. Run must have returned.
func (p *Pool) Retire(ctx context.Context) error {
	p.replacing.Lock()
	defer p.replacing.Unlock()
	var last, others []*Target
	for _, t := range p.all() {
		switch {
		case len(t.pushed) == 0 && !t.isStored():
		case t.OnShutdown == EndKeep:
			last = append(last, t)
		default:
			others = append(others, t)
		}
	}
	err := p.each(ctx, others, (*Target).end) // first, as it waits for no scrape
	return errors.Join(err, p.lastCycles(ctx, last))
}

// end leaves what the target has without one more cycle. Many do so at once: they
// may wait for a disk.
func (t *Target) end(w *worker) error {
	if t.OnShutdown != EndDelete {
		return t.markDown(w)
	}
	t.deleteAll()
	return t.goStale(t.Stores, w)
}

// lastCycles runs one more cycle of each target, no faster than the gateways take
// what comes of it: no next cycle makes up for a body that is dropped.
func (p *Pool) lastCycles(ctx context.Context, targets []*Target) error {
	return p.each(ctx, targets, func(t *Target, w *worker) error {
		if t.Gateways.AwaitRoom(ctx) != nil {
			return t.notReached(ctx)
		}
		t.isLast = true // for gateways that are down, too: they may be back before the end
		if res := p.cycle(ctx, t, w); res.stopped {
			return res.err
		}
		return nil
	})
}
