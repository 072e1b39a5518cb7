package push

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestOutageIsOneLine: a gateway that does not answer is told once, however
// many groups it has, and so is its return.
func TestOutageIsOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		b := newBench(t, roundTrip(func(*http.Request) (*http.Response, error) {
			if down {
				return nil, errors.New("no route")
			}
			return answer(200, ""), nil
		}))
		b.run(t)
		cycle := func() {
			for i := range 50 {
				b.offer(put(fmt.Sprint(i), "x 1"))
			}
			b.drain(t)
		}
		for range 3 {
			cycle()
		}
		b.wantLog(t, "gateway does not answer", 1)
		b.wantLog(t, "push failed", 0)
		down = false
		for range 3 {
			cycle()
		}
		b.wantLog(t, "gateway answers again", 1)
		b.wantLog(t, "push works again", 0)
	})
}

// TestEachOutageIsTold: whoever met the last one, and whatever became of it.
func TestEachOutageIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fails error
		code := 200
		b := newBench(t, roundTrip(func(*http.Request) (*http.Response, error) {
			if fails != nil {
				return nil, fails
			}
			return answer(code, ""), nil
		}))
		b.run(t)
		step := func(err error, with int, offer func()) {
			fails, code = err, with
			offer()
			b.drain(t)
			<-time.After(outageInterval)
		}
		away := errors.New("no route")
		step(nil, 200, func() { b.offer(put("gone", "x 1")) })
		step(away, 0, func() { Gateways{{b.Gateway}}.Delete(groupOf("gone")) })
		step(nil, 200, func() { b.offer(put("a", "x 1")) })
		step(away, 0, func() { b.offer(put("a", "x 1")) })
		step(nil, 400, func() { b.offer(put("a", "x 1")) })
		step(away, 0, func() { b.offer(put("a", "x 1")) })
		step(nil, 200, func() { b.offer(put("a", "x 1")) })
		b.wantLog(t, "gateway does not answer", 3)
		b.wantLog(t, "gateway answers again", 3)
		b.wantLog(t, "push failed", 1)
		b.wantLog(t, "push works again", 1)
	})
}

// TestDropsOfAnOutageAreNotTold one by one: they are counted.
func TestDropsOfAnOutageAreNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Hour}
		b := newBench(t, &f)
		b.Budget = NewBudget(100)
		b.run(t)
		for range 20 {
			for i := range 40 {
				b.offer(sized(fmt.Sprint(i), 20))
			}
			<-time.After(15 * time.Second)
		}
		if n := strings.Count(b.log.String(), "level=ERROR"); n > 45 { // the budget is spent before the gateway is known to be away
			t.Errorf("%d errors logged, want one for each group at most, and the outage's", n)
		}
	})
}

// TestFailedDeletesAreBounded: groups that come and go while the gateway is
// down leave no slots behind.
func TestFailedDeletesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }))
		b.run(t)
		for i := range maxLeaving + 100 {
			group := groupOf(fmt.Sprint(i))
			b.offer(put(fmt.Sprint(i), "x 1"))
			b.drain(t)
			Gateways{{b.Gateway}}.Delete(group)
			b.drain(t)
		}
		if n := len(b.Groups()); n != maxLeaving {
			t.Errorf("got %d slots, want the last %d", n, maxLeaving)
		}
	})
}

// TestGatewayThatDoesNotKeepUpIsTold once in a while, not for each body.
func TestGatewayThatDoesNotKeepUpIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: 8 * time.Second}
		b := newBench(t, &f)
		b.MaxConcurrentPushes = 1
		b.run(t)
		for range 20 {
			for i := range 4 {
				b.offer(put(fmt.Sprint(i), "x"))
			}
			<-time.After(5 * time.Second)
		}
		b.wantLog(t, "gateway does not keep up", 1)
		b.drain(t)
	})
}

func TestPanicIsAFailedPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, roundTrip(func(*http.Request) (*http.Response, error) { panic("torn") }))
		b.run(t)
		b.offer(put("a", "x 1"))
		b.drain(t)
		if err := b.Group(groupOf("a")).LastError; err == nil || !strings.Contains(err.Error(), "panic: torn") {
			t.Errorf("got %v, want the panic", err)
		}
		b.wantCount(t, "promferry_push_errors_total", "panic", 1)
	})
}

// TestPartThatFitsGoesWithoutTheRest: up 0 of a failed scrape is not lost
// because the body that it would be merged with leaves no room.
func TestPartThatFitsGoesWithoutTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		b := newBench(t, &f)
		b.Budget = NewBudget(40)
		whole := "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n"
		b.offer(&request{group: groupOf("a"), method: http.MethodPut, body: bodyOf(whole, 2)})
		b.offer(&request{group: groupOf("a"), method: http.MethodPost, body: bodyOf("# TYPE up gauge\nup 0\n", 1)})
		b.run(t)
		b.drain(t)
		wantSent(t, &f, "POST # TYPE up gauge\nup 0")
	})
}

// TestSkippedAfterAnOutageIsNoFailure: a scrape that began during an outage may
// end after it, and find nothing that was encoded for the gateway.
func TestSkippedAfterAnOutageIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 2)
		c.run(t)
		c.set(true)
		c.cycles(4 * c.interval)
		synctest.Wait()
		why := c.isDown(Origin{groupOf("late"), c.interval})
		if why == nil {
			t.Fatal("got a gateway that is up, want one that is down")
		}
		c.set(false)
		c.cycles(4 * c.interval)
		c.drain(t)
		c.skip(groupOf("late"), why)
		c.wantLog(t, "push failed", 0)
	})
}
