package push

import (
	"sync"
	"time"
)

// chunkSize is what a body takes from the pool at a time, in bytes: the whole of
// a small body, and little waste at the end of a large one.
const chunkSize = 64 << 10

// sparePeriod is how long memory must have been of no use before it goes.
const sparePeriod = time.Minute

// Buffers are the memory of bodies that grow, wait or are sent, and of what
// compresses them: one pool for all gateways. Chunks of a body that is done with
// serve the next one.
//
// Free chunks are kept as long as they are of use: the pool notes the lowest
// number of free chunks of each minute, and lets that many go when the minute is
// over. It looks when a chunk is taken or given back, and needs no goroutine.
//
// The zero value is ready; a nil *Buffers takes all memory from the heap. All
// methods are safe for concurrent use.
type Buffers struct {
	compressors [2]sync.Pool // of gzip, of snappy

	mu     sync.Mutex
	free   [][]byte
	lowest int       // number of free chunks since
	since  time.Time // zero: nothing was taken or given back yet
	lent   int       // chunks that are taken and not given back: tests look for those that are forgotten
}

// get returns an empty chunk of chunkSize capacity.
func (b *Buffers) get() []byte {
	if chunk := b.take(); chunk != nil {
		return chunk
	}
	return make([]byte, 0, chunkSize)
}

// take returns a free chunk, or nil.
func (b *Buffers) take() (chunk []byte) {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lent++
	if last := len(b.free) - 1; last >= 0 {
		chunk = b.free[last]
		b.free[last] = nil
		b.free = b.free[:last]
	}
	b.letGo()
	return chunk
}

// put gives a chunk of get back. Nobody may hold it any more.
func (b *Buffers) put(chunk []byte) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lent--
	b.free = append(b.free, chunk[:0])
	b.letGo()
}

// letGo drops the chunks that were of no use. b.mu is held.
func (b *Buffers) letGo() {
	b.lowest = min(b.lowest, len(b.free))
	if time.Since(b.since) < sparePeriod {
		return
	}
	keep := len(b.free) - b.lowest
	clear(b.free[keep:])
	b.free = b.free[:keep]
	b.lowest, b.since = len(b.free), time.Now()
}
