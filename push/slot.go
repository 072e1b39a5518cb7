package push

import (
	"container/list"
	"errors"
	"time"

	"github.com/promferry/promferry/convert"
)

// A slot is the place of one group at one gateway. Only one request of a group
// is under way at a time, so a DELETE is never overtaken by a late PUT.
// Gateway.mu guards it.
type slot struct {
	group   convert.Labels
	waiting *request // the newest that was not begun, or that is to be tried again
	sending bool
	due     time.Time // when the next request may begin
	tries   streak    // failures in a row
	well    bool      // the last request was stored

	queued  bool          // it is in Gateway.queue
	place   int           // its index there; only while queued
	came    uint64        // when it came there: the queue's count of arrivals
	leaving *list.Element // of Gateway.leaving; nil: the group stays

	outdated   bool      // what is under way is older than what was dropped
	unanswered time.Time // the end of the last attempt of the last request, if the gateway may work on it still
	late       time.Time // the same of the requests before it

	failing bool   // the group's pushes fail, not for the gateway's sake, and a log has told so
	twice   bool   // the last body had series twice, and a log has told so
	unlike  string // how the last body differed from the target's, as a log has told; "" not at all
	status  GroupStatus
}

func (s *slot) busy() bool { return s.waiting != nil || s.sending }

// A GroupStatus says how the pushes of one group to one gateway go.
type GroupStatus struct {
	Gateway     string
	Shard       string // "" where the gateway has none
	Group       convert.Labels
	Path        string    // below the gateway's URL, as pushed
	LastSuccess time.Time // zero: never
	LastAttempt time.Time // its end
	LastError   error     // of the last attempt or of a body dropped after it; nil where it was stored
	Series      int       // of the last attempt
	Bytes       int
	Duplicates  int      // series left out, as they stood twice
	Waiting     bool     // something newer is to be sent, or under way
	Retyped     int      // families sent with the type that the gateway has
	Refused     []string // families left out: the gateway refuses them beside what it holds
}

// What became of a body that never left.
var (
	errPendingBytes = errors.New("dropped before it could be sent: the waiting bodies spend max_pending_bytes")
	errAbandoned    = errors.New("not finished before the shutdown timeout")
	errTooLarge     = errors.New("not sent: the body alone is larger than max_pending_bytes")
	errDeletes      = errors.New("not deleted: too many groups wait for that; delete it yourself")
)

// begin takes the waiting request out of the slot and the budget.
func (s *slot) begin(budget *Budget) *request {
	r := s.waiting
	s.waiting, s.sending, s.outdated = nil, true, false
	budget.release(r.ticket)
	r.ticket, r.twice = nil, s.twice
	if r.began.IsZero() {
		s.late, s.unanswered = latest(s.late, s.unanswered), time.Time{}
	}
	return r
}

// end notes an attempt.
func (s *slot) end(out Outcome) {
	s.status.LastAttempt = time.Now()
	s.status.Path, s.status.Series, s.status.Bytes = out.Path, out.Series, out.Bytes
	s.status.Retyped, s.status.Refused, s.status.Duplicates = out.Retyped, out.Refused, out.Duplicates
	s.well = classify(out.Err) == stored
	if s.well {
		s.status.LastSuccess = s.status.LastAttempt
	}
	if isUnanswered(out.Err) {
		s.unanswered = s.status.LastAttempt
	}
}

// isUnsettled tells whether the gateway may still work on a request without an
// answer.
func (s *slot) isUnsettled(timeout time.Duration) bool {
	return time.Since(latest(s.late, s.unanswered)) < timeout
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
