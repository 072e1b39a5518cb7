package relay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promferry/promferry/scrape"
)

func TestRunTicksOnce(t *testing.T) {
	inBubble(t, func(w *world) {
		source := &clocked{source: exposes("a 1\n")}
		start := time.Now()
		w.runFor(w.pool(w.target("i", source)), 5*time.Minute)
		if wait := source.begun[0].Sub(start); wait > 5*time.Second {
			t.Errorf("first scrape after %v, want at most 5s", wait)
		}
		for i, at := range source.begun[2:] {
			if gap := at.Sub(source.begun[i+1]); gap != 15*time.Second {
				t.Errorf("scrape %d came %v after the one before, want 15s", i+2, gap)
			}
		}
		if got := len(source.begun); got < 20 || got > 22 {
			t.Errorf("%d scrapes in 5m, want about 21", got)
		}
		if got, want := len(pushedTo(&w.requests)), len(source.begun); got != want {
			t.Errorf("%d pushes of %d scrapes", got, want)
		}
		if got := w.metric("promferry_scrapes_skipped_total"); got != 0 {
			t.Errorf("%v skipped ticks, want none", got)
		}
	})
}

func TestRunSkipsTicksOfASlowScrape(t *testing.T) {
	inBubble(t, func(w *world) {
		source := &clocked{source: deaf(35*time.Second, exposes("a 1\n"))}
		w.runFor(w.pool(w.target("i", source)), 10*time.Minute)
		for i, at := range source.begun[2:] {
			if gap := at.Sub(source.begun[i+1]); gap != 45*time.Second {
				t.Errorf("scrape %d came %v after the one before, want the third tick", i+2, gap)
			}
		}
		// The first gap is shorter or longer than the others by half an interval.
		want := 2 * float64(len(source.begun)-1)
		if got := w.metric("promferry_scrapes_skipped_total"); got < want-1 || got > want+3 {
			t.Errorf("%v skipped ticks counted, want about %v", got, want)
		}
	})
}

// H4, K2: a stopped machine makes up for nothing.
func TestRunAfterALongPause(t *testing.T) {
	inBubble(t, func(w *world) {
		quick := exposes("a 1\n")
		source := &clocked{source: inTurn(quick, quick, quick, deaf(10*time.Minute, quick), quick)}
		w.runFor(w.pool(w.target("i", source)), 12*time.Minute)
		resumed := source.begun[3].Add(10 * time.Minute)
		if wait := source.begun[4].Sub(resumed); wait <= 0 || wait > 15*time.Second {
			t.Errorf("first scrape %v after the pause, want the next tick", wait)
		}
		for i, at := range source.begun[1:] {
			if gap := at.Sub(source.begun[i]); i > 0 && gap%(15*time.Second) != 0 {
				t.Errorf("scrape %d came %v after the one before, off the grid", i+1, gap)
			}
			if gap := at.Sub(source.begun[i]); i > 3 && gap != 15*time.Second {
				t.Errorf("scrape %d came %v after the one before, want 15s", i+1, gap)
			}
		}
		if got := w.metric("promferry_scrapes_skipped_total"); got != 40 {
			t.Errorf("%v skipped ticks counted, want the 40 of 10m", got)
		}
	})
}

// P4, T2: a target that hangs takes one worker and nothing else.
func TestHangingTargetDelaysNoOther(t *testing.T) {
	inBubble(t, func(w *world) {
		var sources []*clocked
		targets := []*Target{w.target("bad", hangs)}
		for i := range 100 {
			source := &clocked{source: after(10*time.Millisecond, exposes("a 1\n"))}
			sources = append(sources, source)
			targets = append(targets, w.target(fmt.Sprintf("good-%d", i), source))
		}
		p := w.pool(targets...)
		start := time.Now()
		w.runFor(p, 5*time.Minute)
		for i, source := range sources {
			s := newSchedule(start, 15*time.Second, seed("host", targets[i+1]))
			for n, at := range source.begun {
				if late := at.Sub(s.next); late < 0 || late > 100*time.Millisecond {
					t.Fatalf("scrape %d of good target %d is %v late", n, i, late)
				}
				s.advance(s.next)
			}
			if len(source.begun) < 20 {
				t.Errorf("good target %d was scraped %d times in 5m", i, len(source.begun))
			}
		}
	})
}

