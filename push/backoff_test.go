package push

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestWaitIsCappedByInterval: the next body is the best retry.
func TestWaitIsCappedByInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock(codes(500, 500, 200))
		b := newRetrying(t, c.f)
		b.MinBackoff, b.MaxBackoff = time.Minute, time.Hour
		b.run(t)
		b.offer(cyclic("a", "1", 2*time.Second))
		b.drain(t)
		for _, gap := range c.gaps() {
			wantBetween(t, "wait", gap, 2*time.Second, 2*time.Second)
		}
	})
}

// TestRetryAfter (G6) is honoured, within the interval; what is no wait is
// ignored.
func TestRetryAfter(t *testing.T) {
	const interval = 15 * time.Second
	for value, want := range map[string][2]time.Duration{
		"5":                             {5 * time.Second, 5*time.Second + defaultMinBackoff},
		"1000000000":                    {interval, interval},
		"-5":                            {defaultMinBackoff, 2 * defaultMinBackoff},
		"garbage":                       {defaultMinBackoff, 2 * defaultMinBackoff},
		"Sat, 01 Jan 2000 00:00:07 GMT": {7 * time.Second, 7*time.Second + defaultMinBackoff}, // a bubble begins at midnight
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			calls := 0
			b := newRetrying(t, roundTrip(func(*http.Request) (*http.Response, error) {
				calls++
				if calls > 1 {
					return answer(200, ""), nil
				}
				refusal := answer(429, "")
				refusal.Header.Set("Retry-After", value)
				return refusal, nil
			}))
			b.run(t)
			b.offer(cyclic("a", "1", interval))
			b.drain(t)
			wantBetween(t, value, time.Since(start), want[0], want[1])
		})
	}
}

// TestRefusalsGrowApart (G8, G9): the next bodies wait.
func TestRefusalsGrowApart(t *testing.T) {
	for code, longest := range map[int]time.Duration{401: laterMaxAuth, 403: laterMaxAuth, 404: laterMax, 405: laterMax, 301: laterMax} {
		synctest.Test(t, func(t *testing.T) {
			c := newClock(codes(code))
			b := newRetrying(t, c.f)
			b.run(t)
			for range 2 * 3600 {
				b.offer(cyclic("a", "1", time.Second))
				<-time.After(time.Second)
			}
			gaps := c.gaps()
			wantBetween(t, "first", gaps[0], laterMin, 2*laterMin)
			for _, gap := range gaps {
				wantBetween(t, "any", gap, laterMin, longest)
			}
			wantBetween(t, "last", gaps[len(gaps)-1], longest/2, longest)
			if b.Status().State != StateRefusing {
				t.Errorf("got state %q, want %q", b.Status().State, StateRefusing)
			}
			b.wantLog(t, "level=ERROR", 1+map[bool]int{false: 1}[isAuth(&StatusError{Code: code})]) // of the group before the gateway's
		})
	}
}

// TestRefusalAfterAnOutageIsTheFirst: a gateway that was down for long and then
// refuses a moment, as it is being started, is soon found well.
func TestRefusalAfterAnOutageIsTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c := newClock(func(int, sent) (int, string) {
			switch since := time.Since(start); {
			case since < 10*time.Minute:
				return 503, ""
			case since < 10*time.Minute+6*time.Second:
				return 404, ""
			}
			return 200, ""
		})
		b := newRetrying(t, c.f)
		b.run(t)
		for time.Since(start) < 11*time.Minute {
			b.offer(cyclic("a", "1", time.Second))
			<-time.After(time.Second)
		}
		if got := b.Status().State; got != StateAnswering {
			t.Errorf("got state %q, want %q", got, StateAnswering)
		}
	})
}
