package push

import (
	"errors"
	"time"

	"github.com/promferry/promferry/convert"
)

// A slot is the place of one group at one gateway. Only one request of a group
// is under way at a time, so a DELETE is never overtaken by a late PUT.
// Gateway.mu guards it.
type slot struct {
	group   convert.Labels
	waiting *request // the newest that was not begun
	queued  bool     // stands in Gateway.ready
	sending bool
	method  string // of the last attempt
	failing bool   // and a log has told so; not for want of an answer
	twice   bool   // the last body had series twice, and a log has told so
	status  GroupStatus
}

func (s *slot) busy() bool { return s.waiting != nil || s.sending }

// A GroupStatus says how the pushes of one group to one gateway go.
type GroupStatus struct {
	Gateway     string
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
	Refused     []string // families left out, as the gateway has another with their name
}

// What became of a body that never left.
var (
	errPendingBytes = errors.New("dropped before it could be sent: the waiting bodies spend max_pending_bytes")
	errTooLarge     = errors.New("not sent: the body alone is larger than max_pending_bytes")
)

// begin takes the waiting request out of the slot and the budget.
func (s *slot) begin(budget *Budget) *request {
	r := s.waiting
	s.waiting, s.queued, s.sending = nil, false, true
	budget.release(r.ticket)
	r.ticket, r.twice = nil, s.twice
	return r
}

// end notes an attempt.
func (s *slot) end(out Outcome) {
	s.method = out.Method
	s.status.LastAttempt = time.Now()
	s.status.Path, s.status.Series, s.status.Bytes = out.Path, out.Series, out.Bytes
	s.status.Retyped, s.status.Refused, s.status.Duplicates = out.Retyped, out.Refused, out.Duplicates
	if out.Err == nil {
		s.status.LastSuccess = s.status.LastAttempt
	}
}
