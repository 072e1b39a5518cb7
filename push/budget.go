package push

import (
	"container/list"
	"sync"
)

// A Budget bounds the bytes of all bodies that wait for gateways together.
// When it is spent, the body that waits longest is dropped: it is the oldest
// news. The zero value has no room; use NewBudget.
type Budget struct {
	mu      sync.Mutex
	max     int64
	used    int64
	waiting list.List     // of *ticket, the oldest in front
	freed   chan struct{} // closed and replaced when room comes back; nil: nobody waits
}

// NewBudget returns a budget of that many bytes.
func NewBudget(max int64) *Budget { return &Budget{max: max} }

// A ticket is the place of one waiting body in the budget.
type ticket struct {
	size    int64
	dropped func() // for whoever made the budget take this place away
	place   *list.Element
}

// Resize changes the number of bytes. What has no room any more is dropped, the
// oldest first.
func (b *Budget) Resize(max int64) {
	for _, t := range b.resize(max) {
		t.dropped()
	}
}

func (b *Budget) resize(max int64) (evicted []*ticket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.max = max
	return b.makeRoom(0)
}

// makeRoom takes the oldest out until there is room for that much. b.mu is held.
func (b *Budget) makeRoom(size int64) (evicted []*ticket) {
	for b.used+size > b.max && b.waiting.Len() > 0 {
		oldest := b.waiting.Front().Value.(*ticket)
		b.remove(oldest)
		evicted = append(evicted, oldest)
	}
	return evicted
}

// fits tells whether a body of that size may wait at all.
func (b *Budget) fits(size int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int64(size) <= b.max
}

// hold takes room for a body that fits. It returns the tickets that gave way:
// the caller calls their dropped as soon as it holds no lock. What has no
// bytes, as a DELETE, needs no ticket and gives way to none.
func (b *Budget) hold(size int, dropped func()) (t *ticket, evicted []*ticket) {
	if size == 0 {
		return nil, nil
	}
	t = &ticket{size: int64(size), dropped: dropped}
	b.mu.Lock()
	defer b.mu.Unlock()
	evicted = b.makeRoom(t.size)
	t.place = b.waiting.PushBack(t)
	b.used += t.size
	return t, evicted
}

// holdOld takes room for a body that waited already and comes back. It is the
// oldest news: others do not give way to it, and it is the first to give way.
func (b *Budget) holdOld(size int, dropped func()) (t *ticket, fits bool) {
	if size == 0 {
		return nil, true
	}
	t = &ticket{size: int64(size), dropped: dropped}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+t.size > b.max {
		return nil, false
	}
	t.place = b.waiting.PushFront(t)
	b.used += t.size
	return t, true
}

// release gives the room back. The ticket may be nil, or may have given way.
func (b *Budget) release(t *ticket) {
	if t == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.remove(t)
}

func (b *Budget) remove(t *ticket) {
	if t.place == nil {
		return
	}
	b.waiting.Remove(t.place)
	b.used -= t.size
	t.place = nil
	if b.freed != nil {
		close(b.freed)
		b.freed = nil
	}
}

// room tells whether half of the budget is free. If not, the channel is closed
// when something leaves it.
func (b *Budget) room() (free bool, freed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used <= b.max/2 {
		return true, nil
	}
	if b.freed == nil {
		b.freed = make(chan struct{})
	}
	return false, b.freed
}

// Used returns the bytes that wait now.
func (b *Budget) Used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}
