package remote

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
)

// A StatusError is an answer that does not say that all is stored.
type StatusError struct {
	Name       string // of the store
	URL        string // without userinfo and query
	Code       int
	Location   string        // of a redirect, without userinfo and query
	Body       string        // its first KiB, in one line
	RetryAfter time.Duration // what it asks for; 0: nothing that can be read
	WantsTLS   bool          // it speaks TLS, and was asked without

	stored bool // see saysStored
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("post %s: status %d, want 2xx", e.URL, e.Code)
	switch advice := remedies[e.Code]; {
	case e.Location != "":
		text += fmt.Sprintf(": a redirect to %q is not followed; is the url of remote_write %q complete?", e.Location, e.Name)
	case e.WantsTLS:
		return text + fmt.Sprintf(": it speaks TLS: write https:// in the url of remote_write %q", e.Name)
	case advice != "":
		text += ": " + advice
	}
	if e.Body != "" {
		text += fmt.Sprintf(": %q", e.Body)
	}
	return text
}

// remedies say what to do where the code alone does not.
var remedies = map[int]string{
	http.StatusUnauthorized: "check the credentials of the remote_write block",
	http.StatusForbidden:    "check the credentials of the remote_write block, and what they are allowed",
	http.StatusNotFound: "check the path of the url: Prometheus has /api/v1/write, and only with --web.enable-remote-write-receiver; " +
		"Mimir and Cortex /api/v1/push, Thanos /api/v1/receive, VictoriaMetrics /api/v1/write",
	http.StatusMethodNotAllowed:      "check that the url is that of a receiver of remote_write, with its path",
	http.StatusRequestEntityTooLarge: "the request is larger than the receiver, or a proxy before it, allows: raise that limit (nginx: client_max_body_size) or lower max_samples_per_send",
	http.StatusUnsupportedMediaType:  "it does not take remote_write 1.0: is the url that of a receiver?",
}

// A pageError is a web page for an answer. A receiver answers what it has stored
// with nothing at all, or a word: what shows a page has stored nothing, whatever
// the status says.
type pageError struct {
	url  string // without userinfo and query
	name string
	code int
}

func (e *pageError) Error() string {
	return fmt.Sprintf("post %s: answered %d with a web page: no receiver of remote_write there, a login page or a wrong path? correct url of remote_write %q",
		e.url, e.code, e.name)
}

// A class says what follows a request that ended.
type class int

// The classes.
const (
	stored  class = iota
	again         // the same once more, later: nobody took it
	refused       // another try would not change the answer
)

// classify returns the class of a request that ended with err, by the section
// "Retries & Backoff" of the specification: of the answers below 500 only 429 is
// worth another try, and what no receiver has given.
func classify(err error) class {
	var status *StatusError
	switch {
	case err == nil:
		return stored
	case !errors.As(err, &status), status.WantsTLS, status.Code < 400, status.Code >= 500, status.Code == http.StatusTooManyRequests:
		return again
	}
	return refused
}

// isForContent tells a refusal that may be for one of the records alone.
func isForContent(err error) bool {
	var status *StatusError
	if !errors.As(err, &status) {
		return false
	}
	switch status.Code {
	case http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// retryAfter is what the answer asks for; 0: nothing.
func retryAfter(err error) time.Duration {
	var status *StatusError
	if errors.As(err, &status) {
		return status.RetryAfter
	}
	return 0
}

// codeOf names the end of a request for a metric. code is that of a request
// that was stored.
func codeOf(err error, code int) string {
	var status *StatusError
	var page *pageError
	switch {
	case err == nil:
		return answers.StatusReason(code)
	case errors.As(err, &status):
		return answers.StatusReason(status.Code)
	case errors.As(err, &page):
		return "web_page"
	case errors.Is(err, errSpoolRead), errors.Is(err, errDamaged):
		return "spool"
	}
	return answers.Reason(err)
}
