package push

import (
	"container/heap"
	"container/list"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/promferry/promferry/convert"
)

// A Gateway is one Pushgateway. Name, URL, Transport, Timeout and Budget are
// required. Run sends; the other methods are safe for concurrent use.
type Gateway struct {
	Name                string
	Shard               string            // its name among the shards of the gateway, for people; "": it has none
	URL                 *url.URL          // may have a path prefix; no query
	Transport           http.RoundTripper // may add credentials
	Timeout             time.Duration     // of one request, answer included
	MaxConcurrentPushes int               // 0 means 1
	Budget              *Budget           // shared with the other gateways
	Buffers             *Buffers          // shared with the other gateways; nil means the heap
	Ledger              *Ledger           // knows of each group before it is pushed; nil: nobody does
	Encoding            Encoding          // of bodies; "" means text
	Compression         Compression       // of bodies; "" means none
	MinBackoff          time.Duration     // the first wait before a request is tried again; 0 means 500ms
	MaxBackoff          time.Duration     // the longest; 0 means 10s
	// GiveUp bounds how long one request is tried again. 0 means until a newer
	// one of its group takes its place, as is right for whoever makes more.
	GiveUp  time.Duration
	Logger  *slog.Logger // nil discards
	Metrics *Metrics     // nil counts nothing
	// OnDone, if set, is called after each request that ended, from several
	// goroutines. The group's next request, and Drain, wait until it returns.
	OnDone func(Outcome)

	types      typeMemory
	culprits   culprits
	halvings   halvings
	phantoms   phantoms
	unanswered unanswered
	reception  reception

	verification verification

	mu        sync.Mutex
	slots     map[string]*slot // by group
	queue     queue            // of the slots that have something to send
	underWay  int              // slots that are sending
	busySince time.Time        // when there was last something to do after nothing
	leaving   list.List        // of the slots whose groups go, the oldest first
	circuit   circuit
	hurried   bool           // the program ends
	success   time.Time      // of the last stored request; zero: none yet
	outage    trouble        // requests fail, whatever they say
	behind    trouble        // bodies were superseded
	crowded   trouble        // DELETEs were given up
	dropped   map[string]int // bodies and DELETEs that were given up, by reason
	replaced  int            // bodies whose place a newer one took
	changed   chan struct{}  // closed and replaced at each change of the fields above

	succession succession
}

// Run sends what is offered, and tries again what fails, until ctx ends; it
// returns when no request is under way any more. What still waits then stays
// unsent; what was under way waits again, as nobody knows whether the gateway
// has it.
func (g *Gateway) Run(ctx context.Context) {
	g.Metrics.start(g.address())
	var group sync.WaitGroup
	taking, cancel := g.untilFinish(ctx)
	defer cancel()
	group.Go(func() { g.Learn(taking) })
	group.Go(func() { g.sweepPhantoms(ctx, taking) })
	for range max(g.MaxConcurrentPushes, 1) {
		group.Go(func() { g.work(ctx, taking) })
	}
	group.Wait()
}

func (g *Gateway) work(ctx, taking context.Context) {
	for {
		s, r := g.take(taking)
		if s == nil {
			return
		}
		g.finish(ctx, s, r, g.send(ctx, r))
	}
}

// take waits for a slot that may send.
func (g *Gateway) take(ctx context.Context) (*slot, *request) {
	for ctx.Err() == nil {
		g.mu.Lock()
		due, found := g.due()
		if found && !due.After(time.Now()) {
			defer g.mu.Unlock()
			return g.begin()
		}
		changed := g.changes()
		g.mu.Unlock()
		waitFor(ctx, changed, due, found)
	}
	return nil, nil
}

// due returns when the next request may begin; false: not before a change. g.mu
// is held.
func (g *Gateway) due() (at time.Time, found bool) {
	switch {
	case g.queue.Len() == 0, g.circuit.probe != nil:
		return at, false
	case g.circuit.open:
		return g.circuit.next, true
	}
	return g.queue.slots[0].due, true
}

// begin takes the next slot. g.mu is held.
func (g *Gateway) begin() (*slot, *request) {
	s := heap.Pop(&g.queue).(*slot)
	r := s.begin(g.Budget)
	g.underWay++
	if !r.began.IsZero() {
		g.Metrics.retried(g.address())
	} else {
		r.began = time.Now()
	}
	g.circuit.begin(r)
	return s, r
}

// waitFor returns at a change, at that moment if there is one, or when ctx ends.
func waitFor(ctx context.Context, changed <-chan struct{}, at time.Time, found bool) {
	var alarm <-chan time.Time
	if found {
		timer := time.NewTimer(time.Until(at))
		defer timer.Stop()
		alarm = timer.C
	}
	select {
	case <-ctx.Done():
	case <-changed:
	case <-alarm:
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

// logger names the shard; the gateway is named by who logs.
func (g *Gateway) logger() *slog.Logger {
	switch {
	case g.Logger == nil:
		return slog.New(slog.DiscardHandler)
	case g.Shard != "":
		return g.Logger.With("shard", g.Shard)
	}
	return g.Logger
}

// String names the gateway, and the shard, for people.
func (g *Gateway) String() string {
	if g.Shard == "" {
		return fmt.Sprintf("gateway %q", g.Name)
	}
	return fmt.Sprintf("gateway %q, shard %q", g.Name, g.Shard)
}

func (g *Gateway) address() address { return address{g.Name, g.Shard} }
