package remote

import (
	"errors"
	"time"

	"github.com/promferry/promferry/push/remote/spool"
)

// An arrival is a batch that is committed.
type arrival struct {
	target  string
	records []*record
	done    bool // it is queued; Store.writing guards it
}

// commit queues a batch. Batches that come while the spool is written to go into
// it together, with the next write: each write waits for the disk.
func (s *Store) commit(a *arrival) {
	s.mu.Lock()
	s.arriving = append(s.arriving, a)
	s.mu.Unlock()
	s.writing.Lock()
	defer s.writing.Unlock()
	if !a.done {
		s.write()
	}
}

// write puts what has arrived into the spool, with what waits in memory because
// that was not possible before, and queues it. s.writing is held.
func (s *Store) write() {
	s.mu.Lock()
	arrived := s.arriving
	s.arriving = nil
	s.mu.Unlock()

	if s.disk != nil && s.disk.mayWrite(time.Now()) {
		s.keepOnDisk(arrived)
	}

	s.mu.Lock()
	s.enqueue(arrived)
	all := s.newsOfLosses()
	s.gauge()
	s.notify()
	s.mu.Unlock()
	s.tell(all)
}

// enqueue adds what has arrived to the queue. s.mu is held.
func (s *Store) enqueue(arrived []*arrival) {
	since := s.age(time.Now())
	var newest *record
	for _, a := range arrived {
		a.done = true
		for _, r := range a.records {
			r.since = since
			s.queue.add(a.target, r)
			s.pace.came(since, int(r.samples))
			newest = r
		}
	}
	if newest != nil {
		s.fitMemory(newest)
	}
}

// A pending record is one that is to be written.
type pending struct {
	target string
	*record
	body *body // with a reference
}

// keepOnDisk writes what is in memory alone, and what has arrived, in the order
// of the queue. The numbers are those of the order, too: what a restart finds is
// in the order of the queue.
func (s *Store) keepOnDisk(arrived []*arrival) {
	all := s.unwritten(arrived)
	if len(all) == 0 {
		return
	}
	var err error
	for left := all; err == nil && len(left) > 0; {
		n := portion(left)
		err = s.keepPortion(left[:n])
		left = left[n:]
	}
	for _, p := range all {
		p.body.release()
	}
	s.disk.wrote(err)
	s.noteSpool(opAppend, err)
}

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

// unwritten returns what is to be written. Records that are under way are among
// them: else they would have numbers behind those of newer ones.
func (s *Store) unwritten(arrived []*arrival) (all []pending) {
	s.mu.Lock()
	for _, r := range s.queue.looseRecords() {
		r.body.retain() // it may be stored meanwhile
		all = append(all, pending{r.lane.target, r, r.body})
	}
	s.mu.Unlock()
	for _, a := range arrived {
		for _, r := range a.records {
			r.body.retain()
			all = append(all, pending{a.target, r, r.body})
		}
	}
	return all
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
