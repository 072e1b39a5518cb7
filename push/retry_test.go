package push

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
)

// newRetrying returns a bench that tries again for as long as it takes.
func newRetrying(t testing.TB, transport http.RoundTripper) *bench {
	b := newBench(t, transport)
	b.GiveUp = 0
	return b
}

// cyclic returns a request of a group whose next one comes after that interval.
func cyclic(instance, body string, interval time.Duration) *request {
	r := put(instance, body)
	r.from, r.interval, r.offered = r.group.Key(), interval, time.Now()
	return r
}

// A clock notes when requests come to a fake gateway.
type clock struct {
	f *fake

	mu sync.Mutex
	at []time.Time
}

func newClock(answer func(n int, s sent) (int, string)) *clock {
	c := &clock{f: new(fake)}
	c.f.answer = func(n int, s sent) (int, string) {
		c.mu.Lock()
		c.at = append(c.at, time.Now())
		c.mu.Unlock()
		return answer(n, s)
	}
	return c
}

// gaps returns the times between requests.
func (c *clock) gaps() (gaps []time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := 1; i < len(c.at); i++ {
		gaps = append(gaps, c.at[i].Sub(c.at[i-1]))
	}
	return gaps
}

// codes answers each request with the next code; the last one stays.
func codes(all ...int) func(int, sent) (int, string) {
	return func(n int, _ sent) (int, string) { return all[min(n, len(all)-1)], "" }
}

func wantBetween(t testing.TB, what string, got, low, high time.Duration) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: got %v, want between %v and %v", what, got, low, high)
	}
}

func TestClassify(t *testing.T) {
	check := func(want class, codes ...int) {
		t.Helper()
		for _, code := range codes {
			if got := classify(fmt.Errorf("wrapped: %w", &StatusError{Code: code})); got != want {
				t.Errorf("%d: got class %v, want %v", code, got, want)
			}
		}
	}
	check(soon, 500, 501, 502, 503, 504, 507, 599, 408, 425, 429)
	check(later, 401, 403, 404, 405, 407, 409, 410, 451, 301, 302, 307, 308, 204, 206)
	check(never, 400, 413, 414, 415, 422, 431)
	for want, errs := range map[class][]error{
		stored: {nil},
		soon:   {context.DeadlineExceeded, errors.New("reset")},
		never:  {errReportLost, &answers.PanicError{}, &groupError{}, errPendingBytes, errTooLarge, &downError{}},
	} {
		for _, err := range errs {
			if got := classify(err); got != want {
				t.Errorf("%v: got class %v, want %v", err, got, want)
			}
		}
	}
}

// TestRetriesUntilStored (G7): with waits that grow.
func TestRetriesUntilStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock(codes(500, 503, 200))
		b := newRetrying(t, c.f)
		b.run(t)
		b.offer(cyclic("a", "1", 15*time.Second))
		b.drain(t)
		wantSent(t, c.f, "PUT 1", "PUT 1", "PUT 1")
		wantBetween(t, "first wait", c.gaps()[0], defaultMinBackoff, 2*defaultMinBackoff)
		wantBetween(t, "second wait", c.gaps()[1], 2*defaultMinBackoff, 4*defaultMinBackoff)
		b.wantCount(t, "promferry_push_retries_total", "", 2)
		b.wantCount(t, "promferry_push_errors_total", "", 2)
		b.wantCount(t, "promferry_pushes_total", "", 1)
		b.wantCount(t, "promferry_pushes_dropped_total", "", 0)
		b.wantCount(t, "promferry_pending_bytes", "", 0)
		if s := b.Group(groupOf("a")); s.LastError != nil || s.Waiting {
			t.Errorf("got %v, waiting %v, want stored", s.LastError, s.Waiting)
		}
	})
}

