package push

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/promferry/promferry/convert"
)

// A Gateway is one Pushgateway. Name, URL, Timeout and Budget are required. Run
// sends; the other methods are safe for concurrent use.
type Gateway struct {
	Name                string
	URL                 *url.URL          // may have a path prefix; no query
	Transport           http.RoundTripper // may add credentials; nil means http.DefaultTransport
	Timeout             time.Duration     // of one request, answer included
	MaxConcurrentPushes int               // 0 means 1
	Budget              *Budget           // shared with the other gateways
	Buffers             *Buffers          // shared with the other gateways; nil means the heap
	Encoding            Encoding          // of bodies; "" means text
	Compression         Compression       // of bodies; "" means none
	Logger              *slog.Logger      // nil discards
	Metrics             *Metrics          // nil counts nothing
	// OnDone, if set, is called after each request that ended, from several
	// goroutines. The group's next request, and Drain, wait until it returns.
	OnDone func(Outcome)

	types      typeMemory
	unanswered unanswered
	reception  reception

	mu      sync.Mutex
	slots   map[string]*slot // by group
	ready   []*slot          // have something to send, first in first out
	orphans []*slot          // whose DELETE failed, the oldest first
	outage  trouble          // requests got no answer
	behind  trouble          // bodies were superseded
	changed chan struct{}    // closed and replaced at each change of the fields above
}

// Run sends what is offered until ctx ends, and returns when no request is
// under way any more. What still waits then stays unsent; what was under way
// waits again, as nobody knows whether the gateway has it.
func (g *Gateway) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { g.Learn(ctx) })
	for range max(g.MaxConcurrentPushes, 1) {
		group.Go(func() { g.work(ctx) })
	}
	group.Wait()
}

func (g *Gateway) work(ctx context.Context) {
	for {
		s, r := g.take(ctx)
		if s == nil {
			return
		}
		g.finish(ctx, s, r, g.send(ctx, r))
	}
}

// take waits for a slot that has something to send.
func (g *Gateway) take(ctx context.Context) (*slot, *request) {
	for {
		g.mu.Lock()
		if ctx.Err() == nil && len(g.ready) > 0 {
			defer g.mu.Unlock()
			s := g.ready[0]
			g.ready = g.ready[1:]
			return s, s.begin(g.Budget)
		}
		changed := g.changes()
		g.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, nil
		case <-changed:
		}
	}
}

// changes returns a channel that is closed at the next change. g.mu is held.
func (g *Gateway) changes() <-chan struct{} {
	if g.changed == nil {
		g.changed = make(chan struct{})
	}
	return g.changed
}

// notify tells those who wait for a change. g.mu is held.
func (g *Gateway) notify() {
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// offer makes r the newest state of its group. What waited in its place is
// superseded.
func (g *Gateway) offer(r *request) {
	evicted, lost := g.put(r)
	for _, t := range evicted {
		t.dropped()
	}
	g.tell(lost)
}

// put returns the tickets that gave way to r's. They may be another gateway's,
// so their dropped is not for here, where g.mu is held; nor is a log.
func (g *Gateway) put(r *request) (evicted []*ticket, lost []news) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.slot(r.group)
	r = g.join(r, s.waiting)
	if s.waiting != nil {
		lost = g.superseded()
		g.Budget.release(s.waiting.ticket)
		s.waiting.end()
	}
	if !g.Budget.fits(r.body.size()) {
		r.end()
		g.forget(s) // what is older must not follow what is newer
		return nil, append(lost, g.drop(s, errTooLarge)...)
	}
	r.ticket, evicted = g.Budget.hold(r.body.size(), func() { g.evict(s, r) })
	s.waiting = r
	g.enqueue(s)
	return evicted, lost
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
	if s.queued {
		s.queued = false
		g.ready = slices.DeleteFunc(g.ready, func(other *slot) bool { return other == s })
	}
}

// evict drops a body for the budget, unless it is on its way already.
func (g *Gateway) evict(s *slot, r *request) {
	g.tell(g.evicted(s, r))
}

func (g *Gateway) evicted(s *slot, r *request) (lost []news) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.waiting != r {
		return lost
	}
	r.end()
	g.forget(s)
	return g.drop(s, errPendingBytes)
}

// drop notes that the slot's newest body will not be sent. g.mu is held.
func (g *Gateway) drop(s *slot, err error) []news {
	g.Metrics.dropped(g.Name, dropPendingBytes)
	g.notify()
	return g.note(s, err)
}

// enqueue lets a worker take the slot, unless one has it. g.mu is held.
func (g *Gateway) enqueue(s *slot) {
	if !s.queued && !s.sending {
		s.queued = true
		g.ready = append(g.ready, s)
	}
	g.notify()
}

// slot returns the slot of a group. g.mu is held.
func (g *Gateway) slot(group convert.Labels) *slot {
	key := group.Key()
	s := g.slots[key]
	if s == nil {
		if g.slots == nil {
			g.slots = make(map[string]*slot)
		}
		s = &slot{group: group}
		g.slots[key] = s
	}
	return s
}

func (g *Gateway) logger() *slog.Logger {
	if g.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return g.Logger
}
