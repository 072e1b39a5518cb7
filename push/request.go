package push

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/promferry/promferry/convert"
)

// errorBodyLimit is how much of a gateway's error is read. A gateway writes up
// to hundreds of kilobytes for one refused push (contract C9).
const errorBodyLimit = 1 << 10

// success lists the codes of a stored push: 200 where the gateway checked
// consistency, 202 where it was told not to, and for DELETE (contract C2, C3).
var success = []int{http.StatusOK, http.StatusAccepted}

// A StatusError is a gateway's refusal.
type StatusError struct {
	Method, URL string // URL without userinfo
	Code        int
	Location    string // of a redirect, without userinfo and query
	Body        string // its first KiB, in one line
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s %s: status %d, want 200 or 202", strings.ToLower(e.Method), e.URL, e.Code)
	if e.Location != "" {
		text += fmt.Sprintf(": a redirect to %q is not followed; is the gateway's url complete?", e.Location)
	}
	if e.Body != "" {
		text += fmt.Sprintf(": %q", e.Body)
	}
	return text
}

// Inconsistent tells a body that the gateway understood and refused for what
// it says, beside what is stored already (contract C7).
func (e *StatusError) Inconsistent() bool {
	return e.Code == http.StatusBadRequest &&
		strings.HasPrefix(e.Body, "pushed metrics are invalid or inconsistent with existing metrics:")
}

// do sends one request to the path below the gateway's URL and checks its
// answer. It ends within the gateway's timeout.
func (g *Gateway) do(ctx context.Context, method, path string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, g.urlOf(path), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header["Idempotency-Key"] = nil // not sent: allows net/http another try where a kept connection is dead
	if method != http.MethodDelete {
		req.Header.Set("Content-Type", convert.Text.MediaType())
	}
	resp, err := g.roundTrip(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", strings.ToLower(method), g.urlOf(path), err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, errorBodyLimit))
	if slices.Contains(success, resp.StatusCode) {
		return nil
	}
	return &StatusError{
		Method:   method,
		URL:      g.urlOf(path),
		Code:     resp.StatusCode,
		Location: location(resp),
		Body:     oneLine(text),
	}
}

// urlOf returns the URL of a path that GroupPath made. A prefix in the
// gateway's URL stays in front (contract C57).
func (g *Gateway) urlOf(path string) string {
	u := url.URL{Scheme: g.URL.Scheme, Host: g.URL.Host}
	return u.String() + strings.TrimRight(g.URL.EscapedPath(), "/") + path
}

func location(resp *http.Response) string {
	if resp.StatusCode < 300 || resp.StatusCode > 399 {
		return ""
	}
	u, err := resp.Location()
	if err != nil {
		return ""
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	text := shown.String()
	return oneLine([]byte(text[:min(len(text), errorBodyLimit)]))
}

// oneLine makes a gateway's text fit for a log: one line, no control
// characters, valid UTF-8.
func oneLine(text []byte) string {
	printable := strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(string(text), "?"))
	return strings.Join(strings.Fields(printable), " ")
}