// TestNewerBodyInheritsTheWait of the one whose place it takes.
func TestNewerBodyInheritsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock(codes(503, 200))
		b := newRetrying(t, c.f)
		b.MinBackoff = 4 * time.Second
		b.run(t)
		b.offer(cyclic("a", "1", time.Minute))
		synctest.Wait()
		b.wantCount(t, "promferry_pending_bytes", "", 1)
		<-time.After(3 * time.Second)
		b.offer(cyclic("a", "22", time.Minute))
		synctest.Wait()
		wantSent(t, c.f, "PUT 1")
		b.wantCount(t, "promferry_pending_bytes", "", 2)
		b.drain(t)
		wantSent(t, c.f, "PUT 1", "PUT 22")
		wantBetween(t, "wait", c.gaps()[0], 4*time.Second, 8*time.Second)
		b.wantCount(t, "promferry_pushes_superseded_total", "", 1)
		b.wantCount(t, "promferry_push_retries_total", "", 0)
		b.wantLog(t, "gateway does not keep up", 0)
	})
}

// TestPostOverWhatFailedIsMerged: the part does not replace the whole that
// nobody took.
func TestPostOverWhatFailedIsMerged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second, answer: codes(503, 200)}
		b := newRetrying(t, &f)
		b.run(t)
		b.offer(cyclic("a", "# TYPE up gauge\nup 1\n# TYPE a gauge\na 1\n", time.Minute))
		synctest.Wait()
		post := cyclic("a", "# TYPE up gauge\nup 0\n", time.Minute)
		post.method = http.MethodPost
		b.offer(post)
		b.drain(t)
		wantSent(t, &f, "PUT # TYPE up gauge\nup 1\n# TYPE a gauge\na 1", "PUT # TYPE up gauge\nup 0\n# TYPE a gauge\na 1")
		b.wantCount(t, "promferry_pending_bytes", "", 0)
	})
}

// TestBodyIsNotRetriedAfterNewerWasDropped: what is older must not follow what
// is newer.
func TestBodyIsNotRetriedAfterNewerWasDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second, answer: codes(503, 200)}
		b := newRetrying(t, &f)
		b.Budget = NewBudget(10)
		b.run(t)
		b.offer(cyclic("a", "1", time.Minute))
		synctest.Wait()
		b.offer(cyclic("a", "larger than the budget", time.Minute))
		b.drain(t)
		wantSent(t, &f, "PUT 1")
		b.wantCount(t, "promferry_pushes_superseded_total", "", 1)
		b.wantCount(t, "promferry_pushes_dropped_total", "max_pending_bytes", 1)
	})
}

// TestRetryWithoutRoomIsDropped: it is the oldest news, and drops no other.
func TestRetryWithoutRoomIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second, answer: codes(503, 200)}
		b := newRetrying(t, &f)
		b.Budget, b.MaxConcurrentPushes = NewBudget(100), 1
		b.run(t)
		b.offer(sized("a", 60))
		synctest.Wait()
		b.offer(sized("b", 60))
		b.drain(t)
		if status := b.Group(groupOf("a")); !errors.Is(status.LastError, errPendingBytes) || status.Waiting {
			t.Errorf("got %+v, want dropped", status)
		}
		b.wantCount(t, "promferry_pushes_dropped_total", "max_pending_bytes", 1)
		b.wantCount(t, "promferry_pushes_total", "", 1)
	})
}

// TestRefusedBodyIsNotSentAgain (G5, G9): nor counted as if it had left no trace.
func TestRefusedBodyIsNotSentAgain(t *testing.T) {
	for _, code := range []int{400, 413, 414, 415, 422, 431, 401, 403, 404, 405, 302} {
		synctest.Test(t, func(t *testing.T) {
			f := fake{answer: codes(code)}
			b := newRetrying(t, &f)
			b.run(t)
			b.offer(cyclic("a", "1", time.Second))
			b.drain(t)
			<-time.After(time.Hour)
			if n := len(f.sent()); n > 2 || code != 400 && code != 415 && n > 1 { // those may be for a compression
				t.Errorf("%d: got %d requests, want one", code, n)
			}
			b.wantCount(t, "promferry_pushes_dropped_total", "refused", 1)
			b.wantCount(t, "promferry_push_auth_errors_total", "", map[int]float64{401: 1, 403: 1}[code])
		})
	}
}

