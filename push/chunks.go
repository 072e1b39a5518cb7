package push

// chunks are bytes in pieces of memory from buffers. All but the last are full.
// The zero value is empty and takes its memory from the heap.
type chunks struct {
	buffers *Buffers
	pieces  [][]byte
	size    int // of all, in bytes
}

// Write appends p; it never fails.
func (c *chunks) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		last := c.room()
		n := min(len(rest), cap(*last)-len(*last))
		*last = append(*last, rest[:n]...)
		rest = rest[n:]
	}
	c.size += len(p)
	return len(p), nil
}

// room returns the last piece, which has room.
func (c *chunks) room() *[]byte {
	last := len(c.pieces) - 1
	if last < 0 || len(c.pieces[last]) == cap(c.pieces[last]) {
		c.pieces = append(c.pieces, c.buffers.get())
		last++
	}
	return &c.pieces[last]
}

// smallPiece is the most that is copied to save the rest of a chunk: a relay of
// many small groups would hold many times their bytes while a gateway is away.
const smallPiece = chunkSize / 4

// trim ends the growth: a small last piece moves into memory of its own size.
func (c *chunks) trim() {
	last := len(c.pieces) - 1
	if last < 0 || len(c.pieces[last]) > smallPiece {
		return
	}
	chunk := c.pieces[last]
	c.pieces[last] = append(make([]byte, 0, len(chunk)), chunk...)
	c.buffers.put(chunk)
}

// own returns the bytes where they are in memory of their own.
func (c *chunks) own() ([]byte, bool) {
	if len(c.pieces) != 1 || cap(c.pieces[0]) == chunkSize {
		return nil, false
	}
	return c.pieces[0], true
}

// free gives all memory back, and leaves no bytes.
func (c *chunks) free() {
	for _, piece := range c.pieces {
		if cap(piece) == chunkSize {
			c.buffers.put(piece)
		}
	}
	c.pieces, c.size = nil, 0
}

// readAt copies what stands at a position. It returns 0 at the end only, or
// where p is empty.
func (c *chunks) readAt(p []byte, at int) (n int) {
	for n < len(p) && at < c.size {
		copied := copy(p[n:], c.pieces[at/chunkSize][at%chunkSize:])
		n += copied
		at += copied
	}
	return n
}
