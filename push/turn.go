package push

import (
	"context"
	"sync"
)

// A turn is a lock that is waited for no longer than a context allows. The zero
// value is free.
type turn struct {
	mu    sync.Mutex
	taken chan struct{} // closed when it is given back; nil: free
}

// take waits for the turn, and returns what gives it back; or the context's
// error.
func (t *turn) take(ctx context.Context) (giveBack func(), err error) {
	for ctx.Err() == nil {
		t.mu.Lock()
		taken := t.taken
		if taken == nil {
			t.taken = make(chan struct{})
			t.mu.Unlock()
			return t.giveBack, nil
		}
		t.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-taken:
		}
	}
	return nil, ctx.Err()
}

func (t *turn) giveBack() {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.taken)
	t.taken = nil
}
