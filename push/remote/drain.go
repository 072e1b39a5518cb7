package remote

import (
	"context"
	"fmt"
	"time"
)

// Drain waits until all that was committed is stored, refused or dropped, or
// ctx ends, or Options.GiveUp is over; without that, also until the receiver is
// down, another try included, and all is in the spool: the next start sends it as
// well. From its call on nothing waits for more to fill a request up, and the waits
// between tries are short. The error says how much was not sent: what is kept in
// the spool, and what is lost unless Run still sends it.
func (s *Store) Drain(ctx context.Context) error {
	start := time.Now()
	s.mu.Lock()
	s.hurry(start)
	s.mu.Unlock()
	for {
		s.mu.Lock()
		done := s.queue.all.first == nil && s.underWay == 0
		left := s.left()
		over := s.underWay == 0 && (s.hasGivenUp() || s.waitsOnDisk(start))
		changed := s.changes()
		s.mu.Unlock()
		switch {
		case done:
			return nil
		case over:
			return left
		}
		select {
		case <-ctx.Done():
			return left
		case <-changed:
		}
	}
}

// waitsOnDisk tells whether the receiver is down, as a try since then has shown, and
// nothing would be lost with the process. Who has a GiveUp wants to know whether it
// is stored, and has said for how long to try. s.mu is held.
func (s *Store) waitsOnDisk(since time.Time) bool {
	h := &s.health
	return s.options.GiveUp == 0 && h.state == StateDown && h.last.After(since) && s.queue.spooled == s.queue.samples
}

// hurry shortens what is waited for. s.mu is held.
func (s *Store) hurry(now time.Time) {
	s.draining = true
	latest := now.Add(hurriedWait)
	if s.health.next.After(latest) {
		s.health.next = latest
	}
	for _, l := range s.queue.lanes {
		if l.due.After(latest) {
			l.due = latest
		}
	}
	s.notify()
}

// left is the error of what is not sent. s.mu is held.
func (s *Store) left() error {
	q := &s.queue
	text := ""
	if q.spooled > 0 {
		text = fmt.Sprintf("%d samples are kept in the spool %s and are sent after the next start", q.spooled, s.disk.spool.Directory)
	}
	if lost := q.samples - q.spooled; lost > 0 || text == "" {
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf("%d samples are lost", lost)
	}
	if s.health.err == nil {
		return fmt.Errorf("remote_write %q: %s", s.Name, text)
	}
	return fmt.Errorf("remote_write %q: %s: %w", s.Name, text, s.health.err)
}
