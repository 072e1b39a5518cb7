package push

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestDrainTriesUntilTheEnd: a gateway that comes back in time gets all, at short
// distances whatever the waits were; one that does not leaves what Abandon names.
func TestDrainTriesUntilTheEnd(t *testing.T) {
	check := func(comesBack time.Duration, wantUnsent int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			f := fake{answer: func(int, sent) (int, string) {
				if time.Since(start) < comesBack {
					return []int{503, 404}[time.Since(start)/time.Second%2], ""
				}
				return 200, ""
			}}
			b := newRetrying(t, &f)
			b.MaxBackoff = time.Hour
			stop := b.run(t)
			<-time.After(time.Minute)
			for i := range 50 {
				b.offer(put(fmt.Sprint(i), "up 0"))
			}
			Gateways{{b.Gateway}}.Delete(groupOf("gone"))
			<-time.After(time.Minute)
			b.Hurry()
			ending, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if got := b.Drain(ending); got != wantUnsent {
				t.Errorf("got %d unsent, want %d", got, wantUnsent)
			}
			if comesBack < time.Hour {
				wantBetween(t, "end", time.Since(start), comesBack, comesBack+2*defaultMinBackoff)
			}
			stop()
			if got := len(b.Abandon()); got != wantUnsent {
				t.Errorf("got %d groups abandoned, want %d", got, wantUnsent)
			}
			b.wantCount(t, "promferry_pushes_dropped_total", "shutdown", float64(wantUnsent))
		})
	}
	check(125*time.Second, 0)
	check(10*time.Hour, 51)
}

// TestWaitsAreOnMonotonicTime (K3): a step of the wall clock moves none.
func TestWaitsAreOnMonotonicTime(t *testing.T) {
	b := newRetrying(t, &fake{answer: codes(503)})
	b.MinBackoff = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	b.OnDone = func(out Outcome) {
		if out.Group.Get("instance") == "2" {
			cancel()
		}
	}
	b.MaxConcurrentPushes = 1
	for i := range 3 {
		b.offer(put(fmt.Sprint(i), "x"))
	}
	b.Run(ctx)
	for _, at := range []time.Time{b.slots[groupOf("0").Key()].due, b.circuit.next} {
		if at.IsZero() || at == at.Round(0) {
			t.Errorf("%v has no monotonic reading", at)
		}
	}
}
