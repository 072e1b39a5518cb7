package push

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
	"github.com/promferry/promferry/transport"
)

// A StatusError is a gateway's refusal.
type StatusError struct {
	Method, URL string // URL without userinfo
	Code        int
	Location    string        // of a redirect, without userinfo and query
	Body        string        // its first KiB, in one line
	RetryAfter  time.Duration // what it asks for; 0: nothing that can be read
	WantsTLS    bool          // it speaks TLS, and was asked without

	inconsistent bool // see saysInconsistent
}

func (e *StatusError) Error() string {
	want := "200 or 202"
	if e.Method == http.MethodGet {
		want = "200"
	}
	text := fmt.Sprintf("%s %s: status %d, want %s", strings.ToLower(e.Method), e.URL, e.Code, want)
	if e.Location != "" {
		text += fmt.Sprintf(": a redirect to %q is not followed; is the gateway's url complete?", e.Location)
	}
	if e.WantsTLS {
		return text + ": it speaks TLS: write https:// in the gateway's url"
	}
	if advice := remedies[e.Code]; advice != "" {
		text += ": " + advice
	}
	if e.Body != "" {
		text += fmt.Sprintf(": %q", e.Body)
	}
	return text
}

// remedies say what to do where the code alone does not.
var remedies = map[int]string{
	http.StatusUnauthorized:                "check the credentials of the gateway block",
	http.StatusForbidden:                   "check the credentials of the gateway block, and what they are allowed",
	http.StatusNotFound:                    "check that the url is that of a Pushgateway, with its --web.route-prefix",
	http.StatusMethodNotAllowed:            "check that the url is that of a Pushgateway, with its --web.route-prefix",
	http.StatusRequestEntityTooLarge:       "the body is larger than the gateway, or a proxy before it, allows: raise that limit (nginx: client_max_body_size) or scrape less",
	http.StatusRequestURITooLong:           "the grouping key makes the path longer than the gateway, or a proxy before it, allows: use fewer or shorter target labels",
	http.StatusRequestHeaderFieldsTooLarge: "the headers are larger than the gateway, or a proxy before it, allows: shorten the http_header values or the credentials",
}

// refusal is the error of an answer whose body begins with the text.
func (g *Gateway) refusal(req *http.Request, path string, resp *http.Response, text []byte) *StatusError {
	return &StatusError{
		Method:     req.Method,
		URL:        g.urlOf(path),
		Code:       resp.StatusCode,
		Location:   answers.Location(resp),
		Body:       answers.OneLine(answers.Hide(text, req, resp)),
		RetryAfter: answers.RetryAfter(resp.Header.Get("Retry-After"), time.Now()),
		WantsTLS:   transport.WantsTLS(resp, text),

		inconsistent: saysInconsistent(resp.StatusCode, text),
	}
}

// saysInconsistent tells the answer to a body that the gateway understood and
// refused for what it says, beside what is stored already (contract C7).
func saysInconsistent(code int, text []byte) bool {
	return code == http.StatusBadRequest &&
		bytes.HasPrefix(text, []byte("pushed metrics are invalid or inconsistent with existing metrics:"))
}

// isInconsistent tells the error of a body that the gateway understood.
func isInconsistent(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.inconsistent
}
