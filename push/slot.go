package push

import (
	"errors"
	"net/http"
	"slices"
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
	status  GroupStatus
}

func (s *slot) busy() bool { return s.waiting != nil || s.sending }

// A request is one thing to do with a group.
type request struct {
	group  convert.Labels
	method string // PUT, POST or DELETE
	body   []byte // not changed any more: gateways share it
	series int
	ticket *ticket // nil where it does not wait, or has no body
}

// over returns what to send where r comes while older still waits. A POST says
// only a part of the group; the rest is as older would have made it.
func (r *request) over(older *request) *request {
	if older == nil || r.method != http.MethodPost {
		return r
	}
	both := *r
	both.body, both.series = slices.Clone(r.body), r.series
	names := make(map[string]bool)
	for f := range convert.Text.Blocks(r.body) {
		names[f.Name] = true
	}
	for f := range convert.Text.Blocks(older.body) {
		if !names[f.Name] {
			both.body = append(both.body, f.Raw...)
			both.series += f.Series()
		}
	}
	both.method = older.method
	if older.method == http.MethodDelete {
		both.method = http.MethodPut
	}
	return &both
}

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
	r.ticket = nil
	return r
}

// end notes an attempt.
func (s *slot) end(out Outcome) {
	s.method = out.Method
	s.status.LastAttempt = time.Now()
	s.status.Path, s.status.Series, s.status.Bytes = out.Path, out.Series, out.Bytes
	s.status.Retyped, s.status.Refused = out.Retyped, out.Refused
	if out.Err == nil {
		s.status.LastSuccess = s.status.LastAttempt
	}
}
