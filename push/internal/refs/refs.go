// Package refs counts who holds a body that is pushed: what comes in is each
// that takes or gives back a reference, what comes out is when nobody has one.
package refs

import "sync/atomic"

// A Count is the number of references to something. The zero value is that of
// something that is gone; New is the first one's. It is safe for concurrent use.
type Count struct{ n atomic.Int32 }

// New notes the one reference of whoever makes the thing.
func (c *Count) New() { c.n.Store(1) }

// Retain takes another reference. It is false where the last has gone.
func (c *Count) Retain() bool {
	for {
		n := c.n.Load()
		if n <= 0 {
			return false
		}
		if c.n.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Release gives a reference back. It is true for the last one: then the memory
// may be another's. To give back more than were taken is a defect.
func (c *Count) Release() (last bool) {
	n := c.n.Add(-1)
	if n < 0 {
		panic("refs: released more often than retained")
	}
	return n == 0
}
