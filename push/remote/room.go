package remote

import (
	"errors"

	"github.com/promferry/promferry/push/remote/spool"
)

// append adds records to the spool. Where they do not fit, the oldest go, of
// whatever lane, and a few more, so that not each write has to make room.
func (s *Store) append(records []spool.Record) error {
	var need int64
	for _, r := range records {
		need += int64(r.Size)
	}
	f := s.disk.opened()
	for {
		err := f.Append(records)
		if !errors.Is(err, spool.ErrFull) {
			return err
		}
		swept, failed := s.sweep()
		if failed != nil {
			return failed // or all would be dropped, and nothing gained
		}
		maxSize, _ := s.disk.limits()
		if !swept && !s.dropSpooled(need+maxSize/64) {
			return err // all that is there is under way
		}
	}
}

// dropSpooled drops the oldest records that have that many bytes in the spool.
// It is false where there is none.
func (s *Store) dropSpooled(bytes int64) (dropped bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := s.queue.all.first; r != nil && bytes > 0; {
		next := s.queue.all.after(r)
		if r.place == waiting && r.id != 0 {
			bytes -= int64(r.size)
			s.dropFrom(r, DropMaxSize)
			dropped = true
		}
		r = next
	}
	return dropped
}

// sweep deletes from the spool what it need not have any more. It is true where
// there was something.
func (s *Store) sweep() (swept bool, err error) {
	f := s.disk.opened()
	s.mu.Lock()
	ids := s.queue.freed
	s.queue.freed = nil
	s.mu.Unlock()
	if f == nil || len(ids) == 0 {
		return false, nil
	}
	err = f.Delete(ids)
	if err != nil {
		s.meter.spoolError(opDelete)
		s.disk.doubt(err)
		s.mu.Lock()
		s.queue.freed = append(ids, s.queue.freed...)
		s.mu.Unlock()
	}
	return true, err
}
