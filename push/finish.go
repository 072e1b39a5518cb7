package push

import (
	"context"
	"net/http"
)

// finish tells how a request ended, and only then lets the slot's next one go:
// whoever waited for it finds its status, metrics and log.
func (g *Gateway) finish(ctx context.Context, s *slot, r *request, out Outcome) {
	g.mu.Lock()
	s.end(out)
	n := append(g.note(s, out.Err), s.repeats(out)...)
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
	} else {
		r.end()
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
