package remote

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
)

// A body is compressed bytes in pieces, as they came from the compressor: a piece
// is never moved to make room for the next. Nobody writes to them.
type body [][]byte

// size returns the bytes of all pieces.
func (b body) size() (n int) {
	for _, piece := range b {
		n += len(piece)
	}
	return n
}

// joined returns the bytes in one piece.
func (b body) joined() []byte {
	if len(b) == 1 {
		return b[0]
	}
	return slices.Concat(b...)
}

// reader returns a reader of its own.
func (b body) reader() (io.ReadCloser, error) {
	pieces := net.Buffers(slices.Clone(b)) // it forgets what it has read
	return io.NopCloser(&pieces), nil
}

// join makes the body of a request of the bodies of records, which have that many
// plain bytes: a message of protobuf is one, too, when others are joined.
func join(plain int, bodies []body) body {
	joined := body{binary.AppendUvarint(nil, uint64(plain))}
	for _, b := range bodies {
		joined = append(joined, b...)
	}
	return joined
}
