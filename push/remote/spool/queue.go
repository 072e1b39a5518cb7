package spool

import (
	"slices"
	"sync"
)

// An operation waits to be written.
type operation struct {
	add    []Record
	remove []uint64 // what is left of them, sorted
	done   bool
	err    error
}

// A queue has the operations that wait for the transaction which is under way.
// The next one writes them all: a transaction costs two syncs, however much it
// writes.
type queue struct {
	mu      sync.Mutex
	waiting []*operation
}

func (q *queue) push(o *operation) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, o)
}

func (q *queue) take() []*operation {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.waiting
	q.waiting = nil
	return taken
}

// Append adds records, all or none, and returns when they are on disk. Where
// several call it at once, they share a transaction, but not their errors.
func (s *Spool) Append(records []Record) error {
	if len(records) == 0 {
		return nil
	}
	return s.wrap("append to", s.do(&operation{add: records}))
}

// Delete takes records away. Those that are not there are no error. Many of them
// may take several transactions, the lower numbers first: a process that is
// killed has deleted some of them then.
func (s *Spool) Delete(ids []uint64) error {
	if len(ids) == 0 {
		return nil
	}
	return s.wrap("delete from", s.do(&operation{remove: slices.Sorted(slices.Values(ids))}))
}

// do waits for its turn, and writes all that waits unless the one before has.
func (s *Spool) do(o *operation) error {
	s.queue.push(o)
	s.turn.Lock()
	defer s.turn.Unlock()
	if !o.done {
		for waiting := s.queue.take(); len(waiting) > 0; {
			waiting = s.write(waiting)
		}
	}
	return o.err
}
