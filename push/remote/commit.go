package remote

import "time"

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
