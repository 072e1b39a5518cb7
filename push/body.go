package push

import (
	"fmt"
	"io"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push/internal/refs"
)

// A body is what one or several gateways are sent for a group. It grows, as a
// [convert.Output], while one goroutine has it; from seal on nothing of it
// changes.
//
// It is held by references: one for each request that will send it, one for each
// reader that net/http has not closed, and one of whoever made it, as long as
// that grows it. The last one to go gives the memory back. A reference that is
// forgotten costs garbage only. A nil *body is that of a DELETE: it has no bytes.
type body struct {
	profile
	series int

	held  chunks
	plain int     // bytes before compression
	pack  *packer // nil where nothing is compressed, and from seal on

	refs refs.Count
}

// newBody returns an empty body with one reference.
func newBody(buffers *Buffers, p profile) *body {
	b := &body{profile: p, held: chunks{buffers: buffers}}
	b.refs.New()
	b.open()
	return b
}

// open lets a body grow.
func (b *body) open() {
	if b.compression != CompressionNone {
		b.pack = &packer{compression: b.compression, to: &b.held}
	}
}

// Format is that of the body.
func (b *body) Format() convert.Format { return b.format }

// UTF8Names tells whether the body's gateways take such names.
func (b *body) UTF8Names() bool { return b.utf8 }

// Append adds to the body.
func (b *body) Append(encoded []byte, series int) {
	b.plain += len(encoded)
	b.series += series
	if b.pack != nil {
		_, _ = b.pack.Write(encoded)
		return
	}
	_, _ = b.held.Write(encoded)
}

// Rewrite changes the body.
func (b *body) Rewrite(change func([]byte, int) ([]byte, int)) {
	b.finish()
	encoded, series := change(b.decode(), b.series)
	b.held.free()
	b.plain, b.series = 0, 0
	b.open()
	b.Append(encoded, series)
}

// finish ends the stream of a body that is compressed.
func (b *body) finish() {
	if b.pack != nil {
		b.pack.close()
		b.pack = nil
	}
}

// seal ends the growth.
func (b *body) seal() {
	b.finish()
	b.held.trim()
}

// size returns the bytes that are sent.
func (b *body) size() int {
	if b == nil {
		return 0
	}
	return b.held.size
}

// mediaType is the Content-Type.
func (b *body) mediaType() string {
	if b == nil {
		return convert.Text.MediaType()
	}
	return b.format.MediaType()
}

// decode returns what was appended, in memory of its own. It cannot fail but by
// a defect.
func (b *body) decode() []byte {
	from, err := unpack(b.compression, io.NewSectionReader(heldBytes{&b.held}, 0, int64(b.held.size)))
	plain := make([]byte, b.plain)
	if err == nil {
		_, err = io.ReadFull(from, plain)
	}
	if err != nil && b.plain > 0 {
		panic(fmt.Sprintf("unpack a body of %d bytes: %v", b.held.size, err))
	}
	return plain
}

// retain takes another reference. It is false where the last has gone.
func (b *body) retain() bool {
	return b == nil || b.refs.Retain()
}

// release gives a reference back. Each holder forgets the body with it.
func (b *body) release() {
	if b == nil || !b.refs.Release() {
		return
	}
	if b.pack != nil {
		b.pack.free()
	}
	b.held.free()
}
