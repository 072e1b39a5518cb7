package remote

import "github.com/promferry/promferry/push/internal/refs"

// chunkSize is what a body takes of the pool at a time, in bytes.
const chunkSize = 16 << 10

// A body is the compressed bytes of a record, in pieces: none of them is moved to
// make room for the next. It grows while one goroutine has it.
//
// It is held by references: that of its record, one of each request that it is
// in, one of each reader that net/http has not closed, and one of whoever writes
// it to disk. The last one to go gives the memory back. A reference that is
// forgotten costs garbage only.
type body struct {
	memory *memory // nil: of what the spool has read
	pieces [][]byte
	size   int // bytes of all pieces
	refs   refs.Count
	held   link // of its record, while that is in queue.held; Store.mu guards it
}

// newBody returns an empty body with one reference.
func (m *memory) newBody() *body {
	b := &body{memory: m}
	b.refs.New()
	return b
}

// bodyOf returns a body that was read, with one reference.
func bodyOf(read []byte) *body {
	b := &body{pieces: [][]byte{read}, size: len(read)}
	b.refs.New()
	return b
}

// write adds compressed bytes.
func (b *body) write(p []byte) {
	b.size += len(p)
	for len(p) > 0 {
		last := b.room()
		n := min(len(p), cap(*last)-len(*last))
		*last = append(*last, p[:n]...)
		p = p[n:]
	}
}

// room returns the last piece, which has room.
func (b *body) room() *[]byte {
	last := len(b.pieces) - 1
	if last < 0 || len(b.pieces[last]) == cap(b.pieces[last]) {
		b.pieces = append(b.pieces, b.memory.chunk())
		last++
	}
	return &b.pieces[last]
}

// seal ends the growth: a last piece that is small moves into memory of its own
// size, as those of many small targets wait.
func (b *body) seal() {
	last := len(b.pieces) - 1
	if last < 0 || len(b.pieces[last]) > chunkSize/2 {
		return
	}
	chunk := b.pieces[last]
	b.pieces[last] = append(make([]byte, 0, len(chunk)), chunk...)
	b.memory.put(chunk)
}

// appendTo appends all bytes.
func (b *body) appendTo(dst []byte) []byte {
	for _, piece := range b.pieces {
		dst = append(dst, piece...)
	}
	return dst
}

// retain takes another reference. It is false where the last has gone.
func (b *body) retain() bool { return b.refs.Retain() }

// release gives a reference back, of a body that is there at all. Each holder
// forgets the body with it.
func (b *body) release() {
	if b == nil || !b.refs.Release() {
		return
	}
	for _, piece := range b.pieces {
		b.memory.put(piece)
	}
	b.pieces = nil
}
