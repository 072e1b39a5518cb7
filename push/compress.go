package push

import (
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
)

// A compressor is one of a library; Reset makes it ready for another stream.
type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

// newCompressor returns one for gzip or snappy. Snappy is the framed format
// (contract C47). Both are for speed: who has little bandwidth has most of the
// gain from the fastest level already, and the gateway unpacks each alike.
func newCompressor(c Compression) compressor {
	if c == CompressionSnappy {
		return s2.NewWriter(nil, s2.WriterSnappyCompat(), s2.WriterConcurrency(1))
	}
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}

// compressor returns one that writes to w, new or used before.
func (b *Buffers) compressor(c Compression, w io.Writer) compressor {
	if b != nil {
		if used, ok := b.compressors[index(c)].Get().(compressor); ok {
			used.Reset(w)
			return used
		}
	}
	fresh := newCompressor(c)
	fresh.Reset(w)
	return fresh
}

// keep takes back what compressor returned, closed or not.
func (b *Buffers) keep(c Compression, used compressor) {
	if b == nil {
		return
	}
	used.Reset(nil) // holds no body any more
	b.compressors[index(c)].Put(used)
}

func index(c Compression) int {
	if c == CompressionSnappy {
		return 1
	}
	return 0
}

// A packer compresses into chunks. It gathers a chunk of plain bytes before it
// takes a compressor, which is several times that large: a scrape may make many
// small groups, and all of them grow at once.
type packer struct {
	compression Compression
	to          *chunks
	plain       []byte     // not compressed yet; nil: nothing since the last
	compressor  compressor // nil: not needed yet
}

// Write compresses p; it never fails, as chunks never do.
func (p *packer) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		if p.plain == nil {
			p.plain = p.to.buffers.get()
		}
		n := min(len(rest), cap(p.plain)-len(p.plain))
		p.plain = append(p.plain, rest[:n]...)
		rest = rest[n:]
		if len(p.plain) == cap(p.plain) {
			p.flush()
		}
	}
	return len(b), nil
}

func (p *packer) flush() {
	if p.compressor == nil {
		p.compressor = p.to.buffers.compressor(p.compression, p.to)
	}
	_, _ = p.compressor.Write(p.plain)
	p.plain = p.plain[:0]
}

// close ends the stream; one without bytes has none (contract C4).
func (p *packer) close() {
	if len(p.plain) > 0 {
		p.flush()
	}
	if p.compressor != nil {
		_ = p.compressor.Close()
	}
	p.free()
}

// free gives back what is needed while a stream grows.
func (p *packer) free() {
	if p.plain != nil {
		p.to.buffers.put(p.plain)
	}
	if p.compressor != nil {
		p.to.buffers.keep(p.compression, p.compressor)
	}
	p.plain, p.compressor = nil, nil
}

// unpack returns a reader of what a packer made.
func unpack(c Compression, from io.Reader) (io.Reader, error) {
	switch c {
	case CompressionGzip:
		return gzip.NewReader(from)
	case CompressionSnappy:
		return s2.NewReader(from, s2.ReaderMaxBlockSize(chunkSize)), nil
	}
	return from, nil
}
