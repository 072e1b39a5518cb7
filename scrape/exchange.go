package scrape

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/promferry/promferry/scrape/internal/shown"
	"github.com/promferry/promferry/transport"
)

// An exchange is a request and its answer, up to the close of the body. It
// turns what goes wrong there into an *Error.
type exchange struct {
	target string       // for error texts
	expiry func() error // why the exchange must end now, or nil
	cancel context.CancelFunc
}

// A refusal is what becomes an *Error when the exchange's target is added: an
// answer that arrived and will not do.
type refusal struct {
	reason Reason
	err    error
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// newExchange returns the context that the exchange's request needs.
func newExchange(parent context.Context, u *url.URL, timeout time.Duration) (context.Context, *exchange) {
	ctx, cancel := WithTimeout(parent, timeout)
	return ctx, &exchange{
		target: shown.Address(u),
		cancel: cancel,
		expiry: func() error { return expiry(ctx) },
	}
}

// fail says what err did to the exchange. It leaves an *Error as it is, and a
// refusal keeps its reason.
func (x *exchange) fail(err error) *Error {
	var done *Error
	if errors.As(err, &done) {
		return done
	}
	var refused *refusal
	if errors.As(err, &refused) {
		return &Error{refused.reason, x.wrap(refused.err)}
	}
	// On its way it may have been late, too.
	var way *transport.Error
	if errors.As(err, &way) {
		return &Error{Reason(way.Reason), x.wrap(way)}
	}
	if expired := x.expiry(); expired != nil {
		err = expired
	}
	// The text of a *url.Error has the whole URL, and userinfo and query may
	// be secrets.
	var withURL *url.Error
	if errors.As(err, &withURL) {
		err = withURL.Err
	}
	return &Error{reason(err), x.wrap(err)}
}

func (x *exchange) wrap(err error) error {
	return fmt.Errorf("scrape %s: %w", x.target, shown.OneLine(err))
}

// reason tells apart the errors of net/http and below.
func reason(err error) Reason {
	var (
		dns     *net.DNSError
		timeout net.Error
		op      *net.OpError
	)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return ReasonTimeout
	case errors.As(err, &dns):
		return ReasonDNS
	case errors.As(err, &timeout) && timeout.Timeout():
		return ReasonTimeout
	case errors.As(err, &op) && op.Op == "dial":
		return ReasonConnect
	}
	return ReasonRead
}
