package relay

import "context"

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
