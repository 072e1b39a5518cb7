package push

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/promferry/promferry/convert"
)

// phantoms are groups of ours that a gateway may show without a push: it keeps
// a group for a first push that it refused as inconsistent (contract C7). The
// zero value is ready.
type phantoms struct {
	turn turn // one look at a time

	mu      sync.Mutex
	groups  map[string]convert.Labels // by group
	next    time.Time                 // when to look again; zero: nobody has looked
	changed chan struct{}             // closed when there is something to look for
}

const (
	// maxPhantoms bounds the groups that are looked for.
	maxPhantoms = 1 << 10
	// phantomDelay is time for other groups to be refused: one look serves all.
	phantomDelay = 5 * time.Second
)

// suspect notes a group whose push was refused.
func (p *phantoms) suspect(group convert.Labels) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.groups == nil {
		p.groups = make(map[string]convert.Labels)
	}
	if len(p.groups) < maxPhantoms {
		p.groups[group.Key()] = group
	}
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// wait returns how long it is until there is something to look at, and a channel
// that is closed where that changes; nil: there is something to look for.
func (p *phantoms) wait() (time.Duration, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.groups) > 0 {
		return max(time.Until(p.next), phantomDelay), nil
	}
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return 0, p.changed
}

// due takes the groups to look for now, if any.
func (p *phantoms) due() map[string]convert.Labels {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().Before(p.next) {
		return nil
	}
	groups := p.groups
	p.groups = nil
	return groups
}

// looked notes that the gateway was read.
func (p *phantoms) looked() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = time.Now().Add(jittered(typesInterval))
}

// sweepPhantoms deletes phantoms now and then until taking ends; a DELETE under
// way has until ctx ends.
func (g *Gateway) sweepPhantoms(ctx, taking context.Context) {
	for taking.Err() == nil {
		delay, changed := g.phantoms.wait()
		var timeout <-chan time.Time
		if changed == nil {
			timeout = time.After(delay)
		}
		select {
		case <-taking.Done():
		case <-changed:
		case <-timeout:
			g.sweep(ctx)
		}
	}
}

// sweep deletes the groups that were refused, where the gateway shows that they
// never had a push. Reading is dear, so it does that every few minutes at most.
// It tells whether there was something to look for.
func (g *Gateway) sweep(ctx context.Context) (swept bool) {
	giveBack, err := g.phantoms.turn.take(ctx)
	if err != nil {
		return false
	}
	defer giveBack()
	refused := g.neverStored(g.phantoms.due())
	if len(refused) == 0 {
		return false
	}
	start := time.Now()
	var found []convert.Labels
	err = g.Stored(ctx, func(stored StoredGroup) bool {
		if group, ours := refused[stored.Labels.Key()]; ours && stored.Identified && stored.NeverPushed {
			found = append(found, group)
		}
		return true
	})
	g.phantoms.looked()
	if err != nil {
		g.logger().Debug("look for groups without a push", "gateway", g.Name, "err", err)
	}
	for _, group := range found {
		g.deletePhantom(ctx, group, start)
	}
	return true
}

// neverStored returns those of the groups that never had a success. Those that
// have something to send, which may still be what was refused, are looked for
// later.
func (g *Gateway) neverStored(groups map[string]convert.Labels) map[string]convert.Labels {
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, group := range groups {
		switch s := g.slots[key]; {
		case s == nil || !s.status.LastSuccess.IsZero():
			delete(groups, key)
		case s.busy():
			delete(groups, key)
			g.phantoms.suspect(group)
		}
	}
	return groups
}

// deletePhantom deletes a group in its slot's turn, so that no push of it is
// under way; what comes there meanwhile is newer than the phantom, and goes after
// it. The gateway was read from start on.
func (g *Gateway) deletePhantom(ctx context.Context, group convert.Labels, start time.Time) {
	path, err := GroupPath(group)
	if err != nil {
		return
	}
	s := g.claim(group, start)
	if s == nil {
		return
	}
	defer g.unclaim(s)
	if err := g.do(ctx, http.MethodDelete, path, nil); err != nil {
		g.logger().Warn("group without a push is not deleted", "gateway", g.Name, "group", group.String(), "err", err)
		return
	}
	g.logger().Info("group without a push is deleted: its first push was refused", "gateway", g.Name, "group", group.String())
}

// claim takes the turn of a group that has nothing to send, never had a success,
// and was not tried since then: a push without an answer may be stored. It returns
// nil for others, and where another gateway goes on with the groups.
func (g *Gateway) claim(group convert.Labels, since time.Time) *slot {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.slots[group.Key()]
	if s == nil || g.succession.finished || s.busy() || !s.status.LastSuccess.IsZero() || s.status.LastAttempt.After(since) {
		return nil
	}
	s.sending = true
	g.underWay++
	return s
}

// unclaim lets what came meanwhile go.
func (g *Gateway) unclaim(s *slot) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s.sending = false
	g.underWay--
	if s.waiting != nil {
		g.enqueue(s)
	}
	g.notify()
}
