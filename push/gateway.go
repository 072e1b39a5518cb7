package push

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/promferry/promferry/convert"
)

// Defaults of a Gateway's fields.
const (
	DefaultTimeout             = 10 * time.Second
	DefaultMaxConcurrentPushes = 4
)

// A Gateway is one Pushgateway. Name, URL and Budget are required. Run sends;
// the other methods are safe for concurrent use.
type Gateway struct {
	Name                string
	URL                 *url.URL          // may have a path prefix; no query
	Transport           http.RoundTripper // may add credentials; nil means http.DefaultTransport
	Timeout             time.Duration     // of one request, answer included; 0 means DefaultTimeout
	MaxConcurrentPushes int               // 0 means DefaultMaxConcurrentPushes
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
func (g *Gateway) Run(ctx context.Context) error {
	workers := g.MaxConcurrentPushes
	if workers <= 0 {
		workers = DefaultMaxConcurrentPushes
	}
	var group errgroup.Group
	for range workers {
		group.Go(func() error {
			g.work(ctx)
			return nil
		})
	}
	return group.Wait()
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
	for _, t := range g.put(r) {
		t.dropped()
	}
}

// put returns the tickets that gave way to r's. They may be another gateway's,
// so their dropped is not for here, where g.mu is held.
func (g *Gateway) put(r *request) (evicted []*ticket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.slot(r.group)
	r = r.over(s.waiting)
	if !g.Budget.fits(len(r.body)) {
		g.drop(s, errTooLarge)
		return nil
	}
	if old := s.waiting; old != nil {
		g.Budget.release(old.ticket)
		g.Metrics.superseded(g.Name)
	}
	r.ticket, evicted = g.Budget.hold(len(r.body), func() { g.evict(s, r) })
	s.waiting = r
	g.enqueue(s)
	return evicted
}

// evict drops a body for the budget, unless it is on its way already.
func (g *Gateway) evict(s *slot, r *request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.waiting != r {
		return
	}
	s.waiting = nil
	s.queued = false
	g.ready = slices.DeleteFunc(g.ready, func(other *slot) bool { return other == s })
	g.drop(s, errPendingBytes)
}

// drop notes that the slot's newest body will not be sent. g.mu is held.
func (g *Gateway) drop(s *slot, err error) {
	g.Metrics.dropped(g.Name, dropPendingBytes)
	g.logTurn(s.note(err), s.group, err)
	g.notify()
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
	turn := s.note(out.Err)
	g.mu.Unlock()

	interrupted := out.Err != nil && ctx.Err() != nil
	if !interrupted { // else Abandon tells of it
		g.logTurn(turn, out.Group, out.Err)
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
	if s.waiting != nil {
		g.enqueue(s)
	} else if r.method == http.MethodDelete && out.Err == nil {
		delete(g.slots, r.group.Key())
	}
	g.notify()
}

// logTurn says once that a group's pushes begin to fail, and once that they
// work again.
func (g *Gateway) logTurn(t turn, group convert.Labels, err error) {
	switch t {
	case beginsToFail:
		g.logger().Error("push failed", "gateway", g.Name, "group", group.String(), "err", err)
	case worksAgain:
		g.logger().Info("push works again", "gateway", g.Name, "group", group.String())
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
		if s.waiting != nil || s.sending {
			n++
		}
	}
	return n
}

func (g *Gateway) timeout() time.Duration {
	if g.Timeout <= 0 {
		return DefaultTimeout
	}
	return g.Timeout
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
