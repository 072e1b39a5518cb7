package push

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/convert"
)

// runAlone sends until the gateway is finished.
func (b *bench) runAlone(t testing.TB) (ended <-chan struct{}) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Run(t.Context())
	}()
	return done
}

func (b *bench) offerDelete(instance string) {
	b.offer(&request{group: groupOf(instance), method: http.MethodDelete})
}

// What is under way ends, nothing else begins, and the heir sends the rest.
func TestHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := fake{takes: 5 * time.Second}, fake{}
		before, after := newBench(t, &first), newBench(t, &second)
		before.MaxConcurrentPushes, after.MaxConcurrentPushes = 1, 1
		after.Budget = before.Budget
		ended := before.runAlone(t)
		before.offer(put("a", "1"))
		synctest.Wait()
		before.offer(put("a", "2"))
		before.offer(put("b", "old"))
		before.offerDelete("c")
		before.offerDelete("d")
		after.offer(put("b", "new"))
		after.offer(put("d", "new"))
		before.Finish()
		start := time.Now()
		<-ended
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("Run returned %v later, want at the end of the request", took)
		}
		before.HandOver(after.Gateway)
		before.offerDelete("e") // by a target that takes its time to leave
		before.drain(t)
		after.run(t)
		after.drain(t)
		wantSent(t, &first, "PUT 1")
		got := map[string]bool{}
		for _, s := range second.requests {
			got[s.String()+" "+s.path[len("/metrics/job/test/instance/"):]] = true
		}
		for _, want := range []string{"PUT 2 a", "PUT new b", "DELETE c", "PUT new d", "DELETE e"} {
			if !got[want] {
				t.Errorf("the heir sent %v, want %q among it", got, want)
			}
		}
		if len(got) != 5 {
			t.Errorf("the heir sent %v, want 5 requests", got)
		}
		if used := before.Budget.Used(); used != 0 {
			t.Errorf("%d bytes are held at the end, want none", used)
		}
	})
}

// A part of a group that waits at the heir says nothing of the rest.
func TestHandOverJoinsAMerge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		before, after := newBench(t, nil), newBench(t, &f)
		batch := Gateways{{before.Gateway}}.Begin(Replace, Origin{})
		gauge("x", 1).AppendTo(batch, groupOf("a"))
		gauge("y", 1).AppendTo(batch, groupOf("a"))
		batch.Commit()
		batch = Gateways{{after.Gateway}}.Begin(Merge, Origin{})
		gauge("x", 2).AppendTo(batch, groupOf("a"))
		batch.Commit()
		before.HandOver(after.Gateway)
		after.run(t)
		after.drain(t)
		wantSent(t, &f, "PUT # TYPE x gauge\nx 2\n# TYPE y gauge\ny 1")
	})
}

func TestFinishBeforeRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		b := newBench(t, &f)
		b.offer(put("a", "1"))
		b.Finish()
		<-b.runAlone(t)
		wantSent(t, &f)
		wantWaiting(t, b.Gateway, "a")
	})
}

func TestForgetTakesTheSeriesOfAGateway(t *testing.T) {
	b := newBench(t, nil)
	for _, name := range []string{"gw", "other"} {
		b.Metrics.done(Outcome{Gateway: name, Method: http.MethodPut, Group: convert.Labels{}})
		b.Metrics.dropped(address{name, ""}, dropShutdown)
	}
	b.Metrics.Forget(b.Gateway)
	b.wantCount(t, "promferry_pushes_total", "", 1)
	b.wantCount(t, "promferry_pushes_dropped_total", "other", 1)
	b.wantCount(t, "promferry_push_duration_seconds", "gw", 0)
}

// The DELETE of a phantom is not overtaken, and none begins, where another
// gateway goes on with the groups.
func TestHandOverWaitsForAPhantom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before, after := newBench(t, nil), newBench(t, nil)
		before.mu.Lock()
		before.slot(groupOf("a"))
		before.slot(groupOf("b"))
		before.mu.Unlock()
		claimed := before.claim(groupOf("a"), time.Now())
		before.Finish()
		if before.claim(groupOf("b"), time.Now()) != nil {
			t.Error("another phantom is to be deleted")
		}
		start := time.Now()
		go func() {
			<-time.After(3 * time.Second)
			before.unclaim(claimed)
		}()
		before.HandOver(after.Gateway)
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("HandOver took %v, want the end of the DELETE", took)
		}
	})
}

// A body that the budget took away just before it was handed over is the heir's
// by now: the budget can take it from nobody but that one.
func TestHandOverOfWhatGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		before, after := newBench(t, nil), newBench(t, &f)
		after.Budget = before.Budget
		before.offer(put("a", "1"))
		evicted := before.Budget.resize(0) // its dropped is yet to be called
		before.Budget.Resize(1 << 20)
		before.HandOver(after.Gateway)
		tellEvicted(evicted)
		after.run(t)
		after.drain(t)
		wantSent(t, &f, "PUT 1")
		before.wantCount(t, "promferry_pushes_dropped_total", "", 0)
	})
}

// What a batch leaves out for a gateway that is down takes the place of what the
// heir got from it.
func TestHandOverDuringABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		before, after := newBench(t, nil), newBench(t, &f)
		before.offer(put("a", "older"))
		before.HandOver(after.Gateway)
		before.skip(groupOf("a"), &downError{})
		after.run(t)
		after.drain(t)
		wantSent(t, &f)
		after.wantCount(t, "promferry_pushes_dropped_total", dropGatewayDown, 2)
	})
}

// A request that the old gateway got no answer to, and whose group has had another
// since, may undo a DELETE that the heir sends: it is said once more.
func TestHandOverOfWhatMayComeLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first, second fake
		first.first, first.takes = 11*time.Second, time.Second
		before, after := newRetrying(t, &first), newRetrying(t, &second)
		ended := before.runAlone(t)
		before.offer(cyclic("a", "1", time.Minute))
		<-time.After(before.Timeout)
		before.offer(cyclic("a", "2", time.Minute))
		before.drain(t)
		before.Finish()
		<-ended
		before.HandOver(after.Gateway)
		wantSent(t, &first, "PUT 1", "PUT 2")
		after.run(t)
		after.offerDelete("a")
		after.drain(t)
		wantSent(t, &second, "DELETE", "DELETE")
	})
}

// Drain of the old gateway does not return before the heir has all.
func TestDrainWaitsForTheHandOver(t *testing.T) {
	before, after := newBench(t, nil), newBench(t, nil)
	before.offer(put("a", "1"))
	after.mu.Lock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		before.HandOver(after.Gateway)
	}()
	eventually(t, "hand over", func() bool {
		before.mu.Lock()
		defer before.mu.Unlock()
		return before.succession.heir != nil
	})
	before.mu.Lock()
	busy := before.busy()
	before.mu.Unlock()
	after.mu.Unlock()
	<-done
	if busy == 0 {
		t.Error("the old gateway had nothing to do any more")
	}
	if n := before.Drain(t.Context()); n != 0 {
		t.Errorf("got %d unsent, want 0", n)
	}
	wantWaiting(t, after.Gateway, "a")
}
