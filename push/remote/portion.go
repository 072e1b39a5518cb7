package remote

import (
	"errors"

	"github.com/promferry/promferry/push/remote/spool"
)

// maxPortion is how much is written at once, in bytes: bodies are copied for that.
const maxPortion = 1 << 20

// portion is how many of the records are written at once; one at the least.
func portion(all []pending) (n int) {
	bytes := 0
	for _, p := range all {
		if bytes += p.body.size; n > 0 && bytes > maxPortion {
			break
		}
		n++
	}
	return n
}

// keepPortion writes some records, all or none. One that not even an empty spool
// has room for stays in memory.
func (s *Store) keepPortion(some []pending) error {
	records := make([]spool.Record, len(some))
	first := s.disk.next(len(some))
	s.copied = s.copied[:0]
	for i, p := range some {
		records[i] = p.onDisk(first+uint64(i), s.copy(p.body))
	}
	switch err := s.append(records); {
	case errors.Is(err, spool.ErrTooLarge) && len(some) == 1:
		return nil
	case err != nil:
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range some {
		s.queue.number(p.record, first+uint64(i))
	}
	return nil
}

func (p pending) onDisk(id uint64, body []byte) spool.Record {
	return spool.Record{
		Header: spool.Header{
			ID: id, Target: p.target, Time: p.at, Samples: int(p.samples), Plain: int(p.plain), Size: int(p.size),
		},
		Body: body,
	}
}

// copy returns the bytes of a body in one piece, as long as s.writing is held.
func (s *Store) copy(b *body) []byte {
	if cap(s.copied)-len(s.copied) < b.size {
		s.copied = make([]byte, 0, max(b.size, 2*min(cap(s.copied), maxPortion/2)))
	}
	start := len(s.copied)
	s.copied = b.appendTo(s.copied)
	return s.copied[start:]
}