// T40: far more targets hang than there are workers, and nobody knows which:
// the good ones are on time from their first scrape on.
func TestManyHangingTargetsLeaveWorkers(t *testing.T) {
	inBubble(t, func(w *world) {
		var targets []*Target
		for i := range 500 {
			targets = append(targets, w.target(fmt.Sprintf("bad-%d", i), hangs))
		}
		var sources []*clocked
		for i := range 20 {
			source := &clocked{source: after(10*time.Millisecond, exposes("a 1\n"))}
			sources = append(sources, source)
			targets = append(targets, w.target(fmt.Sprintf("good-%d", i), source))
		}
		start := time.Now()
		w.runFor(w.pool(targets...), 5*time.Minute)
		for i, source := range sources {
			s := newSchedule(start, 15*time.Second, seed("host", targets[500+i]))
			for n, at := range source.begun {
				if late := at.Sub(s.next); late < 0 || late > time.Second {
					t.Fatalf("scrape %d of good target %d is %v late", n, i, late)
				}
				s.advance(s.next)
			}
			if len(source.begun) < 19 {
				t.Errorf("good target %d was scraped %d times in 5m", i, len(source.begun))
			}
		}
	})
}

// An answer that begins and then stalls keeps its worker; targets that did so
// have half of the workers only.
func TestStallingTargetsLeaveWorkers(t *testing.T) {
	inBubble(t, func(w *world) {
		var targets []*Target
		for i := range 64 {
			targets = append(targets, w.target(fmt.Sprintf("bad-%d", i), stalls))
		}
		source := &clocked{source: after(10*time.Millisecond, exposes("a 1\n"))}
		targets = append(targets, w.target("good", source))
		known := time.Now().Add(64 * 10 * time.Second / 16).Add(15 * time.Second)
		w.runFor(w.pool(targets...), 10*time.Minute)
		for n, at := range source.begun[1:] {
			if before := source.begun[n]; before.After(known) && at.Sub(before).Round(100*time.Millisecond) != 15*time.Second {
				t.Fatalf("the good target was scraped %v after the last time, want 15s", at.Sub(before))
			}
		}
		if n := len(source.begun); n < 30 {
			t.Errorf("the good target was scraped %d times in 10m", n)
		}
	})
}

// stalls is a source whose answer begins at once and does not end.
var stalls = sourceFunc(func(ctx context.Context) (*scrape.Exposition, error) {
	return &scrape.Exposition{Body: stalled{ctx}, MediaType: scrape.MediaTypeText}, nil
})

type stalled struct{ ctx context.Context }

func (s stalled) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, &scrape.Error{Reason: scrape.ReasonTimeout, Err: context.Cause(s.ctx)}
}

func (s stalled) Close() error { return nil }

// A target that answers late still gets a worker for its answer, or says that
// there was none.
func TestLateAnswerWaitsForAWorker(t *testing.T) {
	inBubble(t, func(w *world) {
		late := w.target("late", after(5*time.Second, exposes("a 1\n")))
		blocker := w.target("blocker", after(time.Second, stalls))
		p := NewPool([]*Target{late, blocker}, Options{Workers: 1, Metrics: w.metrics})
		err := p.Once(w.Context())
		if err == nil || !strings.Contains(err.Error(), "scrape http://late/metrics: wait for a worker: ") {
			t.Errorf("got %v, want the late target to find no worker", err)
		}
		if got := w.metric("promferry_scrape_errors_total", "timeout"); got != 2 {
			t.Errorf("%v timeouts counted, want 2", got)
		}
	})
}

// T2, T4: a target that never answers costs its timeout, to the nanosecond.
func TestScrapeEndsAtItsTimeout(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", hangs))
		start := time.Now()
		if err := p.Once(w.Context()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want the deadline", err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %v, want 10s", took)
		}
		w.checkPushed("PUT /metrics/job/j/instance/i\n" + report(0, 10*time.Second, 0, 0))
		if got := w.metric("promferry_scrape_errors_total", "timeout"); got != 1 {
			t.Errorf("%v timeouts counted, want 1", got)
		}
	})
}

func TestRunWithoutTargets(t *testing.T) {
	inBubble(t, func(w *world) {
		w.runFor(w.pool(), time.Minute)
		w.once(w.pool())
	})
}

// H2: what was under way at the end of Run leaves nothing.
func TestRunEndsInTheMiddleOfAScrape(t *testing.T) {
	inBubble(t, func(w *world) {
		ctx, cancel := context.WithCancel(w.Context())
		began := make(chan struct{})
		source := sourceFunc(func(ctx context.Context) (*scrape.Exposition, error) {
			close(began)
			return hangs(ctx)
		})
		p := w.pool(w.target("i", source))
		go func() {
			<-began
			cancel()
		}()
		start := time.Now()
		p.Run(ctx)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("Run took %v, want no wait for the scrape", took)
		}
		w.checkPushed()
		if err := p.Retire(w.Context()); err != nil {
			t.Error(err)
		}
		w.checkPushed()
		if got := w.log.String(); got != "" {
			t.Errorf("logged of a scrape that the stop has ended: %s", got)
		}
		if n := w.metric("promferry_scrape_errors_total"); n != 0 {
			t.Error("a scrape that the stop has ended is counted as an error")
		}
		if got := w.metric("promferry_scrapes_in_flight"); got != 0 {
			t.Errorf("%v scrapes in flight at the end, want none", got)
		}
	})
}

