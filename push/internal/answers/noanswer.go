package answers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/promferry/promferry/transport"
)

// A noAnswerError is a request that was sent, or begun, and whose time ran out.
type noAnswerError struct {
	timeout time.Duration
	err     error
}

func (e *noAnswerError) Error() string { return fmt.Sprintf("no answer within %s", e.timeout) }
func (e *noAnswerError) Unwrap() error { return e.err }

// InTime says in words what a context that ran out says in its own. What is known
// of where the time went stays.
func InTime(err error, timeout time.Duration) error {
	var op *net.OpError
	var dns *net.DNSError
	var way *transport.Error
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &op) || errors.As(err, &dns) || errors.As(err, &way) {
		return err
	}
	return &noAnswerError{timeout, err}
}
