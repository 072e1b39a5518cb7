package scrape

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// An exchange is a request and its answer, up to the close of the body. It
// turns what goes wrong there into an *Error.
type exchange struct {
	target     string       // for error texts
	expiry     func() error // why the exchange must end now, or nil
	cancel     context.CancelFunc
	tlsFailure atomic.Bool // a TLS handshake failed
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
	x := &exchange{
		target: address(u),
		cancel: cancel,
		expiry: func() error { return expiry(ctx) },
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err != nil {
				x.tlsFailure.Store(true)
			}
		},
	}), x
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
	if expired := x.expiry(); expired != nil {
		err = expired
	}
	// The text of a *url.Error has the whole URL, and userinfo and query may
	// be secrets.
	var withURL *url.Error
	if errors.As(err, &withURL) {
		err = withURL.Err
	}
	return &Error{x.reason(err), x.wrap(err)}
}

func (x *exchange) wrap(err error) error {
	return fmt.Errorf("scrape %s: %w", x.target, oneLine(err))
}

// reason tells apart the errors of net/http and below.
func (x *exchange) reason(err error) Reason {
	var (
		dns     *net.DNSError
		timeout net.Error
		op      *net.OpError
	)
	errors.As(err, &op)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return ReasonTimeout
	case errors.As(err, &dns):
		return ReasonDNS
	case errors.As(err, &timeout) && timeout.Timeout():
		return ReasonTimeout
	case isDial(op):
		return ReasonConnect
	case x.tlsFailure.Load() || isAlert(op):
		return ReasonTLS
	}
	return ReasonRead
}

// isDial reports whether op is a step on the way to a connection: by package
// net, by net/http to a proxy, by x/net/internal/socks.
func isDial(op *net.OpError) bool {
	return op != nil && (op.Op == "dial" || op.Op == "proxyconnect" || op.Op == "socks connect")
}

// isAlert reports whether op is a TLS alert; crypto/tls exports no type for
// one. With TLS 1.3 a refused client certificate comes after the handshake.
func isAlert(op *net.OpError) bool {
	return op != nil && (op.Op == "remote error" || op.Op == "local error")
}

// address is u without what may be secret: userinfo and query.
func address(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if u.RawQuery != "" {
		return shown.String() + "?…"
	}
	return shown.String()
}