func TestOnceReturnsTheErrorsOfAllTargets(t *testing.T) {
	inBubble(t, func(w *world) {
		err := w.pool(
			w.target("good", exposes("a 1\n")),
			w.target("gone", sourceFunc(refused)),
			w.target("bad", exposes("a\n")),
		).Once(w.Context())
		if err == nil {
			t.Fatal("got no error")
		}
		want := "scrape http://i/metrics: connection refused\n" +
			"parse http://bad/metrics: line 1, column 2: want a value, got \"\""
		if err.Error() != want {
			t.Errorf("got error\n%v\nwant\n%v", err, want)
		}
		if !errors.As(err, new(*scrape.Error)) {
			t.Error("the scrape's error is not in the chain")
		}
	})
}

func TestOnceWithinItsContext(t *testing.T) {
	inBubble(t, func(w *world) {
		ctx, cancel := context.WithTimeout(w.Context(), 3*time.Second)
		defer cancel()
		p := NewPool([]*Target{w.target("slow", stalls), w.target("late", exposes("a 1\n"))}, Options{Workers: 1})
		start := time.Now()
		err := p.Once(ctx)
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v, want 3s", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), `job "j", target http://late/metrics: not reached`) {
			t.Errorf("got error %v, want both targets in it", err)
		}
		w.checkPushed()
	})
}

// H13: a panic is one failed cycle.
func TestPanicIsAFailedScrape(t *testing.T) {
	inBubble(t, func(w *world) {
		panics := sourceFunc(func(context.Context) (*scrape.Exposition, error) { panic("out of cheese") })
		good := &clocked{source: exposes("a 1\n")}
		p := w.pool(w.target("bad", panics), w.target("good", good))
		ctx, cancel := context.WithTimeout(w.Context(), 10*time.Minute)
		defer cancel()
		p.Run(ctx)
		if len(good.begun) < 40 {
			t.Errorf("the other target was scraped %d times in 10m, want 40", len(good.begun))
		}
		down := "PUT /metrics/job/j/instance/bad\n" + report(0, 0, 0, 0)
		n := 0
		for _, pushed := range pushedTo(&w.requests) {
			if pushed == down {
				n++
			}
		}
		if n < 40 {
			t.Errorf("the target was marked down %d times, want each cycle", n)
		}
		if got := w.metric("promferry_scrape_errors_total", "panic"); got != float64(n) {
			t.Errorf("%v panics counted, want %d", got, n)
		}
		for _, text := range []string{"out of cheese", "defect", "pool_test.go", "target=http://bad/metrics"} {
			if got := w.log.count(text); got != 1 {
				t.Errorf("%q is logged %d times, want once: %s", text, got, &w.log)
			}
		}
		if err := p.Status()[0].Error; err == nil || err.Error() != "scrape http://bad/metrics: panic: out of cheese" {
			t.Errorf("got error %v", err)
		}
	})
}

// A state is logged when it changes, not at each scrape.
func TestLogsOncePerChange(t *testing.T) {
	inBubble(t, func(w *world) {
		good := exposes("a 1\n")
		p := w.pool(w.target("i", inTurn(good, refused, refused, hangs, good, good, refused, good)))
		for i, want := range []struct{ failed, works int }{{0, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 1}, {1, 1}, {2, 1}, {2, 2}} {
			_ = p.Once(w.Context())
			failed, works := w.log.count("scrape failed"), w.log.count("scrape works again")
			if failed != want.failed || works != want.works {
				t.Errorf("after scrape %d: failure logged %d times, want %d; recovery %d times, want %d",
					i+1, failed, want.failed, works, want.works)
			}
		}
		if got := w.log.count(`job=j target=http://i/metrics instance=i reason=connect err="scrape http://i/metrics: connection refused"`); got != 2 {
			t.Errorf("the failure is not told whole: %s", &w.log)
		}
	})
}

// What begins to be lost since its labels give it no group is logged once.
func TestLogsMisplacedSeriesOnce(t *testing.T) {
	inBubble(t, func(w *world) {
		good, lost := exposes("a 1\n"), exposes("a{instance=\"\"} 1\nb{instance=\"\"} 1\n")
		p := w.pool(w.honoring("i", good, lost, lost, refused, lost, good, lost))
		for i, want := range []int{0, 1, 1, 1, 1, 1, 2} {
			_ = p.Once(w.Context())
			if got := w.log.count("job=j target=http://i/metrics instance=i reason=empty_identity series=2"); got != want {
				t.Errorf("after scrape %d: logged %d times, want %d: %s", i+1, got, want, &w.log)
			}
		}
	})
}
