package push

import (
	"net/http"
	"time"

	"github.com/promferry/promferry/convert"
)

// Delete takes a group away.
func (g *Gateway) Delete(group convert.Labels) {
	g.offer(&request{group: group, method: http.MethodDelete})
}

// offer makes r the newest state of its group. What waited in its place is
// superseded.
func (g *Gateway) offer(r *request) {
	g.mu.Lock()
	if heir := g.succession.heir; heir != nil {
		g.mu.Unlock()
		heir.offer(r)
		return
	}
	evicted, lost := g.place(g.slot(r.group), r)
	g.mu.Unlock()
	tellEvicted(evicted)
	g.tell(lost)
}

// tellEvicted tells those that gave way. They may be another gateway's: no lock
// is held.
func tellEvicted(evicted []*ticket) {
	for _, t := range evicted {
		t.dropped()
	}
}

// place lets r wait in the slot, and returns the tickets that gave way to r's
// and what is to be told, as soon as g.mu, which is held, is not.
func (g *Gateway) place(s *slot, r *request) (evicted []*ticket, lost []news) {
	r = g.join(r, s.waiting)
	if s.waiting != nil {
		lost = g.superseded(s)
		g.Budget.release(s.waiting.ticket)
		s.waiting.end()
		s.waiting = nil
	}
	if !g.Budget.fits(r.body.size()) {
		r.end()
		g.forget(s) // what is older must not follow what is newer
		g.stay(s)
		return nil, append(lost, g.drop(s, errTooLarge, dropPendingBytes)...)
	}
	r.ticket, evicted = g.Budget.hold(r.body.size(), func() { g.evict(s, r) })
	g.wait(s, r)
	return evicted, append(lost, g.expect(s)...)
}

// wait makes r what waits in the slot. g.mu is held.
func (g *Gateway) wait(s *slot, r *request) {
	s.waiting = r
	g.enqueue(s)
}

// join returns r together with what waits in its place, if that has room.
func (g *Gateway) join(r, waiting *request) *request {
	both := r.over(waiting, g.Buffers)
	if both == r {
		return r
	}
	if g.Budget.fits(both.body.size()) {
		r.end()
		return both
	}
	both.end()
	return r
}

// forget takes away what waits in a slot, if anything. g.mu is held.
func (g *Gateway) forget(s *slot) {
	s.waiting = nil
	g.queue.remove(s)
}

// evict drops a body for the budget, unless it is on its way already.
func (g *Gateway) evict(s *slot, r *request) {
	g.mu.Lock()
	var lost []news
	if s.waiting == r {
		lost = g.giveUp(s, errPendingBytes, dropPendingBytes)
	}
	g.mu.Unlock()
	g.tell(lost)
}

// skip notes that a newer state of a group was not encoded, as the gateway is
// down. What waits in its place is older than that, and must not follow it.
func (g *Gateway) skip(group convert.Labels, down error) {
	g.mu.Lock()
	if heir := g.succession.heir; heir != nil {
		g.mu.Unlock()
		heir.skip(group, down)
		return
	}
	s := g.slot(group)
	var lost []news
	if s.waiting != nil {
		lost = g.giveUp(s, down, dropGatewayDown)
	}
	lost = append(lost, g.drop(s, down, dropGatewayDown)...)
	g.stay(s)
	g.mu.Unlock()
	g.tell(lost)
}

// giveUp drops what waits in a slot. g.mu is held.
func (g *Gateway) giveUp(s *slot, err error, reason string) []news {
	g.Budget.release(s.waiting.ticket)
	s.waiting.end()
	g.forget(s)
	return g.drop(s, err, reason)
}

// drop notes that the slot's newest body will not be sent. g.mu is held.
func (g *Gateway) drop(s *slot, err error, reason string) []news {
	g.drops(reason)
	s.outdated = s.sending
	g.notify()
	return g.note(s, err, time.Time{})
}

// enqueue lets a worker take the slot when it is due, unless one has it. g.mu is
// held.
func (g *Gateway) enqueue(s *slot) {
	if !s.sending && !s.queued {
		if g.busy() == 0 {
			g.busySince = time.Now()
		}
		s.due = latest(s.due, time.Now())
		g.queue.add(s)
	}
	g.notify()
}
