package push

import (
	"container/heap"
	"context"
	"errors"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push/internal/answers"
)

// Hurry makes the waits between tries short from now on: the program ends, and a
// gateway that comes back in time is still to be reached.
func (g *Gateway) Hurry() {
	g.mu.Lock()
	defer g.mu.Unlock()
	low, _ := g.backoffs()
	earlier := func(at time.Time) time.Time {
		if next := time.Now().Add(answers.Backoff(0, low/2, low)); next.Before(at) {
			return next
		}
		return at
	}
	for _, s := range g.slots {
		s.due = earlier(s.due)
	}
	heap.Init(&g.queue)
	g.circuit.next = earlier(g.circuit.next)
	g.hurried = true
	g.notify()
}

// Drain waits until nothing waits, to be tried again neither, and nothing is
// under way, or until ctx ends. It returns how many groups are left with
// something unsent. Groups that are there without a push, as theirs was refused,
// are deleted before it returns.
func (g *Gateway) Drain(ctx context.Context) (unsent int) {
	for {
		g.mu.Lock()
		busy := g.busy()
		changed := g.changes()
		g.mu.Unlock()
		if busy == 0 {
			if g.sweep(ctx) {
				continue
			}
			return 0
		}
		select {
		case <-ctx.Done():
			return busy
		case <-changed:
		}
	}
}

// busy counts the slots that have something to send or are sending. g.mu is held.
func (g *Gateway) busy() int { return g.queue.Len() + g.underWay }

// Abandon drops what is still unsent when nobody waits for it any more, counts it
// and returns its groups. Run must have returned: what is under way may still
// arrive.
func (g *Gateway) Abandon() (groups []convert.Labels) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.queue.Len() > 0 {
		s := g.queue.slots[0]
		groups = append(groups, s.group)
		err := s.status.LastError // says more, unless it is of the end itself
		if err == nil || errors.Is(err, context.Canceled) {
			err = errAbandoned
		}
		_ = g.giveUp(s, err, dropShutdown) // the caller tells
	}
	return groups
}
