package remote

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/promferry/promferry/push/remote/spool"
)

// How often the spool is looked after. What was sent is deleted soon: it is sent
// again after a kill.
const keepInterval = 250 * time.Millisecond

// Open opens the spool, if there is one. What keeps it from that is logged, and
// then all waits in memory until Run has it open: a start is never lost for it.
func (s *Store) Open() {
	if s.disk == nil {
		return
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	s.openSpool()
}

// openSpool opens the spool, unless it is, and queues what is in it. s.writing
// is held.
func (s *Store) openSpool() {
	if s.disk.opened() != nil {
		return
	}
	found, err := s.disk.start()
	if found == nil {
		s.noteSpool(opOpen, err)
		return
	}
	if err != nil {
		s.tell([]news{{level: slog.LevelWarn, message: spoolMended, err: err}})
	}
	s.meter.spoolErrors(opRead, found.damaged)
	s.mu.Lock()
	if found.again {
		s.compare(found.headers)
	} else {
		s.queue.restore(found.headers)
	}
	s.gauge()
	s.notify()
	s.mu.Unlock()
	s.noteSpool(opOpen, nil)
}

// compare draws from what a spool has that was closed for an error what is not in
// it any more, and what nobody knows that it is in it. s.mu is held.
func (s *Store) compare(headers []spool.Header) {
	unknown := make(map[uint64]bool, len(headers))
	for _, h := range headers {
		unknown[h.ID] = true
	}
	for r := s.queue.all.first; r != nil; {
		next := s.queue.all.after(r)
		switch {
		case r.id == 0:
		case unknown[r.id]:
			delete(unknown, r.id)
		case r.body != nil:
			s.queue.number(r, 0)
		case r.place == waiting:
			s.dropFrom(r, DropDamaged)
		}
		r = next
	}
	s.queue.freed = slices.Collect(maps.Keys(unknown))
}

// noteSpool tells whether the spool is in use, where that is news.
func (s *Store) noteSpool(operation string, err error) {
	s.meter.size(s.disk.state())
	if err != nil {
		s.meter.spoolError(operation)
	}
	s.mu.Lock()
	t := &s.troubles
	var all []news
	switch {
	case err != nil && !t.spool && t.tell(spoolIdle, outageInterval):
		t.spool = true
		_, _, err := s.disk.state()
		all = append(all, news{level: slog.LevelError, message: spoolIdle, err: err})
	case err == nil && t.spool:
		t.spool = false
		all = append(all, news{level: slog.LevelInfo, message: "the spool of a remote_write is in use again"})
	}
	s.mu.Unlock()
	s.tell(all)
}

// keep looks after the spool until ctx ends.
func (s *Store) keep(ctx context.Context) {
	ticker := time.NewTicker(keepInterval)
	defer ticker.Stop()
	for {
		s.tend(time.Now())
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// tend opens the spool if it is not, or is broken, moves there what waits in
// memory, deletes what was sent, and drops what is too old.
func (s *Store) tend(now time.Time) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.disk.doubtReads()
	if s.disk.mayOpen(now) {
		s.openSpool()
	}
	s.mu.Lock()
	s.dropOld(now)
	loose := s.queue.loose > 0
	all := s.newsOfLosses()
	s.gauge()
	s.mu.Unlock()
	s.tell(all)
	if loose && s.disk.mayWrite(now) {
		s.write()
	}
	_, _ = s.sweep() // counted, and tried again with the next tick
	s.meter.size(s.disk.state())
}

// Close puts what waits in memory into the spool, if that can be, drops what is
// not there, and closes it. Run must have returned.
func (s *Store) Close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.disk != nil {
		s.disk.hurry()
		s.write()
		_, _ = s.sweep() // what stays is sent once more after the next start
	}
	s.mu.Lock()
	for _, r := range s.queue.looseRecords() {
		s.dropFrom(r, DropShutdown)
	}
	s.gauge()
	s.mu.Unlock()
	if s.disk == nil {
		return nil
	}
	if err := s.disk.close(); err != nil {
		return fmt.Errorf("close spool %s of remote_write %q: %w", s.disk.spool.Directory, s.Name, err)
	}
	return nil
}
