package relay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promferry/promferry/push"
)

func TestEndings(t *testing.T) {
	for _, test := range []struct {
		ending Ending
		source sourceFunc // of the final scrape
		want   []string
	}{
		{"", refused, []string{put + report(0, 0, 0, 0), "DELETE /metrics/job/j/instance/other\n"}},
		{EndMarkDown, refused, []string{put + report(0, 0, 0, 0), "DELETE /metrics/job/j/instance/other\n"}},
		{EndDelete, refused, []string{del, "DELETE /metrics/job/j/instance/other\n"}},
		{EndKeep, exposes("a 2\nb{instance=\"other\"} 2\n"), []string{put + "a 2\n" + healthy(2), "PUT /metrics/job/j/instance/other\nb 2\n"}},
		{EndKeep, refused, []string{put + report(0, 0, 0, 0), "DELETE /metrics/job/j/instance/other\n"}},
	} {
		t.Run(string(test.ending), func(t *testing.T) {
			inBubble(t, func(w *world) {
				target := w.target("i", inTurn(exposes("a 1\nb{instance=\"other\"} 1\n"), test.source))
				target.HonorLabels = true
				target.OnShutdown = test.ending
				p := w.pool(target)
				w.once(p)
				w.checkPushed(put+"a 1\n"+healthy(2), "PUT /metrics/job/j/instance/other\nb 1\n")
				if err := p.Retire(w.Context()); err != nil {
					t.Error(err)
				}
				w.checkPushed(test.want...)
			})
		})
	}
}

// TestRetireKeepsWithinTheBudget: the last cycles go no faster than the gateway
// takes them, so none is dropped.
func TestRetireKeepsWithinTheBudget(t *testing.T) {
	inBubble(t, func(w *world) {
		const n, size = 100, 10 << 10
		w.gateway.Budget.Resize(n * size / 10)
		var targets []*Target
		for i := range n {
			target := w.target(fmt.Sprint(i), exposes("a{b=\""+strings.Repeat("x", size)+"\"} 1\n"))
			target.OnShutdown = EndKeep
			targets = append(targets, target)
		}
		p := NewPool(targets, Options{Workers: 4})
		w.runFor(p, time.Minute)
		w.requests.take()
		w.requests.takes = 50 * time.Millisecond
		if err := p.Retire(w.Context()); err != nil {
			t.Error(err)
		}
		if unsent := w.gateway.Drain(w.Context()); unsent != 0 {
			t.Errorf("got %d unsent, want 0", unsent)
		}
		if got := len(w.requests.take()); got != n {
			t.Errorf("got %d pushes, want one of each of %d targets", got, n)
		}
	})
}

// P4: the bodies of a gateway that hangs spend the budget, and another one gets
// its last states all the same.
func TestRetireBesideAGatewayThatHangs(t *testing.T) {
	inBubble(t, func(w *world) {
		const n = 40
		stuck := recorder{takes: time.Hour}
		hanging := w.newGateway("hanging", &stuck)
		var targets []*Target
		for i := range n {
			target := w.target(fmt.Sprint(i), exposes("a{b=\""+strings.Repeat("x", 100<<10)+"\"} 1\n"))
			target.OnShutdown = EndKeep
			target.Gateways = push.Gateways{{hanging}, {w.gateway}}
			targets = append(targets, target)
		}
		p := NewPool(targets, Options{Workers: 4})
		w.runFor(p, 30*time.Second)
		w.requests.take()
		ctx, cancel := context.WithTimeout(w.Context(), 10*time.Second)
		defer cancel()
		if err := p.Retire(ctx); err != nil {
			t.Error(err)
		}
		w.gateway.Drain(ctx)
		if got := len(w.requests.take()); got != n {
			t.Errorf("got %d pushes at the gateway that works, want %d", got, n)
		}
	})
}

// A gateway that is back before the end gets the last states of all targets,
// although it was down when they were made.
func TestRetireReachesAGatewayThatComesBack(t *testing.T) {
	inBubble(t, func(w *world) {
		const n = 20
		var targets []*Target
		for i := range n {
			target := w.target(fmt.Sprint(i), exposes("a 1\n"))
			target.OnShutdown = EndKeep
			targets = append(targets, target)
		}
		p := NewPool(targets, Options{Workers: 4})
		w.requests.down.Store(true)
		w.runFor(p, time.Minute)
		if err := p.Retire(w.Context()); err != nil {
			t.Error(err)
		}
		w.gateway.Hurry()
		time.AfterFunc(3*time.Second, func() { w.requests.down.Store(false) })
		ctx, cancel := context.WithTimeout(w.Context(), 10*time.Second)
		defer cancel()
		if unsent := w.gateway.Drain(ctx); unsent != 0 {
			t.Errorf("got %d unsent, want 0", unsent)
		}
		if got := len(w.requests.take()); got != n {
			t.Errorf("got %d pushes, want %d", got, n)
		}
	})
}

func TestEndingOfATargetThatWasNeverPushed(t *testing.T) {
	for _, ending := range []Ending{EndMarkDown, EndDelete, EndKeep} {
		inBubble(t, func(w *world) {
			target := w.target("i", exposes("a 1\n"))
			target.OnShutdown = ending
			ctx, cancel := context.WithCancel(w.Context())
			cancel()
			for _, ctx := range []context.Context{w.Context(), ctx} {
				if err := w.pool(target).Retire(ctx); err != nil {
					t.Errorf("%s: %v", ending, err)
				}
			}
			w.checkPushed()
		})
	}
}

// P10: Retire ends with its context, and names what it did not reach. The last
// scrape of a target that is cut short so pushes nothing.
func TestRetireWithinItsContext(t *testing.T) {
	inBubble(t, func(w *world) {
		var targets []*Target
		for _, instance := range []string{"1", "2", "3"} {
			target := w.target(instance, inTurn(exposes("a 1\n"), stalls))
			target.OnShutdown = EndKeep
			targets = append(targets, target)
		}
		p := NewPool(targets, Options{Workers: 2, Metrics: w.metrics})
		w.once(p)
		pushedTo(&w.requests)
		ctx, cancel := context.WithTimeout(w.Context(), 4*time.Second)
		defer cancel()
		start := time.Now()
		err := p.Retire(ctx)
		if took := time.Since(start); took != 4*time.Second {
			t.Errorf("took %v, want 4s", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(errorText(err), "not reached") {
			t.Errorf("got error %v", err)
		}
		if n := strings.Count(errorText(err), "\n") + 1; n != 3 {
			t.Errorf("%d targets in the error, want all 3: %v", n, err)
		}
		w.checkPushed()
	})
}

// What needs no scrape waits for none: targets that stall do not keep others
// from being marked down.
func TestRetireMarksDownBesideStallingTargets(t *testing.T) {
	inBubble(t, func(w *world) {
		var targets []*Target
		for i := range 3 {
			target := w.target(fmt.Sprint("stalls-", i), inTurn(exposes("a 1\n"), stalls))
			target.OnShutdown = EndKeep
			target.hangs = true
			targets = append(targets, target)
		}
		targets = append(targets, w.target("good", exposes("a 1\n")))
		p := NewPool(targets, Options{Workers: 2, Metrics: w.metrics})
		w.once(p)
		pushedTo(&w.requests)
		ctx, cancel := context.WithTimeout(w.Context(), 4*time.Second)
		defer cancel()
		_ = p.Retire(ctx)
		w.checkPushed("PUT /metrics/job/j/instance/good\n" + report(0, 0, 0, 0))
	})
}
