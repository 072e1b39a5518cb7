package push

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
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

// noteSuccess learns whether the gateway checks, and may be one. All deletes are
// 202 (contract C3).
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
