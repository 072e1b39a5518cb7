// Package scrape reads one exposition from one target: an HTTP endpoint, a
// unix socket or text files. What comes out are plain bytes and their media
// type; whether they are a valid exposition is for package convert to say.
package scrape

import (
	"context"
	"errors"
	"io"

	"github.com/promferry/promferry/transport"
)

// A Source is what a target is scraped from. Scrape begins one scrape; the
// caller reads the exposition's Body to its end and closes it. The errors of
// Scrape and of Body.Read are of type *Error.
//
// A Source is used by one scrape at a time.
type Source interface {
	Scrape(ctx context.Context) (*Exposition, error)
}

// The media types of the formats, as in Content-Type without parameters.
const (
	MediaTypeText        = "text/plain"
	MediaTypeOpenMetrics = "application/openmetrics-text"
	// MediaTypeProtobuf is that of io.prometheus.client.MetricFamily messages,
	// each after its length.
	MediaTypeProtobuf = "application/vnd.google.protobuf"
)

// An Exposition is one answer of a target.
type Exposition struct {
	// Body is decompressed and limited. A Read fails with an *Error when the
	// answer is cut off, too large or too late. Close gives the connection
	// back, or ends it where the body was not read to its end.
	Body io.ReadCloser
	// MediaType is MediaTypeText, MediaTypeOpenMetrics or MediaTypeProtobuf,
	// the fallback protocol applied; "" only where the body is empty.
	MediaType string
	// Unframed is true where the transport could not tell a body that was cut
	// off from a whole one: HTTP/1 without a length and without chunks.
	Unframed bool
	// Where names the place of a line of Body, counted from 1, in error
	// texts. Nil means "line N".
	Where func(line int) string
}

// A Reason says in one word why a scrape failed. It is a metric's label value.
type Reason string

// The reasons of this package; package convert adds its own.
const (
	ReasonConnect       Reason = "connect"
	ReasonDNS           Reason = "dns"
	ReasonTLS           Reason = Reason(transport.ReasonTLS)
	ReasonProxy         Reason = Reason(transport.ReasonProxy)
	ReasonCredentials   Reason = Reason(transport.ReasonCredentials) // no secret or no token: nothing was sent
	ReasonTimeout       Reason = "timeout"
	ReasonStatus        Reason = "status"
	ReasonContentType   Reason = "content_type"
	ReasonBodySizeLimit Reason = "body_size_limit"
	ReasonDecompress    Reason = "decompress"
	ReasonRead          Reason = "read" // the answer was cut off or reset
	ReasonFile          Reason = "file"
	ReasonCollect       Reason = "collect"      // a built-in collector
	ReasonTargetLimit   Reason = "target_limit" // the job has more targets than it may
)

// An Error is a failed scrape.
type Error struct {
	Reason Reason
	Err    error // with the target's address, without secrets
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// ReasonOf returns the reason of the *Error in err's chain, or "" without one.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}
