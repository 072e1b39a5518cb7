package push

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// unanswered are the bodies that a gateway has got, or will get, and has not
// answered. The zero value is ready.
type unanswered struct {
	mu   sync.Mutex
	open map[chan struct{}]bool // each is closed with the answer
}

// add counts a body until the returned function is called.
func (u *unanswered) add() (answered func()) {
	done := make(chan struct{})
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.open == nil {
		u.open = make(map[chan struct{}]bool)
	}
	u.open[done] = true
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.open, done)
		close(done)
	}
}

// wait returns when all that are open now are answered, or when ctx ends. The
// caller's own body must be answered, so those who wait never wait for each
// other.
func (u *unanswered) wait(ctx context.Context) {
	u.mu.Lock()
	open := slices.Collect(maps.Keys(u.open))
	u.mu.Unlock()
	for _, done := range open {
		select {
		case <-ctx.Done():
			return
		case <-done:
		}
	}
}
