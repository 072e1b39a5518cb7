package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// A Reason says in one word what kept a request from its server.
type Reason string

// The reasons that only a transport can tell.
const (
	ReasonProxy       Reason = "proxy"       // it refused, was silent, or could not be reached
	ReasonTLS         Reason = "tls"         // the handshake failed, or a file for it is of no use
	ReasonCredentials Reason = "credentials" // no secret or no token: nothing was sent
)

// An Error is a request that failed on its way.
type Error struct {
	Reason Reason
	Err    error // without secrets
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// An observer watches each request, and says of one that fails what was seen.
type observer struct{ next http.RoundTripper }

func (o *observer) RoundTrip(req *http.Request) (*http.Response, error) {
	a := new(attempt)
	resp, err := o.next.RoundTrip(req.WithContext(a.watch(req.Context())))
	if err == nil {
		return resp, nil
	}
	if req.Body != nil {
		req.Body.Close() // a step before net/http may have failed, which leaves that to nobody
	}
	return nil, a.explain(err)
}

func (o *observer) CloseIdleConnections() { closeIdle(o.next) }

// An attempt is what is seen of a request.
type attempt struct {
	kept        atomic.Bool // it is on a connection of an earlier request
	atProxy     atomic.Bool // a proxy was asked for a connection, and has not answered
	tlsFailed   atomic.Bool // a handshake did
	certificate atomic.Bool // the server asked for one of the client
	anonymous   atomic.Bool // and got none
	written     atomic.Bool // the whole request is on its way
	answered    atomic.Bool // it began to answer

	proxy atomic.Pointer[url.URL] // that it goes to; nil: none
}

type attemptKey struct{}

// attemptOf returns what New's transport watches of the request; for one that
// did not come through there, a fresh one.
func attemptOf(ctx context.Context) *attempt {
	if a, ok := ctx.Value(attemptKey{}).(*attempt); ok {
		return a
	}
	return new(attempt)
}

// watch returns the context that the request needs.
func (a *attempt) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(context.WithValue(ctx, attemptKey{}, a), &httptrace.ClientTrace{
		GotConn:              a.gotConn,
		WroteRequest:         func(wrote httptrace.WroteRequestInfo) { a.written.Store(wrote.Err == nil) },
		GotFirstResponseByte: func() { a.answered.Store(true) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err != nil {
				a.tlsFailed.Store(true)
			}
		},
	})
}

// gotConn begins anew: what was seen so far was on a connection that could not be
// used, or of the request for a token, whose trace has this one in it.
func (a *attempt) gotConn(conn httptrace.GotConnInfo) {
	a.kept.Store(conn.Reused)
	a.written.Store(false)
	a.answered.Store(false)
}

// isSilent reports whether a connection that was kept gave no answer in time.
func (a *attempt) isSilent(err error) bool { return a.kept.Load() && isTimeout(err) }

func (a *attempt) explain(err error) error {
	var known *Error
	var op *net.OpError
	errors.As(err, &op)
	switch {
	case errors.As(err, &known) || errors.Is(err, context.Canceled):
		return err
	case op != nil && (op.Op == "proxyconnect" || op.Op == "socks connect"):
		return &Error{ReasonProxy, err}
	case a.atProxy.Load():
		return &Error{ReasonProxy, fmt.Errorf("no answer of the proxy to CONNECT: %w", err)}
	case isTimeout(err) || op != nil && op.Op == "dial":
		return err
	case isPlain(err):
		return &Error{ReasonTLS, http.ErrSchemeMismatch}
	case a.certificate.Load() && a.isRefused(err):
		return &Error{ReasonTLS, fmt.Errorf("%w (the server wanted a client certificate)", err)}
	case a.tlsFailed.Load():
		return &Error{ReasonTLS, err}
	}
	return err
}

// isRefused reports whether a server that asked for a certificate did not like
// the answer. With TLS 1.3 it says so after the handshake, by an alert, which a
// request that is being written may not live to see. One that wanted any may
// only close the connection.
func (a *attempt) isRefused(err error) bool {
	return !a.answered.Load() && (a.anonymous.Load() || !a.written.Load() || isAlert(err))
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() // context.DeadlineExceeded, too
}

// isAlert reports whether the other side has said in TLS what it did not like.
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error" // crypto/tls keeps the type to itself
}

// isPlain reports whether a server answered a handshake in plain HTTP, as
// [http.Client] does.
func isPlain(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/"
}
