package remote

import (
	"fmt"
	"log/slog"
	"time"
)

// drop ends a record that is not stored. s.mu is held.
func (s *Store) drop(r *record, reason DropReason) {
	s.queue.remove(r)
	s.dropped[reason] += uint64(r.samples)
	if reason != DropAnswerLost { // which is no loss
		s.lastDrop = time.Now()
	}
	s.meter.drop(reason, int(r.samples))
	s.troubles.losses.add(reason, int(r.samples))
}

// dropFrom drops a record that waits, and puts its lane in order.
func (s *Store) dropFrom(r *record, reason DropReason) {
	l := r.lane
	s.drop(r, reason)
	s.queue.settle(l)
}

// maxKept bounds how many records are looked at that stay: in front of the others
// they are the next to be sent.
const maxKept = 1000

// fitMemory bounds what waits in memory: first bodies go that are in the spool,
// too, then the oldest records that are not. What the newest scrape has stays,
// however large it is; as long as the receiver answers that holds for the newest
// of each target, as all of them may be scraped at the same moment. s.mu is held.
func (s *Store) fitMemory(newest *record) {
	q := &s.queue
	down := s.health.state == StateDown
	isNewest := func(r *record) bool {
		return r.at == r.lane.last.at && (!down || r.lane == newest.lane)
	}
	for r := q.held.first; r != nil && q.weight > s.settings.Capacity && q.spooled > 0; {
		next := q.held.after(r)
		if r.id != 0 && !isNewest(r) {
			q.release(r)
			r.forgetBody()
		}
		r = next
	}
	kept := 0
	for r := q.held.first; r != nil && q.weight > s.settings.Capacity && kept < maxKept; {
		next := q.held.after(r)
		if r.id == 0 && !isNewest(r) {
			s.dropFrom(r, DropCapacity)
		} else {
			kept++
		}
		r = next
	}
}

// dropOld drops what is older than the spool is to keep it. s.mu is held.
func (s *Store) dropOld(now time.Time) {
	if s.disk == nil {
		return
	}
	_, maxAge := s.disk.limits()
	if maxAge <= 0 {
		return
	}
	limit := now.Add(-maxAge).UnixMilli()
	for r := s.queue.all.first; r != nil && r.at < limit; {
		next := s.queue.all.after(r)
		if r.place == waiting {
			s.dropFrom(r, DropMaxAge)
		}
		r = next
	}
}

// losses are the samples that were dropped and not told of yet.
type losses map[DropReason]int

func (l *losses) add(reason DropReason, samples int) {
	if *l == nil {
		*l = make(losses)
	}
	(*l)[reason] += samples
}

// whyDropped says what to do about what is dropped for want of room.
var whyDropped = map[DropReason]string{
	DropCapacity: "the queue in memory is full: raise capacity, or give the remote_write a spool",
	DropMaxSize:  "the spool is full: raise its max_size",
	DropMaxAge:   "they waited for longer than max_age of the spool",
	DropDamaged:  "the spool could not be read: is the disk sound?",
	DropGaveUp:   "the time to try again is over",
}

// newsOfLosses tells of what was dropped. A refusal has news of its own. s.mu is
// held.
func (s *Store) newsOfLosses() (all []news) {
	for reason, samples := range s.troubles.losses {
		if reason == DropAnswerLost && s.troubles.tell("lost "+string(reason), newsInterval) {
			delete(s.troubles.losses, reason)
			all = append(all, news{level: slog.LevelInfo, message: hasAlready, err: fmt.Errorf("%d samples: the answer to an earlier try was lost", samples)})
		}
		why := whyDropped[reason]
		if why == "" || !s.troubles.tell("lost "+string(reason), newsInterval) {
			continue
		}
		delete(s.troubles.losses, reason)
		all = append(all, news{level: slog.LevelWarn, message: "samples for a remote_write are lost, the oldest first", err: fmt.Errorf("%d samples: %s", samples, why)})
	}
	return all
}
