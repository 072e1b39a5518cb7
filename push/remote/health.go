package remote

import (
	"time"

	"github.com/promferry/promferry/push/internal/answers"
)

const (
	// maxConcurrent is how many requests a receiver gets at once. 8 requests of
	// 2,000 samples are 160,000 samples/s where each takes 0.1 s.
	maxConcurrent = 8
	// downAfter is how many requests in a row must fail before it is down.
	downAfter = 3
	// longestRetryAfter bounds what a receiver may ask for: it may be well before.
	longestRetryAfter = 5 * time.Minute
	// hurriedWait is the longest wait between tries at the end of the program.
	hurriedWait = 500 * time.Millisecond
)

// health is what the answers of a receiver say. Store.mu guards it.
type health struct {
	state    State
	since    time.Time // of the state; zero: nothing was answered yet
	limit    int       // requests at once
	failures int       // in a row
	first    time.Time // of them
	last     time.Time // of them
	next     time.Time // no request goes before; zero: at any time
	err      error     // of the last that was not stored; nil: it was
	success  time.Time // the last; zero: never
	refused  int       // in a row
	only     spells    // of refusals, since anything else
	refusing time.Time // since when it has refused and stored nothing; zero: it has not
	refusal  time.Time // the last
}

func newHealth() health { return health{state: StateAnswering, limit: 1} }

// become changes the state.
func (h *health) become(state State, now time.Time) {
	if h.state != state || h.since.IsZero() {
		h.state, h.since = state, now
	}
}

// answered notes that the receiver works, and takes or refuses: it gets twice as
// many requests at once. It is true at the end of an outage.
func (h *health) answered() (recovered bool) {
	if recovered = h.failures > 0; recovered {
		h.refusing, h.only = time.Time{}, spells{} // what came before the outage says nothing of now
	}
	h.failures, h.next = 0, time.Time{}
	h.limit = min(2*h.limit, maxConcurrent)
	return recovered
}

// failed notes a request that is to be sent again. Nothing goes for a while, which
// depends on how many failed before it. What began before the last failure says
// nothing new.
func (h *health) failed(began, now time.Time, err error, wait func(failures int) time.Duration) {
	h.err, h.limit = err, 1
	if h.failures > 0 && began.Before(h.last) {
		return
	}
	if h.failures == 0 {
		h.first = now
	}
	h.next = now.Add(wait(h.failures))
	h.failures++
	h.last = now
}

// wait is that after n failures in a row and one more. s.mu is held.
func (s *Store) wait(n int, err error) time.Duration {
	low := max(s.settings.MinBackoff, time.Millisecond)
	high := max(s.settings.MaxBackoff, low)
	if s.options.GiveUp > 0 {
		high = min(high, max(s.options.GiveUp/4, low)) // or the last try would be long before the end
	}
	wait := max(answers.Backoff(n, low, high), min(retryAfter(err), longestRetryAfter))
	if s.draining {
		return min(wait, hurriedWait)
	}
	return wait
}

// hasGivenUp tells whether the receiver fails for longer than a request is tried
// again. s.mu is held.
func (s *Store) hasGivenUp() bool {
	h := &s.health
	return s.options.GiveUp > 0 && h.failures > 0 && h.next.Sub(h.first) > s.options.GiveUp
}
