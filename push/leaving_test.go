package push

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestDeleteIsTriedUntilAnswered (G22), soon or at a distance.
func TestDeleteIsTriedUntilAnswered(t *testing.T) {
	for code, want := range map[int][2]time.Duration{
		503: {defaultMinBackoff, 6 * defaultMinBackoff},
		404: {3 * laterMin, 6 * laterMin},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClock(codes(code, code, 202))
			b := newRetrying(t, c.f)
			b.run(t)
			Gateways{{b.Gateway}}.Delete(groupOf("a"))
			start := time.Now()
			b.drain(t)
			wantSent(t, c.f, "DELETE", "DELETE", "DELETE")
			wantBetween(t, "end", time.Since(start), want[0], want[1])
			if n := len(b.Groups()); n != 0 || b.leaving.Len() != 0 {
				t.Errorf("got %d groups and %d that go, want none", n, b.leaving.Len())
			}
		})
	}
}

// TestPutTakesThePlaceOfADelete that waits for another try, and the other way
// round.
func TestPutTakesThePlaceOfADelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: codes(503, 200)}
		b := newRetrying(t, &f)
		b.run(t)
		Gateways{{b.Gateway}}.Delete(groupOf("a"))
		synctest.Wait()
		b.offer(cyclic("a", "1", time.Minute))
		b.drain(t)
		wantSent(t, &f, "DELETE", "PUT 1")
		if b.leaving.Len() != 0 || len(b.Groups()) != 1 {
			t.Errorf("got %d that go and %d groups, want 0 and 1", b.leaving.Len(), len(b.Groups()))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: codes(503, 202)}
		b := newRetrying(t, &f)
		b.run(t)
		b.offer(cyclic("a", "1", time.Minute))
		synctest.Wait()
		Gateways{{b.Gateway}}.Delete(groupOf("a"))
		b.drain(t)
		wantSent(t, &f, "PUT 1", "DELETE")
		b.wantCount(t, "promferry_pending_bytes", "", 0)
	})
}

// A body that has no room takes the place of a DELETE all the same: the group does
// not go.
func TestTooLargeTakesThePlaceOfADelete(t *testing.T) {
	b := newRetrying(t, &fake{})
	b.Budget = NewBudget(1)
	b.offerDelete("a")
	b.offer(cyclic("a", "12345", time.Minute))
	if b.leaving.Len() != 0 || b.queue.Len() != 0 || len(b.Groups()) != 1 {
		t.Errorf("got %d that go, %d that wait and %d groups, want one group that stays", b.leaving.Len(), b.queue.Len(), len(b.Groups()))
	}
}

// TestOldestDeletesAreGivenUp: what waits is bounded, counted and told.
func TestOldestDeletesAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newRetrying(t, &fake{answer: codes(503)})
		for i := range maxLeaving + 10 {
			Gateways{{b.Gateway}}.Delete(groupOf(fmt.Sprint(i)))
		}
		if n := len(b.Groups()); n != maxLeaving || b.queue.Len() != maxLeaving {
			t.Errorf("got %d groups and %d that wait, want %d", n, b.queue.Len(), maxLeaving)
		}
		b.wantCount(t, "promferry_pushes_dropped_total", "delete", 10)
		b.wantLog(t, crowdedText, 1)
		if !b.Group(groupOf("10")).Waiting || b.Group(groupOf("9")).Waiting {
			t.Error("want the oldest ten given up")
		}
	})
}

// A lateGateway applies what it got no time to answer a while after the sender
// has given up, in the way of a proxy that holds a request.
type lateGateway struct {
	late  time.Duration
	hangs map[int]bool // by number, from 0

	mu     sync.Mutex
	calls  []string
	stored map[string]bool // by path
}

func (l *lateGateway) RoundTrip(r *http.Request) (*http.Response, error) {
	if !l.hangs[l.begin(r)] {
		l.apply(r)
		return answer(200, ""), nil
	}
	<-r.Context().Done()
	time.AfterFunc(l.late, func() { l.apply(r) })
	return nil, r.Context().Err()
}

// begin returns the number of the request.
func (l *lateGateway) begin(r *http.Request) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, r.Method)
	return len(l.calls) - 1
}

func (l *lateGateway) apply(r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stored[r.URL.Path] = r.Method != http.MethodDelete
}

// TestDeleteIsSaidTwiceAfterAnUnansweredPut: a gateway that works on the older
// one still would bring the group back.
func TestDeleteIsSaidTwiceAfterAnUnansweredPut(t *testing.T) {
	check := func(late time.Duration, hangs map[int]bool, wait time.Duration, want string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			l := &lateGateway{late: late, hangs: hangs, stored: make(map[string]bool)}
			b := newRetrying(t, l)
			b.run(t)
			b.offer(cyclic("a", "1", time.Hour))
			<-time.After(b.Timeout - time.Millisecond)
			if wait == 0 {
				Gateways{{b.Gateway}}.Delete(groupOf("a"))
			}
			<-time.After(wait)
			if wait != 0 {
				Gateways{{b.Gateway}}.Delete(groupOf("a"))
			}
			b.drain(t)
			<-time.After(time.Minute)
			synctest.Wait()
			if l.stored["/metrics/job/test/instance/a"] {
				t.Error("the group is there, want it gone")
			}
			if got := fmt.Sprint(l.calls); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
			if len(b.Groups()) != 0 {
				t.Errorf("got %v, want no groups", b.Groups())
			}
		})
	}
	check(9*time.Second, map[int]bool{0: true}, 0, "[PUT DELETE DELETE]")
	check(9*time.Second, nil, 0, "[PUT DELETE]")
	check(9*time.Second, map[int]bool{0: true, 1: true}, 0, "[PUT DELETE DELETE]") // by then its time was over
	check(9*time.Second, map[int]bool{0: true}, time.Hour, "[PUT PUT DELETE]")     // the retry of the PUT was answered
}

// TestHurryShortensTheSecondDelete: the end of the program comes first.
func TestHurryShortensTheSecondDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lateGateway{late: time.Hour, hangs: map[int]bool{0: true}, stored: make(map[string]bool)}
		b := newRetrying(t, l)
		b.run(t)
		b.offer(cyclic("a", "1", time.Hour))
		<-time.After(b.Timeout - time.Millisecond)
		Gateways{{b.Gateway}}.Delete(groupOf("a"))
		b.Hurry()
		start := time.Now()
		b.drain(t)
		wantBetween(t, "end", time.Since(start), 0, 2*defaultMinBackoff+time.Millisecond) // that of the PUT, and two waits
	})
}

func TestIsUnanswered(t *testing.T) {
	for _, test := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{&StatusError{Code: 503}, false},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, false},
		{&net.DNSError{}, false},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, true},
		{context.DeadlineExceeded, true},
		{errPendingBytes, false},
	} {
		if got := isUnanswered(test.err); got != test.want {
			t.Errorf("%v: got %v, want %v", test.err, got, test.want)
		}
	}
}

// A DELETE that a gateway refuses, as it refuses all, is not tried again where
// the group has come back meanwhile: what is older must not follow.
func TestDeleteIsNotTriedAgainAfterWhatIsNewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second, answer: codes(401, 202)}
		b := newRetrying(t, &f)
		b.run(t)
		Gateways{{b.Gateway}}.Delete(groupOf("a"))
		synctest.Wait()
		b.skip(groupOf("a"), &downError{})
		b.drain(t)
		wantSent(t, &f, "DELETE")
	})
}
