package push

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
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
	case isAggregating(err):
		return later
	case !errors.As(err, &status):
		return soon
	}
	return status.class()
}

// class of an answer. What is not listed is refused for all bodies alike: a
// wrong path, a redirect, a proxy that wants a password.
func (e *StatusError) class() class {
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

// isAuth tells the refusals that new credentials may end. They are read from
// their files for each request.
func isAuth(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && (status.Code == http.StatusUnauthorized || status.Code == http.StatusForbidden)
}

// What a gateway's fields are where they are zero.
const (
	defaultMinBackoff = 500 * time.Millisecond
	defaultMaxBackoff = 10 * time.Second
)

// How far apart tries are of what an operator has to put right.
const (
	laterMin     = 5 * time.Second
	laterMax     = 5 * time.Minute
	laterMaxAuth = time.Minute // a secret that rotates is soon right again
)

// backoff returns the wait after n failures in a row and one more: between low
// and twice low for n = 0, twice as long for each further one, and never more
// than high. Half of it is jitter, so that groups which failed together do not
// come back together; where low leaves no room for that, it goes below low.
//
// It has no state but n, and the jitter is below the bound: a library's back-off
// is an object for each group that goes up to half above its longest interval.
func backoff(n int, low, high time.Duration) time.Duration {
	full := high
	if n < 32 && low<<n <= high/2 {
		full = low << n * 2
	}
	least := full / 2
	if low < full {
		least = max(least, low)
	}
	return least + rand.N(full-least+1)
}

// slotWait returns how long a group waits after failure number n+1 in a row.
// The interval is the time until its next body; 0: there will be none.
func (g *Gateway) slotWait(err error, n int, interval time.Duration) time.Duration {
	low, high := g.backoffs()
	if interval == 0 {
		interval = high
	}
	if classify(err) == later {
		return g.hurry(laterWait(err, n))
	}
	return g.hurry(min(max(backoff(n, low, high), g.retryAfter(err)), interval))
}

// probeWait returns how long a gateway that is down is left alone after n
// probes in vain. It is the half of a group's longest wait: all groups are to be
// fresh within an interval and 5 s after a gateway is back.
func (g *Gateway) probeWait(err error, n int, interval time.Duration) time.Duration {
	low, high := g.backoffs()
	if interval == 0 {
		interval = high
	}
	if classify(err) == later {
		return g.hurry(laterWait(err, n))
	}
	return g.hurry(max(backoff(n, low, high/2), min(g.retryAfter(err), interval)))
}

func laterWait(err error, n int) time.Duration {
	if isAuth(err) {
		return backoff(n, laterMin, laterMaxAuth)
	}
	return backoff(n, laterMin, laterMax)
}

// hurry shortens a wait at the end of the program.
func (g *Gateway) hurry(wait time.Duration) time.Duration {
	low, _ := g.backoffs()
	if g.hurried {
		return min(wait, backoff(0, low/2, low))
	}
	return wait
}

func (g *Gateway) backoffs() (low, high time.Duration) {
	low, high = g.MinBackoff, g.MaxBackoff
	if low <= 0 {
		low = defaultMinBackoff
	}
	if high <= 0 {
		high = defaultMaxBackoff
	}
	return low, max(low, high)
}

// retryAfter returns what an answer asks for, and a moment more: it says the
// same to all.
func (g *Gateway) retryAfter(err error) time.Duration {
	var status *StatusError
	if !errors.As(err, &status) || status.RetryAfter <= 0 {
		return 0
	}
	low, _ := g.backoffs()
	return status.RetryAfter + rand.N(low)
}

// maxRetryAfter bounds what is believed of a gateway, so that no sum overflows.
const maxRetryAfter = 24 * time.Hour

// parseRetryAfter reads the header of that name: seconds, or a date (RFC 9110,
// section 10.2.3). What is neither, or is past, is 0.
func parseRetryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}

// remedies say what to do where the code alone does not.
var remedies = map[int]string{
	http.StatusUnauthorized:                "check the credentials of the gateway block",
	http.StatusForbidden:                   "check the credentials of the gateway block, and what they are allowed",
	http.StatusRequestEntityTooLarge:       "the body is larger than the gateway, or a proxy before it, allows: raise that limit (nginx: client_max_body_size) or scrape less",
	http.StatusRequestURITooLong:           "the grouping key makes the path longer than the gateway, or a proxy before it, allows: use fewer or shorter target labels",
	http.StatusRequestHeaderFieldsTooLarge: "the headers are larger than the gateway, or a proxy before it, allows: shorten the http_header values or the credentials",
}
