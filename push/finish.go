package push

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

// finish tells how a request ended, and only then lets the slot's next one go:
// whoever waited for it finds its status, metrics and log.
func (g *Gateway) finish(ctx context.Context, s *slot, r *request, out Outcome) {
	interrupted := out.Err != nil && ctx.Err() != nil
	out.Lag = r.lag()
	g.mu.Lock()
	s.end(out)
	var n []news
	if interrupted { // who abandons it tells
		s.status.LastError = out.Err
		g.circuit.end(r)
	} else {
		g.judge(s, r, out.Err)
		n = slices.Concat(g.note(s, out.Err, r.began), s.repeats(out), s.differs(out, r.body))
	}
	g.mu.Unlock()

	g.tell(n)
	g.Metrics.done(out)
	if g.OnDone != nil {
		g.OnDone(out)
	}

	g.mu.Lock()
	s.sending = false
	g.underWay--
	var evicted []*ticket
	n = nil
	if interrupted || g.isAgain(s, r, out.Err) {
		evicted, n = g.putBack(s, r)
	} else {
		g.close(s, r, out.Err)
	}
	if g.isGivenUp() {
		n = append(n, g.giveUpAll()...)
	}
	g.notify()
	g.mu.Unlock()
	tellEvicted(evicted)
	g.tell(n)
}

// judge draws from the end of a request when the group's next one may begin, and
// whether the gateway is down. g.mu is held.
func (g *Gateway) judge(s *slot, r *request, err error) {
	probed := g.circuit.end(r)
	s.due = time.Time{}
	switch classify(err) {
	case soon, later:
		s.due = time.Now().Add(g.slotWait(err, s.tries.add(classify(err)), r.interval))
		g.failed(r, err, probed)
	case stored:
		g.success = time.Now()
		s.tries = streak{}
		g.answered()
	case never:
		s.tries = streak{}
		if !isLocal(err) {
			g.answered()
		}
	}
}

// isAgain tells whether a request is to be sent once more, when its slot is due.
func (g *Gateway) isAgain(s *slot, r *request, err error) bool {
	switch classify(err) {
	case stored:
		return g.isOvertaken(s, r)
	case soon:
		return !s.outdated && (g.GiveUp == 0 || s.due.Sub(r.began) <= g.GiveUp)
	case later:
		return r.isLast() && s.waiting == nil && !s.outdated && g.GiveUp == 0
	}
	return false
}

// isOvertaken tells whether the gateway may still work on an older request that
// got no answer, and so undo the last word on a group. It is then said once more,
// when the older one must have ended.
func (g *Gateway) isOvertaken(s *slot, r *request) bool {
	due := s.late.Add(g.Timeout)
	if s.late.IsZero() || !r.isLast() || s.waiting != nil || g.GiveUp > 0 || !due.After(time.Now()) {
		return false
	}
	s.late = time.Time{}
	s.due = time.Now().Add(g.hurry(time.Until(due)))
	return true
}

// putBack lets a request wait again, unless a newer one does: that takes its
// place as ever. It goes into the budget as the oldest there. g.mu is held.
func (g *Gateway) putBack(s *slot, r *request) (evicted []*ticket, lost []news) {
	newer := s.waiting
	if newer != nil {
		g.Budget.release(newer.ticket)
		s.waiting = r
		return g.place(s, newer)
	}
	var fits bool
	r.ticket, fits = g.Budget.holdOld(r.body.size(), func() { g.evict(s, r) })
	if !fits {
		r.end()
		return nil, g.drop(s, errPendingBytes, dropPendingBytes)
	}
	g.wait(s, r)
	return nil, g.expect(s)
}

// close ends a request for good, and lets the slot's next one go. g.mu is held.
func (g *Gateway) close(s *slot, r *request, err error) {
	r.end()
	g.countEnd(s, err)
	switch {
	case s.waiting != nil:
		g.enqueue(s)
	case r.method == http.MethodDelete:
		g.leave(s, err)
	}
}

// countEnd counts a body that is not tried again.
func (g *Gateway) countEnd(s *slot, err error) {
	switch c := classify(err); {
	case c == stored, errors.Is(err, errReportLost):
	case c == soon && s.outdated:
		g.supersedes()
	case c == soon:
		g.drops(dropGaveUp)
	default:
		g.drops(dropRefused)
	}
}

// isGivenUp tells whether the gateway is down for longer than a request is tried
// again.
func (g *Gateway) isGivenUp() bool {
	return g.GiveUp > 0 && g.circuit.open && g.circuit.next.Sub(g.circuit.since) > g.GiveUp
}

// giveUpAll drops all that waits. g.mu is held.
func (g *Gateway) giveUpAll() (lost []news) {
	for g.queue.Len() > 0 {
		down := &downError{g.String(), g.circuit.err} // and there is no next try
		lost = append(lost, g.giveUp(g.queue.slots[0], down, dropGaveUp)...)
	}
	return lost
}
