package remote

import (
	"context"
	"time"
)

// A request is what goes to the receiver at once: records, in order for each
// lane. They do not change while it is under way.
type request struct {
	settings Settings
	from     *turns // that the lanes had
	lanes    []*lane
	records  []*record
	bodies   []*body // of the records, each with a reference; nil: it is in the spool only
	samples  int
	plain    int
	began    time.Time
	size     int       // bytes sent
	code     int       // of the answer; 0: there is none
	damaged  []*record // the spool could not be read
	took     time.Duration
	oldest   time.Time // of the scrapes
	again    bool      // some of them were sent before
}

// take waits for a request that may go; nil: ctx has ended.
func (s *Store) take(ctx context.Context) *request {
	for ctx.Err() == nil {
		s.mu.Lock()
		r, at := s.begin(time.Now())
		changed := s.changes()
		s.mu.Unlock()
		if r != nil {
			return r
		}
		waitFor(ctx, changed, at)
	}
	return nil
}

// waitFor returns at a change, at that moment unless it is zero, or when ctx
// ends.
func waitFor(ctx context.Context, changed <-chan struct{}, at time.Time) {
	var alarm <-chan time.Time
	if !at.IsZero() {
		timer := time.NewTimer(time.Until(at))
		defer timer.Stop()
		alarm = timer.C
	}
	select {
	case <-ctx.Done():
	case <-changed:
	case <-alarm:
	}
}

// begin returns the next request, or when to look again; zero: not before a
// change. s.mu is held.
func (s *Store) begin(now time.Time) (r *request, at time.Time) {
	switch h := &s.health; {
	case s.underWay >= h.limit:
		return nil, at
	case now.Before(h.next):
		return nil, h.next
	}
	s.dropOld(now)
	live, liveAt := s.plan(s.queue.live, now)
	late, lateAt := s.planLate(now)
	switch {
	case live != nil && (late == nil || !s.queue.lateTurn):
		s.queue.lateTurn = true
		return s.start(live, now), at
	case late != nil:
		s.queue.lateTurn = false
		s.pace.went(late.samples)
		return s.start(late, now), at
	}
	return nil, earliest(liveAt, lateAt)
}

// planLate is the plan of the lanes with a backlog. At the end of the program
// that of memory is lost if it does not go.
func (s *Store) planLate(now time.Time) (*plan, time.Time) {
	if s.queue.late.first == nil {
		return nil, time.Time{}
	}
	wait := s.pace.wait(s.age(now), s.settings.MaxSamplesPerSend)
	if wait > 0 && !(s.draining && s.disk == nil) {
		return nil, now.Add(wait)
	}
	return s.plan(s.queue.late, now)
}

// start has the records of a plan under way. Lanes that have more come last among
// those that wait. s.mu is held.
func (s *Store) start(p *plan, now time.Time) *request {
	r := &request{settings: s.settings, samples: p.samples, plain: p.plain, began: now}
	for _, part := range p.parts {
		r.from = part.lane.turns
		s.queue.unqueue(part.lane)
		r.lanes = append(r.lanes, part.lane)
		for _, record := range part.records {
			r.add(record)
			r.again = r.again || record.sent&tried != 0
			if record.sent&tried == 0 {
				record.sent, record.since = record.sent|tried, s.age(now)
			}
		}
		s.queue.take(part.lane, part.records)
		s.queue.settle(part.lane)
	}
	if r.again {
		s.meter.retried()
	}
	s.underWay++
	return r
}

// add notes a record with its body as it is now: that may go from memory.
func (r *request) add(record *record) {
	r.records = append(r.records, record)
	if record.body != nil {
		record.body.retain()
	}
	r.bodies = append(r.bodies, record.body)
	if at := record.scraped(); r.oldest.IsZero() || at.Before(r.oldest) {
		r.oldest = at
	}
}

// release gives the references to the bodies back.
func (r *request) release() {
	for _, b := range r.bodies {
		b.release()
	}
	r.bodies = nil
}

// earliest of moments of which a zero one is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
