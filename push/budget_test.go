package push

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

// sized returns a request of n bytes.
func sized(instance string, n int) *request { return put(instance, strings.Repeat("x", n)) }

// wantWaiting checks which groups, by instance, still wait.
func wantWaiting(t testing.TB, g *Gateway, want string) {
	t.Helper()
	got := ""
	for _, s := range g.Groups() {
		if s.Waiting {
			got += s.Group.Get("instance")
		}
	}
	if got != want {
		t.Errorf("waiting: got %q, want %q", got, want)
	}
}

func TestBudgetDropsOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		b := newBench(t, &f)
		b.Budget = NewBudget(100)
		for _, s := range []string{"a", "b", "c"} {
			b.offer(sized(s, 40))
		}
		wantWaiting(t, b.Gateway, "bc")
		if got := b.Budget.Used(); got != 80 {
			t.Errorf("got %d bytes, want 80", got)
		}
		if err := b.Group(groupOf("a")).LastError; !errors.Is(err, errPendingBytes) {
			t.Errorf("got %v, want %v", err, errPendingBytes)
		}
		b.wantCount(t, "promferry_pushes_dropped_total", "max_pending_bytes", 1)
		b.wantCount(t, "promferry_pushes_superseded_total", "", 0)
		b.wantLog(t, "max_pending_bytes", 1)
		b.run(t)
		b.drain(t)
		if got := len(f.requests); got != 2 || b.Budget.Used() != 0 {
			t.Errorf("got %d requests and %d bytes left, want 2 and 0", got, b.Budget.Used())
		}
	})
}

func TestBudgetDropsAsManyAsNeeded(t *testing.T) {
	b := newBench(t, nil)
	b.Budget = NewBudget(100)
	for _, s := range []string{"a", "b", "c", "d"} {
		b.offer(sized(s, 25))
	}
	b.offer(sized("e", 60))
	wantWaiting(t, b.Gateway, "de")
	b.wantCount(t, "promferry_pushes_dropped_total", "", 3)
}

func TestBudgetDropsAtAnyGateway(t *testing.T) {
	a, b := newBench(t, nil), newBench(t, nil)
	a.Budget = NewBudget(100)
	b.Budget = a.Budget
	a.offer(sized("a", 60))
	b.offer(sized("b", 60))
	wantWaiting(t, a.Gateway, "")
	wantWaiting(t, b.Gateway, "b")
	a.wantCount(t, "promferry_pushes_dropped_total", "", 1)
	b.wantCount(t, "promferry_pushes_dropped_total", "", 0)
}

func TestNewerBodyOfGroupDropsNoOther(t *testing.T) {
	b := newBench(t, nil)
	b.Budget = NewBudget(100)
	b.offer(sized("a", 50))
	b.offer(sized("b", 50))
	b.offer(sized("b", 50))
	wantWaiting(t, b.Gateway, "ab")
	b.wantCount(t, "promferry_pushes_dropped_total", "", 0)
	b.wantCount(t, "promferry_pushes_superseded_total", "", 1)
}

func TestBudgetNeverDropsDelete(t *testing.T) {
	b := newBench(t, nil)
	b.Budget = NewBudget(100)
	Gateways{{b.Gateway}}.Delete(groupOf("a"))
	b.offer(sized("b", 60))
	b.offer(sized("c", 60))
	wantWaiting(t, b.Gateway, "ac")
}

func TestBodyLargerThanBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		b := newBench(t, &f)
		b.Budget = NewBudget(100)
		b.offer(put("a", "small"))
		for range 3 {
			b.offer(sized("a", 101))
			b.offer(sized("b", 101))
		}
		if err := b.Group(groupOf("b")).LastError; !errors.Is(err, errTooLarge) {
			t.Errorf("got %v, want %v", err, errTooLarge)
		}
		b.wantCount(t, "promferry_pushes_dropped_total", "max_pending_bytes", 6)
		b.wantLog(t, "larger than max_pending_bytes", 2)
		wantWaiting(t, b.Gateway, "") // nor does the older one go out as if it were the newest
		b.run(t)
		b.offer(put("a", "small"))
		b.drain(t)
		wantSent(t, &f, "PUT small")
		b.wantLog(t, "push works again", 1)
	})
}

func TestEvictionOfWhatIsUnderWayDoesNothing(t *testing.T) {
	b := newBench(t, nil)
	b.offer(put("a", "1"))
	s, r := b.take(t.Context())
	b.evict(s, r)
	b.wantCount(t, "promferry_pushes_dropped_total", "", 0)
	if err := b.Group(groupOf("a")).LastError; err != nil {
		t.Errorf("got %v, want no error", err)
	}
	b.finish(t.Context(), s, r, Outcome{Group: r.group})
	wantWaiting(t, b.Gateway, "")
}

func TestResizeDropsTheOldest(t *testing.T) {
	b := newBench(t, nil)
	b.Budget = NewBudget(100)
	b.offer(sized("a", 30))
	b.offer(sized("b", 30))
	b.offer(sized("c", 30))
	b.Budget.Resize(70)
	wantWaiting(t, b.Gateway, "bc")
	b.wantCount(t, "promferry_pushes_dropped_total", "max_pending_bytes", 1)
	b.Budget.Resize(120)
	b.offer(sized("d", 60))
	wantWaiting(t, b.Gateway, "bcd")
}

// A body that gives way while it is under way may wait again before it is told.
func TestGivingWayLateLeavesNoBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: codes(503)}
		b := newRetrying(t, &f)
		b.offer(put("a", "1"))
		evicted := b.Budget.resize(0)
		b.Budget.Resize(1 << 20)
		stop := b.run(t)
		synctest.Wait()
		stop()
		tellEvicted(evicted)
		if used := b.Budget.Used(); used != 0 {
			t.Errorf("%d bytes are held, and nothing waits", used)
		}
		wantSent(t, &f, "PUT 1")
	})
}