// TestRefusalOfSomeGroupsDelaysNoOther: it is no reason to leave the gateway
// alone.
func TestRefusalOfSomeGroupsDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(_ int, s sent) (int, string) {
			if strings.HasSuffix(s.path, "/good") {
				return 200, ""
			}
			return 403, ""
		}}
		b := newRetrying(t, &f)
		b.run(t)
		for range 100 {
			b.offer(cyclic("good", "1", time.Second))
			synctest.Wait()
			for i := range 5 {
				b.offer(cyclic(fmt.Sprint(i), "1", time.Second))
			}
			<-time.After(time.Second)
		}
		b.wantCount(t, "promferry_pushes_total", "", 100)
	})
}

// TestGiveUp bounds the tries of a request (once, push, exec, delete).
func TestGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: codes(503)}
		b := newBench(t, &f)
		b.GiveUp = 5 * time.Second
		b.run(t)
		start := time.Now()
		for i := range 100 {
			b.offer(cyclic(fmt.Sprint(i), "1", 15*time.Second))
		}
		Gateways{{b.Gateway}}.Delete(groupOf("gone"))
		b.drain(t)
		wantBetween(t, "end", time.Since(start), 3*time.Second, 6*time.Second)
		b.wantCount(t, "promferry_pushes_dropped_total", "gave_up", 101)
		b.wantCount(t, "promferry_pending_bytes", "", 0)
		for _, s := range b.Groups() {
			if s.LastError == nil || !strings.Contains(s.LastError.Error(), "status 503") {
				t.Errorf("%v: got %v, want a status 503", s.Group, s.LastError)
			}
		}
		if n := len(b.Groups()); n != 101 {
			t.Errorf("got %d groups with an error, want 101", n)
		}
	})
}

// TestGiveUpOnRefusal at once: nobody will have put it right.
func TestGiveUpOnRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: codes(404)}
		b := newBench(t, &f)
		b.GiveUp = 5 * time.Second
		b.run(t)
		start := time.Now()
		b.offer(put("a", "1"))
		Gateways{{b.Gateway}}.Delete(groupOf("b"))
		b.drain(t)
		if took := time.Since(start); took != 0 || len(f.requests) != 2 {
			t.Errorf("got %d requests in %v, want 2 at once", len(f.requests), took)
		}
	})
}

// TestRemediesAreSaid (G5) in words.
func TestRemediesAreSaid(t *testing.T) {
	for code, want := range map[int]string{413: "raise that limit", 414: "shorter target labels", 431: "shorten the http_header", 401: "credentials", 404: "--web.route-prefix", 405: "--web.route-prefix"} {
		err := &StatusError{Method: "PUT", URL: "http://gw/metrics/job/a", Code: code}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%d: got %q, want %q in it", code, err, want)
		}
	}
}

// TestLag is from the batch's commit to the answer, tries included (G21).
func TestLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: 3 * time.Second}
		b := newRetrying(t, &f)
		b.MaxConcurrentPushes = 1
		var lags []time.Duration
		b.OnDone = func(out Outcome) { lags = append(lags, out.Lag) }
		b.run(t)
		for _, instance := range []string{"a", "b"} {
			batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{groupOf(instance), time.Minute})
			gauge("a", 1).AppendTo(batch, groupOf(instance))
			batch.Commit()
		}
		b.drain(t)
		if len(lags) != 2 || lags[0] != 3*time.Second || lags[1] != 6*time.Second {
			t.Errorf("got %v, want 3s and 6s", lags)
		}
		b.wantCount(t, "promferry_push_lag_seconds", "", 2)
	})
}
