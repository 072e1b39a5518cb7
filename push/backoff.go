package push

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
)

// What a gateway's fields are where they are zero.
const (
	defaultMinBackoff = 500 * time.Millisecond
	defaultMaxBackoff = 10 * time.Second
)

// How far apart tries are of what an operator has to put right.
const (
	laterMin     = 5 * time.Second
	laterMax     = 5 * time.Minute
	laterMaxAuth = time.Minute // a secret that rotates is soon right again
)

// slotWait returns how long a group waits after failure number n+1 in a row.
// The interval is the time until its next body; 0: there will be none.
func (g *Gateway) slotWait(err error, n int, interval time.Duration) time.Duration {
	low, high := g.backoffs()
	if interval == 0 {
		interval = high
	}
	if classify(err) == later {
		return g.hurry(laterWait(err, n))
	}
	return g.hurry(min(max(answers.Backoff(n, low, high), g.retryAfter(err)), interval))
}

// probeWait returns how long a gateway that is down is left alone after n
// probes in vain. It is the half of a group's longest wait: all groups are to be
// fresh within an interval and 5 s after a gateway is back.
func (g *Gateway) probeWait(err error, n int, interval time.Duration) time.Duration {
	low, high := g.backoffs()
	if interval == 0 {
		interval = high
	}
	if classify(err) == later {
		return g.hurry(laterWait(err, n))
	}
	return g.hurry(max(answers.Backoff(n, low, high/2), min(g.retryAfter(err), interval)))
}

// A streak is the failures in a row, by class: a gateway that was down for long,
// and then refuses once, as one does that is just being started, is not to be
// left alone for as long as one that has refused all the time.
type streak struct{ soon, later int }

// add returns how many of the class there were before this one.
func (s *streak) add(c class) (before int) {
	n := &s.soon
	if c == later {
		n = &s.later
	}
	*n++
	return *n - 1
}

func laterWait(err error, n int) time.Duration {
	if isAuth(err) {
		return answers.Backoff(n, laterMin, laterMaxAuth)
	}
	return answers.Backoff(n, laterMin, laterMax)
}

// hurry shortens a wait at the end of the program.
func (g *Gateway) hurry(wait time.Duration) time.Duration {
	low, _ := g.backoffs()
	if g.hurried {
		return min(wait, answers.Backoff(0, low/2, low))
	}
	return wait
}

func (g *Gateway) backoffs() (low, high time.Duration) {
	low, high = g.MinBackoff, g.MaxBackoff
	if low <= 0 {
		low = defaultMinBackoff
	}
	if high <= 0 {
		high = defaultMaxBackoff
	}
	if g.GiveUp > 0 {
		high = min(high, g.GiveUp/4) // or the last try would be long before the end
	}
	return low, max(low, high)
}

// retryAfter returns what an answer asks for, and a moment more: it says the
// same to all.
func (g *Gateway) retryAfter(err error) time.Duration {
	var status *StatusError
	if !errors.As(err, &status) || status.RetryAfter <= 0 {
		return 0
	}
	low, _ := g.backoffs()
	return status.RetryAfter + rand.N(low)
}
