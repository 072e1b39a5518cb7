package push

import (
	"errors"
	"net"
	"net/http"

	"github.com/promferry/promferry/push/internal/answers"
	"github.com/promferry/promferry/transport"
)

// A class says what follows a request that ended.
type class int

// The classes.
const (
	stored class = iota
	soon         // the same body again after a moment: nobody took it
	later        // the next body, at a growing distance: it is set up wrong, here or there
	never        // the next body as always: this one was understood, or never sent
)

// classify returns the class of a request that ended with err.
func classify(err error) class {
	var status *StatusError
	switch {
	case err == nil:
		return stored
	case errors.Is(err, errReportLost), errors.Is(err, errNotStored), isLocal(err):
		return never
	case isAggregating(err), isPage(err):
		return later
	case !errors.As(err, &status):
		return soon
	}
	return status.class()
}

// class of an answer. What is not listed is refused for all bodies alike: a
// wrong path, a redirect, a proxy that wants a password.
func (e *StatusError) class() class {
	if e.WantsTLS {
		return later
	}
	switch e.Code {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return soon
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType,
		http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		return never
	}
	if e.Code >= http.StatusInternalServerError {
		return soon
	}
	return later
}

// isAuth tells what new credentials may end: refusals, and requests that were
// not sent for want of any. They are read from their files for each request.
func isAuth(err error) bool {
	var status *StatusError
	var way *transport.Error
	if errors.As(err, &way) {
		return way.Reason == transport.ReasonCredentials
	}
	return errors.As(err, &status) && (status.Code == http.StatusUnauthorized || status.Code == http.StatusForbidden)
}

// isOutage tells errors of a request that got no answer.
func isOutage(err error) bool {
	var status *StatusError
	return err != nil && !isLocal(err) && !errors.As(err, &status) && !errors.Is(err, errReportLost) &&
		!isAggregating(err) && !isPage(err) && !errors.Is(err, errNotStored)
}

// isUnanswered tells errors of requests that a gateway may work on still: it got
// them, or a part of them.
func isUnanswered(err error) bool {
	var dial *net.OpError
	var dns *net.DNSError
	return isOutage(err) && !errors.As(err, &dns) && !(errors.As(err, &dial) && dial.Op == "dial")
}

// isLocal tells errors of bodies that were never sent.
func isLocal(err error) bool {
	var panicked *answers.PanicError
	var group *groupError
	var down *downError
	return errors.Is(err, errPendingBytes) || errors.Is(err, errNothingLeft) || errors.Is(err, errTooLarge) || errors.As(err, &panicked) || errors.As(err, &group) || errors.As(err, &down)
}
