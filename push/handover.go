package push

import "context"

// A succession is what a gateway knows of the one that takes its place. Gateway.mu
// guards it.
type succession struct {
	finished bool     // Run is to return
	stop     func()   // tells it; nil: it has not begun
	heir     *Gateway // gets all that is offered; nil: there is none yet
	takenOut bool     // another one of its name may be there
}

// TakeOut tells that the configuration has the gateway no more. It still sends,
// and counts what it sends, but whether a gateway of its name is up is said by the
// one that has the name now: that one would not say so again before it changes.
func (g *Gateway) TakeOut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.succession.takenOut = true
}

// Finish ends Run as soon as the requests under way have ended; no other begins.
// What waits stays, for HandOver.
func (g *Gateway) Finish() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.succession.finished = true
	if g.succession.stop != nil {
		g.succession.stop()
	}
}

// untilFinish returns the context within which requests begin.
func (g *Gateway) untilFinish(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.succession.stop = cancel
	if g.succession.finished {
		cancel()
	}
	return ctx, cancel
}

// HandOver gives what waits, and all that is still offered, to another gateway
// with the same URL. What waits there already is newer. Run must have returned,
// or an older request could follow a newer one.
func (g *Gateway) HandOver(to *Gateway) {
	for s, waited := range g.bequeath(to) {
		to.inherit(s, waited)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.underWay--
	g.notify()
}

// bequeath makes the heir known when nothing is under way, and takes all slots
// away. It returns what waited in them, if anything, where there is something for
// the heir: all of that counts as one more request under way, until it has it.
func (g *Gateway) bequeath(to *Gateway) map[*slot]*request {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.underWay > 0 {
		changed := g.changes()
		g.mu.Unlock()
		<-changed // within Timeout
		g.mu.Lock()
	}
	g.succession.heir = to
	waited := make(map[*slot]*request)
	for _, s := range g.slots {
		g.stay(s)
		if s.waiting != nil {
			g.Budget.release(s.waiting.ticket)
			s.waiting.ticket = nil
		} else if !s.isUnsettled(g.Timeout) {
			continue
		}
		waited[s] = s.waiting
		g.forget(s) // a ticket that gave way, and is yet to be told, takes nothing from the heir
	}
	g.slots = nil
	g.underWay++
	g.notify()
	return waited
}

// inherit sends what another gateway had in a slot. That one may still work on
// what it did not answer.
func (g *Gateway) inherit(from *slot, waited *request) {
	g.mu.Lock()
	s := g.slot(from.group)
	s.late, s.unanswered = latest(s.late, from.late), latest(s.unanswered, from.unanswered)
	var evicted []*ticket
	var lost []news
	if waited != nil {
		evicted, lost = g.putBack(s, waited)
	}
	g.mu.Unlock()
	tellEvicted(evicted)
	g.tell(lost)
}
