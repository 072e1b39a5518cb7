package remote

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// mayBeStored tells whether a receiver may have stored a request that failed: its
// answer was lost on the way, or a proxy did not wait for it.
func mayBeStored(err error) bool {
	return slices.Contains([]string{"timeout", "connection", "502", "504"}, codeOf(err, 0))
}

// noteUnanswered notes that the receiver may have the records.
func (r *request) noteUnanswered() {
	for _, record := range r.records {
		record.sent |= unanswered
	}
}

// echoes are what receivers say of samples that they have already: Prometheus and
// Thanos in words, Mimir by identifiers, too.
var echoes = []string{
	"out of order sample", "duplicate sample for timestamp",
	"err-mimir-sample-out-of-order", "err-mimir-sample-duplicate-timestamp",
}

// saysStored tells an answer that refuses samples which the receiver has, or has
// newer ones of.
func saysStored(code int, text string) bool {
	switch code {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		text = strings.ToLower(text)
		return slices.ContainsFunc(echoes, func(echo string) bool { return strings.Contains(text, echo) })
	}
	return false
}

// isEcho tells the error of such an answer.
func isEcho(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.stored
}

// dropRefused drops the records of a request that was refused, and returns whether
// samples are lost by that: what an earlier try may have stored is not where the
// receiver says that it has it.
func (s *Store) dropRefused(r *request, err error) (lost bool) {
	echo := isEcho(err)
	for _, record := range r.records {
		switch {
		case record.place == gone:
		case echo && record.sent&(found|unanswered) != 0:
			s.drop(record, DropAnswerLost)
		default:
			s.drop(record, DropRefused)
			lost = true
		}
	}
	return lost
}

// echoed notes a refusal that has cost nothing: the receiver works.
func (h *health) echoed(now time.Time) {
	if h.state == StateDown {
		h.become(StateAnswering, now)
	}
	if h.state == StateAnswering {
		h.err = nil
	}
}
