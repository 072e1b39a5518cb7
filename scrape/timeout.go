package scrape

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A timeoutError is a scrape that took longer than its own limit, as opposed
// to a deadline of the caller.
type timeoutError struct {
	limit time.Duration
}

func (e *timeoutError) Error() string {
	return fmt.Sprintf("no whole answer within the scrape_timeout of %s", e.limit)
}

func (e *timeoutError) Unwrap() error { return context.DeadlineExceeded }

// WithTimeout is context.WithTimeout for one scrape: what it ends says that it
// was the scrape_timeout. A limit of 0 is none.
func WithTimeout(parent context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit <= 0 {
		return context.WithCancel(parent)
	}
	return context.WithTimeoutCause(parent, limit, &timeoutError{limit})
}

// expiry returns a *timeoutError, or the error of ctx. Other causes are not
// looked at: an errgroup's would hide that ctx was cancelled.
func expiry(ctx context.Context) error {
	var late *timeoutError
	if errors.As(context.Cause(ctx), &late) {
		return late
	}
	return ctx.Err()
}
