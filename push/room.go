package push

import (
	"context"
	"time"
)

// AwaitRoom waits until much of what waits for the gateways has left: for whoever
// makes more bodies than the budget holds, and wants none dropped. It does not
// wait for gateways that take nothing, as then no other would get anything: the
// oldest bodies give way, which are theirs. The error is that of ctx.
func (gs Gateways) AwaitRoom(ctx context.Context) error {
	look := time.NewTicker(stalledAfter / 10)
	defer look.Stop()
	for gs.anyTakes() {
		free, freed := gs.room()
		if free {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-freed:
		case <-look.C:
		}
	}
	return ctx.Err()
}

// stalledAfter is how long a gateway that has something to take may take
// nothing before nobody waits for it.
const stalledAfter = time.Second

// room is that of the budget, which gateways share.
func (gs Gateways) room() (free bool, freed <-chan struct{}) {
	for _, g := range gs.All() {
		return g.Budget.room()
	}
	return true, nil
}

// anyTakes tells whether there is a gateway that takes what waits for it.
func (gs Gateways) anyTakes() bool {
	for _, g := range gs.All() {
		if g.takes() {
			return true
		}
	}
	return false
}

func (g *Gateway) takes() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.busy() > 0 && !g.circuit.open && time.Since(latest(g.success, g.busySince)) < stalledAfter
}
