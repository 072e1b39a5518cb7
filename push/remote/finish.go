package remote

import (
	"context"
	"errors"
	"slices"
	"time"
)

// spoolRetry is how long records are left alone that could not be read.
const spoolRetry = time.Second

// finish draws from the end of a request what becomes of its records, tells how
// it ended, and only then counts it out: whoever waited for it finds status,
// metrics and log.
func (s *Store) finish(ctx context.Context, r *request, err error) {
	r.release()
	interrupted := err != nil && ctx.Err() != nil
	now := time.Now()
	s.mu.Lock()
	if interrupted {
		s.putBack(r, time.Time{})
	} else {
		s.conclude(r, err, now)
	}
	for _, l := range r.lanes {
		l.underWay--
		s.queue.settle(l)
	}
	all := s.newsOf(err, interrupted)
	s.gauge()
	s.mu.Unlock()

	s.tell(all)
	out := Outcome{Store: s.Name, Samples: r.samples, Bytes: r.size, Took: r.took, Lag: now.Sub(r.oldest), Err: err}
	s.meter.done(r, out, now)
	if s.options.OnDone != nil {
		s.options.OnDone(out)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay--
	s.notify()
}

// conclude ends the records of a request, or lets them wait again. s.mu is held.
func (s *Store) conclude(r *request, err error, now time.Time) {
	for _, record := range r.damaged {
		s.drop(record, DropDamaged)
		r.samples -= int(record.samples)
	}
	switch {
	case errors.Is(err, errDamaged):
	case errors.Is(err, errSpoolRead):
		s.putBack(r, now.Add(spoolRetry))
	case classify(err) == stored:
		s.succeed(r, now)
	case classify(err) == refused:
		s.refuse(r, err, now)
	default:
		s.fail(r, err, now)
	}
}

// succeed ends what was stored.
func (s *Store) succeed(r *request, now time.Time) {
	for _, record := range r.records {
		s.queue.remove(record)
	}
	for _, l := range r.lanes {
		l.failures, l.due = 0, time.Time{}
	}
	s.stored += uint64(r.samples)
	s.answered()
	s.health.err, s.health.refused, s.health.success = nil, 0, now
	s.health.refusing, s.health.only = time.Time{}, spells{}
	r.from.vain = 0
	s.health.become(StateAnswering, now)
}

// answered notes an answer of the receiver itself. At the end of an outage the
// lanes have a backlog that goes at its own pace.
func (s *Store) answered() {
	if s.health.answered() {
		s.queue.fallBehind()
	}
}

// fail lets a request wait that nobody took.
func (s *Store) fail(r *request, err error, now time.Time) {
	h := &s.health
	if mayBeStored(err) {
		r.noteUnanswered()
	}
	h.failed(r.began, now, err, func(n int) time.Duration { return s.wait(n, err) })
	if h.failures >= downAfter {
		h.become(StateDown, now)
	}
	for _, l := range r.lanes {
		l.due = now.Add(s.wait(l.failures, nil))
		l.failures++
	}
	s.giveUp(r)
	s.putBack(r, now)
	if s.hasGivenUp() {
		s.giveUpAll()
	}
}

// putBack lets the records of a request wait again, and their lanes until then
// at the least.
func (s *Store) putBack(r *request, until time.Time) {
	for _, record := range slices.Backward(r.records) {
		if record.place == sending {
			s.queue.putBack(record)
		}
	}
	for _, l := range r.lanes {
		if l.due.Before(until) {
			l.due = until
		}
	}
}

// giveUp drops those of a failed request that were tried for long enough. What
// is in the spool stays there.
func (s *Store) giveUp(r *request) {
	if s.options.GiveUp <= 0 {
		return
	}
	for _, record := range r.records {
		next := record.lane.due.Sub(s.born)
		if record.place == sending && record.id == 0 && next-record.since > s.options.GiveUp {
			s.drop(record, DropGaveUp)
		}
	}
}

// giveUpAll drops all that waits in memory alone: the receiver was down for too
// long.
func (s *Store) giveUpAll() {
	for _, record := range s.queue.looseRecords() {
		if record.place == waiting {
			s.dropFrom(record, DropGaveUp)
		}
	}
}
