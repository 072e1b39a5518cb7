package push

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// readers returns what makes readers of the bytes that are sent. A small body is
// in memory that no other will use; net/http sends what it knows to be in memory
// together with the header, in one packet.
func (b *body) readers() func() (io.ReadCloser, error) {
	small, found := b.held.own()
	if !found {
		return b.reader
	}
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(small)), nil }
}

// reader returns a reader of the bytes that are sent, with a reference of its
// own: a transport may read on after its request has failed, and may take
// another reader for another try.
func (b *body) reader() (io.ReadCloser, error) {
	if !b.retain() {
		return nil, errReleased
	}
	return &bodyReader{body: b}, nil
}

var errReleased = errors.New("body is released")

// A bodyReader reads a body until it is closed, from any goroutine.
type bodyReader struct {
	mu   sync.Mutex // HTTP/2 closes while it reads
	body *body      // nil: closed
	at   int
}

func (r *bodyReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.body == nil {
		return 0, errReleased
	}
	n := r.body.held.readAt(p, r.at)
	r.at += n
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Close releases the body, once.
func (r *bodyReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.body != nil {
		r.body.release()
		r.body = nil
	}
	return nil
}

// heldBytes are chunks as an [io.ReaderAt].
type heldBytes struct{ *chunks }

func (h heldBytes) ReadAt(p []byte, at int64) (int, error) {
	n := h.readAt(p, int(at))
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
