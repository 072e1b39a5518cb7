package remote

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
	"github.com/promferry/promferry/transport"
)

// A receiver is where requests go, by the settings of a moment.
type receiver struct {
	name string
	Settings
}

// A reply is the head of an answer; the zero one is that of none.
type reply struct {
	code   int
	header http.Header
}

// post sends a body once. It ends within the timeout. A redirect is an answer
// like any other: the body and the credentials are for the configured receiver
// only.
func (to receiver) post(ctx context.Context, m *message) (reply, error) {
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, to.Timeout)
	defer cancel()
	req, err := to.newRequest(ctx, m)
	if err != nil {
		return reply{}, err
	}
	resp, err := to.Transport.RoundTrip(req)
	if err != nil {
		if whole.Err() == nil {
			err = answers.InTime(err, to.Timeout)
		}
		return reply{}, fmt.Errorf("post %s: %w", to.shown(), err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, answers.BodyLimit))
	return reply{resp.StatusCode, resp.Header}, to.judge(req, resp, text)
}

// newRequest has the headers that the specification wants, section "Protocol".
func (to receiver) newRequest(ctx context.Context, m *message) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("post %s: the url is not one that requests can go to", to.shown()) // err has the secrets in it
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	req.ContentLength = int64(m.size)
	req.GetBody = m.reader
	if req.Body, err = m.reader(); err != nil {
		return nil, fmt.Errorf("post %s: %w", to.shown(), err)
	}
	req.Header["Idempotency-Key"] = nil // not sent: allows net/http another try where a kept connection is dead
	return req, nil
}

// judge returns the error of an answer that does not say that all is stored. text
// is the beginning of its body.
func (to receiver) judge(req *http.Request, resp *http.Response, text []byte) error {
	stored := resp.StatusCode >= 200 && resp.StatusCode <= 299
	switch {
	case stored && answers.ShowsPage(resp.Header, text):
		return &pageError{to.shown(), to.name, resp.StatusCode}
	case stored:
		return nil
	}
	return &StatusError{
		Name:       to.name,
		URL:        to.shown(),
		Code:       resp.StatusCode,
		Location:   answers.Location(resp),
		Body:       answers.OneLine(answers.Hide(text, req, resp)),
		RetryAfter: answers.RetryAfter(resp.Header.Get("Retry-After"), time.Now()),
		WantsTLS:   transport.WantsTLS(resp, text),

		stored: saysStored(resp.StatusCode, answers.OneLine(text)),
	}
}

// shown is the URL without userinfo and query, which may be secrets.
func (to receiver) shown() string {
	u := url.URL{Scheme: to.URL.Scheme, Host: to.URL.Host, Path: to.URL.Path, RawPath: to.URL.RawPath}
	return u.String()
}

// An Answer is what became of a question.
type Answer struct {
	// Err is nil where the receiver takes what it is sent. A *StatusError in its
	// chain is an answer.
	Err error
	// ClockOffset is how far this host's clock is ahead of the receiver's, below
	// zero behind; 0 while less than a second shows, or none.
	ClockOffset time.Duration
}

// Ask sends a request without series, once, and returns how it went: it changes
// nothing in the receiver. It does not need Run.
func (s *Store) Ask(ctx context.Context) (a Answer) {
	defer answers.Contain(&a.Err)
	began := time.Now()
	got, err := receiver{s.Name, s.current()}.post(ctx, newMessage(0, nil))
	a.Err = err
	a.ClockOffset, _ = answers.ClockOffset(got.header, began, time.Now())
	return a
}
