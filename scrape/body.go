package scrape

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// The content codings that are understood, as in Accept-Encoding.
const (
	encodingIdentity = "identity"
	encodingGzip     = "gzip"
)

// An httpBody is the body of a response, decompressed and limited. The errors
// of Read are of type *Error.
type httpBody struct {
	*bufio.Reader
	wire io.Closer
	x    *exchange
}

// newHTTPBody takes over resp.Body and x only where it returns no error.
func newHTTPBody(resp *http.Response, x *exchange, maxBytes int64) (*httpBody, error) {
	wire := &failing{resp.Body, x.failRead}
	plain, err := decompress(wire, contentEncoding(resp), x)
	if err != nil {
		return nil, err
	}
	if maxBytes > 0 {
		plain = &limited{plain, maxBytes, x.fail(limitError(maxBytes))}
	}
	return &httpBody{bufio.NewReader(plain), resp.Body, x}, nil
}

// Close gives the connection back if all was read, and else closes it.
func (b *httpBody) Close() error {
	defer b.x.cancel()
	return b.wire.Close()
}

func contentEncoding(resp *http.Response) string {
	values := strings.Join(resp.Header.Values("Content-Encoding"), ",")
	return strings.ToLower(strings.TrimSpace(values))
}

func decompress(wire io.Reader, encoding string, x *exchange) (io.Reader, error) {
	switch encoding {
	case "", encodingIdentity:
		return wire, nil
	case encodingGzip:
		z, err := gzip.NewReader(bufio.NewReader(wire))
		if err != nil {
			return nil, x.failGzip(err)
		}
		return &failing{z, x.failGzip}, nil
	}
	err := fmt.Errorf("Content-Encoding %.100q was not asked for and cannot be read", encoding)
	return nil, &refusal{ReasonDecompress, err}
}

func (x *exchange) failRead(err error) error {
	return x.fail(fmt.Errorf("read body: %w", err))
}

// failGzip leaves an error from below as it is: a body that was cut off is no
// corrupt gzip.
func (x *exchange) failGzip(err error) error {
	return x.fail(&refusal{ReasonDecompress, fmt.Errorf("decompress body: %w", err)})
}

// A failing reader gives its errors, but for io.EOF, to fail.
type failing struct {
	r    io.Reader
	fail func(error) error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		err = f.fail(err)
	}
	return n, err
}
