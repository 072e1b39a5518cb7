package push

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
	"github.com/promferry/promferry/transport"
)

// success lists the codes of a stored push: 200 where the gateway checked
// consistency, 202 where it was told not to, and for DELETE (contract C2, C3).
var success = []int{http.StatusOK, http.StatusAccepted}

// roundTrip sends a request once. A redirect is an answer like any other: the
// body and the credentials are for the configured gateway only (contract C10).
// An [http.Client] told not to follow still reads Location, and repeats one
// that it cannot parse, with the secrets in it.
func (g *Gateway) roundTrip(req *http.Request) (*http.Response, error) {
	return g.Transport.RoundTrip(req)
}

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

// do sends one request to the path below the gateway's URL and checks its
// answer. It ends within the gateway's timeout.
func (g *Gateway) do(ctx context.Context, method, path string, b *body) error {
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	req, err := g.newRequest(ctx, method, path, b)
	if err != nil {
		return err
	}
	began := time.Now()
	resp, err := g.roundTrip(req)
	if err != nil {
		if whole.Err() == nil {
			err = answers.InTime(err, g.Timeout)
		}
		return fmt.Errorf("%s %s: %w", strings.ToLower(method), g.urlOf(path), err)
	}
	defer resp.Body.Close()
	g.noteClock(resp.Header, began)
	text, _ := io.ReadAll(io.LimitReader(resp.Body, answers.BodyLimit))
	switch {
	case slices.Contains(success, resp.StatusCode) && answers.ShowsPage(resp.Header, text):
		return &pageError{method, g.urlOf(path), g.String(), resp.StatusCode}
	case slices.Contains(success, resp.StatusCode):
		g.noteSuccess(method, resp.StatusCode)
		return nil
	}
	return g.refusal(req, path, resp, text)
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

// newRequest returns a request that is to be sent: its body has a reference.
func (g *Gateway) newRequest(ctx context.Context, method, path string, b *body) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, g.urlOf(path), http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header["Idempotency-Key"] = nil // not sent: allows net/http another try where a kept connection is dead
	if method == http.MethodDelete {
		return req, nil
	}
	req.Header.Set("Content-Type", b.mediaType())
	if b.size() == 0 {
		return req, nil // and no Content-Encoding: an empty stream is none (contract C4)
	}
	if b.compression != CompressionNone {
		req.Header.Set("Content-Encoding", string(b.compression))
	}
	req.ContentLength = int64(b.size())
	req.GetBody = b.readers()
	req.Body, err = req.GetBody()
	return req, err
}

// noteSuccess learns whether the gateway checks, and may be one. All deletes are 202 (contract
// C3).
func (g *Gateway) noteSuccess(method string, code int) {
	if method == http.MethodDelete {
		return
	}
	g.reception.stored(code)
	if code == http.StatusAccepted {
		g.verification.accepted()
	}
	if g.reception.strange() {
		g.logger().Warn("gateway does not say that it is a Pushgateway, but takes pushes: is its url right?", "gateway", g.Name, "found", doubt, "try", "promferry doctor")
	}
}

// urlOf returns the URL of a path that GroupPath made. A prefix in the
// gateway's URL stays in front (contract C57).
func (g *Gateway) urlOf(path string) string {
	u := url.URL{Scheme: g.URL.Scheme, Host: g.URL.Host}
	return u.String() + strings.TrimRight(g.URL.EscapedPath(), "/") + path
}
