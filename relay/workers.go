package relay

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"
)

// lendAfter is how long a worker waits for a target's first byte before it
// works for another one meanwhile. Most targets answer sooner; some never do,
// and any number of those must not use up the pool.
const lendAfter = 100 * time.Millisecond

// workers bound the cycles at work: those that connect, read or convert. Half
// of them, and no more, read from targets that spent their last timeout: an
// answer that begins and then stalls keeps its worker.
type workers struct {
	all, hanging *semaphore.Weighted
}

func newWorkers(n int) workers {
	n = max(n, 1)
	return workers{semaphore.NewWeighted(int64(n)), semaphore.NewWeighted(int64(n+1) / 2)}
}

// A worker is one of the workers while a target has it.
type worker struct {
	workers
	hangs bool // counts among the hanging
	held  bool
}

// enter waits for a worker; the error is that of ctx.
func (ws workers) enter(ctx context.Context, hangs bool) (*worker, error) {
	w := &worker{workers: ws, hangs: hangs}
	return w, w.acquire(ctx)
}

func (w *worker) acquire(ctx context.Context) error {
	if w.hangs {
		if err := w.hanging.Acquire(ctx, 1); err != nil {
			return err
		}
	}
	if err := w.all.Acquire(ctx, 1); err != nil {
		if w.hangs {
			w.hanging.Release(1)
		}
		return err
	}
	w.held = true
	return nil
}

func (w *worker) release() {
	w.all.Release(1)
	if w.hangs {
		w.hanging.Release(1)
	}
}

// leave gives the worker back.
func (w *worker) leave() {
	if w.held {
		w.release()
		w.held = false
	}
}

// await calls wait, and lends the worker out where that takes long. The error
// says that none was free again within ctx.
func (w *worker) await(ctx context.Context, wait func()) error {
	lend := time.AfterFunc(lendAfter, w.release)
	wait()
	if lend.Stop() {
		return nil
	}
	w.held = false
	if err := w.acquire(ctx); err != nil {
		return fmt.Errorf("wait for a worker: %w", context.Cause(ctx))
	}
	return nil
}
