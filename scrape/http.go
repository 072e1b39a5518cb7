package scrape

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/promferry/promferry/scrape/internal/shown"
	"github.com/promferry/promferry/transport"
)

// HTTP scrapes one endpoint over HTTP. URL and Client are required. The zero
// values of the other fields ask for a body without compression and without
// limits, and refuse one that does not say what it is.
type HTTP struct {
	URL    *url.URL
	Client *http.Client // from NewClient, which keeps credentials at their origin
	// Timeout is for the whole exchange, from the look-up of the name to the
	// end of the body; 0 means the deadline of ctx alone.
	Timeout time.Duration
	// MaxBytes is counted after decompression. As in Prometheus a body of
	// exactly so many bytes is too large; 0 means no limit.
	MaxBytes int64
	Compress bool // ask for gzip; a compressed answer is read either way
	// Protocols are what the target is asked for, the most wanted first: each of
	// this package's constants at most once. Nil means Prometheus 3's default
	// order, which has no protobuf.
	Protocols []Protocol
	// FallbackMediaType is what a body is taken for whose Content-Type is
	// missing or not a metrics format; "" means that it is refused.
	FallbackMediaType string
	UserAgent         string // "" means the one of net/http

	offered string // see offer
}

// Scrape sends the request and reads the answer's head. Timeout goes on until
// the exposition's Body is closed.
func (s *HTTP) Scrape(ctx context.Context) (*Exposition, error) {
	ctx, x := newExchange(ctx, s.URL, s.Timeout)
	exposition, err := s.exchange(ctx, x)
	if err != nil {
		failure := x.fail(err) // looks at the context
		x.cancel()
		return nil, failure
	}
	return exposition, nil
}

func (s *HTTP) exchange(ctx context.Context, x *exchange) (*Exposition, error) {
	req := &http.Request{Method: http.MethodGet, URL: s.URL, Header: s.header()}
	resp, err := s.Client.Do(req.WithContext(ctx))
	if err != nil {
		return nil, err // a response beside an error is closed already
	}
	exposition, err := s.accept(resp, x)
	if err != nil {
		resp.Body.Close() // what is left of it is not read: it may be endless
	}
	return exposition, err
}

// accept makes an exposition of a response that is one.
func (s *HTTP) accept(resp *http.Response, x *exchange) (*Exposition, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, &refusal{ReasonStatus, newStatusError(resp)}
	}
	body, err := newHTTPBody(resp, x, s.MaxBytes)
	if err != nil {
		return nil, err
	}
	exposition := &Exposition{Body: body, Unframed: unframed(resp)}
	switch _, err := body.Peek(1); err {
	case nil:
	case io.EOF:
		return exposition, nil // Prometheus does not look at the type of nothing
	default:
		return nil, err
	}
	exposition.MediaType, err = mediaType(resp.Header.Get("Content-Type"), s.FallbackMediaType)
	return exposition, err
}

// A StatusError is an answer with another status than 200.
type StatusError struct {
	Code     int
	WantsTLS bool   // it speaks TLS, and was asked without
	status   string // as the server wrote it, and where that was
}

// refusalBytes is how much is read to find out what an answer wants.
const refusalBytes = 512

func newStatusError(resp *http.Response) *StatusError {
	e := &StatusError{Code: resp.StatusCode, status: resp.Status + shown.Redirect(resp)}
	if e.Code == http.StatusBadRequest && resp.TLS == nil {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, refusalBytes)) // what is there may tell
		e.WantsTLS = transport.WantsTLS(resp, text)
	}
	return e
}

func (e *StatusError) Error() string {
	text := "server returned HTTP status " + e.status
	if e.WantsTLS {
		return text + ": it speaks TLS: write https:// in front of the target"
	}
	return text
}

// unframed reports whether only the close of the connection ends the body
// (RFC 9112, section 6.3, rule 8). Gzip has an end of its own.
func unframed(resp *http.Response) bool {
	return resp.ProtoMajor == 1 && resp.ContentLength < 0 &&
		len(resp.TransferEncoding) == 0 && contentEncoding(resp) != encodingGzip
}
