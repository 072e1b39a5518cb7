package remote

import "time"

const (
	// lately is for how long refusals may be for some records alone. A receiver
	// that has stored nothing for longer, since the first of them, refuses all.
	lately = 5 * time.Minute
	// maxVain is how many records are refused alone, too, before the others are
	// not asked for one by one: a backlog may be too old as a whole.
	maxVain = 50
	// vainFor is how long that holds.
	vainFor = time.Minute
)

// refuse drops what was refused. One of several records may be the cause: then
// each is sent once more, alone.
func (s *Store) refuse(r *request, err error, now time.Time) {
	s.answered()
	s.health.err = err
	some := s.health.refusesFor(now) < lately && isForContent(err)
	if some && len(r.records) > 1 && r.from.mayDivide(now) {
		s.divide(r)
		return
	}
	lost := s.dropRefused(r, err)
	alone := len(r.records) == 1 && r.records[0].alone
	if alone && r.records[0].sent&unanswered == 0 {
		r.from.inVain(now)
	}
	if !lost {
		s.health.echoed(now)
		return
	}
	s.troubles.toll = tollOf(r)
	s.health.refused++
	s.health.only.note(now)
	if !some || s.health.refusesAll(alone, now) {
		s.health.become(StateRefusing, now)
	} else {
		s.health.become(StateAnswering, now)
	}
}

// divide has each record of a request go again, alone.
func (s *Store) divide(r *request) {
	for _, record := range r.records {
		record.alone = true
	}
	s.putBack(r, time.Time{})
}

// refusesAll tells whether the receiver takes nothing: it never has, or has not for
// some time in which it was asked. Of the first records of all that go alone, a few
// may be those of the one target that it refuses.
func (h *health) refusesAll(alone bool, now time.Time) bool {
	if h.success.IsZero() {
		return !alone || h.refused >= downAfter
	}
	return h.only.number >= leastSpells && now.Sub(h.only.first) >= lately
}

// refusesFor notes a refusal, and returns for how long the receiver has refused and
// stored nothing. Where it got nothing for long, that says nothing of now.
func (h *health) refusesFor(now time.Time) time.Duration {
	if h.refusing.IsZero() || now.Sub(h.refusal) >= lately {
		h.refusing = now
	}
	h.refusal = now
	return now.Sub(h.refusing)
}

// mayDivide tells whether to send the records of a refused request one by one.
func (t *turns) mayDivide(now time.Time) bool {
	return t.vain < maxVain || now.Sub(t.vainAt) >= vainFor
}

// inVain notes a record that was refused alone, too.
func (t *turns) inVain(now time.Time) {
	if t.vain >= maxVain && t.mayDivide(now) {
		t.vain = 0
	}
	t.vain++
	t.vainAt = now
}
