package remote

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// A message is the body of a request: those of records, which have that many
// plain bytes, in front of them the length that snappy wants. A message of
// protobuf is one, too, when others are joined.
type message struct {
	head   []byte
	bodies []*body
	size   int // bytes of all
}

func newMessage(plain int, bodies []*body) *message {
	m := &message{head: binary.AppendUvarint(nil, uint64(plain)), bodies: bodies}
	m.size = len(m.head)
	for _, b := range bodies {
		m.size += b.size
	}
	return m
}

var errReleased = errors.New("body is released")

// reader returns a reader with references of its own: a transport may read on
// after its request has failed, and may take another reader for another try.
func (m *message) reader() (io.ReadCloser, error) {
	r := &messageReader{left: m.head}
	for _, b := range m.bodies {
		if !b.retain() {
			r.Close()
			return nil, errReleased
		}
		r.held = append(r.held, b)
	}
	return r, nil
}

// A messageReader reads a message until it is closed, from any goroutine.
type messageReader struct {
	mu    sync.Mutex // HTTP/2 closes while it reads
	left  []byte     // of the piece that is read
	held  []*body
	body  int // index of the next piece's body
	piece int
}

func (r *messageReader) Read(p []byte) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n < len(p) {
		if len(r.left) == 0 && !r.next() {
			break
		}
		copied := copy(p[n:], r.left)
		r.left = r.left[copied:]
		n += copied
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// next goes on to the next piece, if there is one. r.mu is held.
func (r *messageReader) next() bool {
	for r.body < len(r.held) && r.piece == len(r.held[r.body].pieces) {
		r.body, r.piece = r.body+1, 0
	}
	if r.body == len(r.held) {
		return false
	}
	r.left = r.held[r.body].pieces[r.piece]
	r.piece++
	return true
}

// Close releases the bodies, once.
func (r *messageReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.held {
		b.release()
	}
	r.held, r.left, r.body, r.piece = nil, nil, 0, 0
	return nil
}
