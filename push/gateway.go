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
	Logger              *slog.Logger      // nil discards
	Metrics             *Metrics          // nil counts nothing
	// OnDone, if set, is called after each request that ended, from several
	// goroutines. The group's next request, and Drain, wait until it returns.
	OnDone func(Outcome)

	types      typeMemory
	unanswered unanswered

	mu      sync.Mutex
	slots   map[string]*slot // by group
	ready   []*slot          // have something to send, first in first out
	orphans []*slot          // whose DELETE failed, the oldest first
	outage  trouble          // requests got no answer
	behind  trouble          // bodies were superseded
	changed chan struct{}    // closed and replaced at each change of the fields above
}

// An Outcome is a request that ended.
type Outcome struct {
	Gateway string
	Group   convert.Labels
	Method  string
	Path    string
	Series  int
	Bytes   int
	Took    time.Duration
	Retyped int      // families sent with the type that the gateway has
	Refused []string // families left out: the gateway has another with their name
	Err     error    // nil: the gateway stored it
}

// Run sends what is offered until ctx ends, and returns when no request is
// under way any more. What still waits then stays unsent; what was under way
// waits again, as nobody knows whether the gateway has it.
func (g *Gateway) Run(ctx context.Context) {
	var group sync.WaitGroup
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
	if both := r.over(s.waiting); g.Budget.fits(len(both.body)) {
		r = both
	}
	if s.waiting != nil {
		lost = g.superseded()
		g.Budget.release(s.waiting.ticket)
	}
	if !g.Budget.fits(len(r.body)) {
		g.forget(s) // what is older must not follow what is newer
		return nil, append(lost, g.drop(s, errTooLarge)...)
	}
	r.ticket, evicted = g.Budget.hold(len(r.body), func() { g.evict(s, r) })
	s.waiting = r
	g.enqueue(s)
	return evicted, lost
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

// finish tells how a request ended, and only then lets the slot's next one go:
// whoever waited for it finds its status, metrics and log.
func (g *Gateway) finish(ctx context.Context, s *slot, r *request, out Outcome) {
	g.mu.Lock()
	s.end(out)
	n := g.note(s, out.Err)
	g.mu.Unlock()

	interrupted := out.Err != nil && ctx.Err() != nil
	if !interrupted { // else Abandon tells of it
		g.tell(n)
	}
	g.Metrics.done(out)
	if g.OnDone != nil {
		g.OnDone(out)
	}

	g.mu.Lock()
	defer g.mu.Unlock()
	s.sending = false
	if interrupted && s.waiting == nil {
		s.waiting = r
	}
	switch {
	case s.waiting != nil:
		g.enqueue(s)
	case r.method == http.MethodDelete:
		g.leave(s, out.Err)
	}
	g.notify()
}

// maxOrphans bounds the groups that could not be deleted and are remembered for
// their error: a gateway that is down must not cost memory for each group that
// goes.
const maxOrphans = 100

// leave forgets the slot of a group that is gone, or that was to go. g.mu is
// held.
func (g *Gateway) leave(s *slot, err error) {
	if err == nil {
		delete(g.slots, s.group.Key())
		return
	}
	g.orphans = append(g.orphans, s)
	if len(g.orphans) <= maxOrphans {
		return
	}
	oldest := g.orphans[0]
	g.orphans = g.orphans[1:]
	if g.slots[oldest.group.Key()] == oldest && oldest.method == http.MethodDelete && !oldest.busy() {
		delete(g.slots, oldest.group.Key())
	}
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

// Drain waits until nothing waits and nothing is under way, or until ctx ends.
// It returns how many groups are left with something unsent.
func (g *Gateway) Drain(ctx context.Context) (unsent int) {
	for {
		g.mu.Lock()
		busy := g.busy()
		changed := g.changes()
		g.mu.Unlock()
		if busy == 0 {
			return 0
		}
		select {
		case <-ctx.Done():
			return busy
		case <-changed:
		}
	}
}

// busy counts the slots that have something to send or are sending.
func (g *Gateway) busy() int {
	n := 0
	for _, s := range g.slots {
		if s.busy() {
			n++
		}
	}
	return n
}

// roundTrip sends a request once. A redirect is an answer like any other: the
// body and the credentials are for the configured gateway only (contract C10).
// An [http.Client] told not to follow still reads Location, and repeats one
// that it cannot parse, with the secrets in it.
func (g *Gateway) roundTrip(req *http.Request) (*http.Response, error) {
	if g.Transport == nil {
		return http.DefaultTransport.RoundTrip(req)
	}
	return g.Transport.RoundTrip(req)
}

func (g *Gateway) logger() *slog.Logger {
	if g.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return g.Logger
}
