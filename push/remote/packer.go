package remote

import (
	"encoding/binary"
	"sync"

	"github.com/klauspost/compress/s2"
)

// blockSize is how much is compressed at a time, in plain bytes. Snappy looks
// back no further.
const blockSize = 64 << 10

// A memory lends what batches need while they grow. The zero value is ready.
type memory struct {
	packers sync.Pool // of *packer
	scratch sync.Pool // of *[]byte: what one block is compressed into
	chunks  sync.Pool // of *[chunkSize]byte
}

// chunk returns an empty piece of a body.
func (m *memory) chunk() []byte {
	if c, ok := m.chunks.Get().(*[chunkSize]byte); ok {
		return c[:0]
	}
	return new([chunkSize]byte)[:0]
}

// put takes a chunk back, and lets any other piece go. Nobody may hold it any
// more.
func (m *memory) put(piece []byte) {
	if m != nil && cap(piece) == chunkSize {
		m.chunks.Put((*[chunkSize]byte)(piece[:chunkSize]))
	}
}

// packer returns one without contents.
func (m *memory) packer() *packer {
	if p, ok := m.packers.Get().(*packer); ok {
		return p
	}
	return &packer{memory: m, block: make([]byte, 0, blockSize)}
}

// A packer compresses a record while it grows: into the elements of snappy's
// block format alone, without the length in front of them. What such elements
// copy from is told by distance, so those of several blocks can be joined
// (https://github.com/google/snappy/blob/main/format_description.txt).
type packer struct {
	memory  *memory
	block   []byte // plain, not compressed yet
	packed  *body  // nil: nothing is compressed yet
	plain   int    // bytes so far
	samples int
}

// write adds plain bytes.
func (p *packer) write(plain []byte) {
	p.plain += len(plain)
	for len(plain) > 0 {
		n := min(len(plain), cap(p.block)-len(p.block))
		p.block = append(p.block, plain[:n]...)
		plain = plain[n:]
		if len(p.block) == cap(p.block) {
			p.flush()
		}
	}
}

// flush compresses the block.
func (p *packer) flush() {
	scratch, ok := p.memory.scratch.Get().(*[]byte)
	if !ok {
		fresh := make([]byte, s2.MaxEncodedLen(blockSize))
		scratch = &fresh
	}
	encoded := s2.EncodeSnappy(*scratch, p.block)
	_, length := binary.Uvarint(encoded)
	if p.packed == nil {
		p.packed = p.memory.newBody()
	}
	p.packed.write(encoded[length:])
	p.memory.scratch.Put(scratch)
	p.block = p.block[:0]
}

// record returns what was written, and begins anew.
func (p *packer) record() *record {
	if len(p.block) > 0 {
		p.flush()
	}
	p.packed.seal()
	r := &record{samples: int32(p.samples), plain: int32(p.plain), size: int32(p.packed.size), body: p.packed}
	p.packed = nil
	p.reset()
	return r
}

// reset forgets what is in the packer.
func (p *packer) reset() {
	p.packed.release()
	p.block, p.packed, p.plain, p.samples = p.block[:0], nil, 0, 0
}

// free gives the packer back, with what is in it.
func (p *packer) free() {
	p.reset()
	p.memory.packers.Put(p)
}
