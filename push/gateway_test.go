package push

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/convert"
)

// wantSent checks what a fake gateway got.
func wantSent(t testing.TB, f *fake, want ...string) {
	t.Helper()
	if got := f.sent(); !slices.Equal(got, want) {
		t.Errorf("requests: got %q, want %q", got, want)
	}
}

func TestGatewaySendsNewestBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second}
		b := newBench(t, &f)
		b.run(t)
		b.offer(put("a", "1"))
		synctest.Wait()
		b.offer(put("a", "2"))
		b.offer(put("a", "3"))
		b.drain(t)
		wantSent(t, &f, "PUT 1", "PUT 3")
		b.wantCount(t, "promferry_pushes_superseded_total", "", 1)
		b.wantCount(t, "promferry_pushes_total", "PUT", 2)
		b.wantCount(t, "promferry_push_bytes_total", "", 2)
		b.wantCount(t, "promferry_push_duration_seconds", "", 2)
		b.wantCount(t, "promferry_pending_bytes", "", 0)
		b.wantCount(t, "promferry_push_last_success_timestamp_seconds", "", float64(time.Now().Unix()))
	})
}

func TestGatewaySendsOneRequestOfGroupAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second}
		b := newBench(t, &f)
		b.run(t)
		for range 5 {
			for i := range 10 {
				b.offer(put(fmt.Sprint(i), "x"))
			}
			<-time.After(300 * time.Millisecond)
		}
		b.drain(t)
		if f.doubled {
			t.Error("got two requests of one group at once, want one after the other")
		}
	})
}

func TestGatewayNeverOvertakesPutWithDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: 5 * time.Second}
		b := newBench(t, &f)
		b.run(t)
		b.offer(put("a", "1"))
		synctest.Wait()
		Gateways{{b.Gateway}}.Delete(groupOf("a"))
		synctest.Wait()
		wantSent(t, &f, "PUT 1")
		b.drain(t)
		wantSent(t, &f, "PUT 1", "DELETE")
		if f.doubled || len(b.Groups()) != 0 {
			t.Errorf("got doubled %v and groups %v, want false and none", f.doubled, b.Groups())
		}
	})
}

func TestGatewayKeepsStatusOfFailedDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(n int, _ sent) (int, string) { return []int{503, 202}[n], "" }}
		b := newBench(t, &f)
		b.run(t)
		Gateways{{b.Gateway}}.Delete(groupOf("a"))
		b.drain(t)
		if got := b.Group(groupOf("a")).LastError; got == nil {
			t.Error("got no error, want one")
		}
		Gateways{{b.Gateway}}.Delete(groupOf("a"))
		b.drain(t)
		if got := b.Groups(); len(got) != 0 {
			t.Errorf("got %v, want no groups", got)
		}
	})
}

func TestGatewayBoundsRequestsUnderWay(t *testing.T) {
	for _, limit := range []int{0, 1, 3} {
		synctest.Test(t, func(t *testing.T) {
			f := fake{takes: time.Second}
			b := newBench(t, &f)
			b.MaxConcurrentPushes = limit
			for i := range 12 {
				b.offer(put(fmt.Sprint(i), "x"))
			}
			b.run(t)
			b.drain(t)
			limit = max(limit, 1)
			if f.most != limit || len(f.requests) != 12 {
				t.Errorf("got %d of %d requests at once, want %d of 12", f.most, len(f.requests), limit)
			}
		})
	}
}

func TestGatewaySendsInOrderOfOffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		b := newBench(t, &f)
		b.MaxConcurrentPushes = 1
		for _, s := range []string{"c", "a", "b", "c"} {
			b.offer(put(s, s))
		}
		b.run(t)
		b.drain(t)
		wantSent(t, &f, "PUT c", "PUT a", "PUT b")
	})
}

func TestSlowGatewayDoesNotDelayAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, fast := fake{takes: time.Hour}, fake{}
		a, b := newBench(t, &slow), newBench(t, &fast)
		a.Budget = b.Budget
		a.run(t)
		b.run(t)
		start := time.Now()
		for i := range 20 {
			batch := Gateways{{a.Gateway}, {b.Gateway}}.Begin(Replace, Origin{})
			gauge("a", 1).AppendTo(batch, groupOf(fmt.Sprint(i)))
			batch.Commit()
		}
		b.drain(t)
		if took := time.Since(start); took != 0 || len(fast.requests) != 20 {
			t.Errorf("got %d requests in %v, want 20 at once", len(fast.requests), took)
		}
	})
}

func TestHangingGatewayTimesOut(t *testing.T) {
	for _, timeout := range []time.Duration{time.Millisecond, 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			f := fake{takes: time.Hour}
			b := newBench(t, &f)
			b.Timeout = timeout
			b.run(t)
			start := time.Now()
			b.offer(put("a", "1"))
			b.drain(t)
			if took := time.Since(start); took != timeout {
				t.Errorf("got an end after %v, want %v", took, timeout)
			}
			b.wantCount(t, "promferry_push_errors_total", "timeout", 1)
			if err := b.Group(groupOf("a")).LastError; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want a deadline", err)
			}
		})
	}
}

func TestDrainEndsAfterOnDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(int, sent) (int, string) { return 500, "" }}
		b := newBench(t, &f)
		told := false
		b.OnDone = func(out Outcome) {
			if status := b.Group(out.Group); status.LastError != out.Err || out.Err == nil {
				t.Errorf("status in OnDone: got %v, want %v", status.LastError, out.Err)
			}
			b.wantCount(t, "promferry_push_errors_total", "500", 1)
			<-time.After(time.Second)
			told = true
		}
		b.run(t)
		b.offer(put("a", "1"))
		b.drain(t)
		if !told {
			t.Error("Drain returned before OnDone")
		}
	})
}

func TestOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second}
		b := newBench(t, &f)
		var got []Outcome
		b.OnDone = func(out Outcome) { got = append(got, out) }
		b.run(t)
		b.offer(&request{group: groupOf("a"), method: http.MethodPost, body: bodyOf("12", 3)})
		b.drain(t)
		want := []Outcome{{Gateway: "gw", Group: groupOf("a"), Method: "POST", Path: "/metrics/job/test/instance/a", Series: 3, Bytes: 2, Took: time.Second}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestDrainReturnsWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: 4 * time.Second}
		b := newBench(t, &f)
		b.MaxConcurrentPushes = 1
		b.run(t)
		for _, s := range []string{"a", "b", "c"} {
			b.offer(put(s, s))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if got := b.Drain(ctx); got != 2 {
			t.Errorf("got %d unsent, want 2", got)
		}
		b.drain(t)
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Hour}
		b := newBench(t, &f)
		b.MaxConcurrentPushes = 1
		start := time.Now()
		stop := b.run(t)
		b.offer(put("a", "1"))
		b.offer(put("b", "1"))
		b.offer(put("c", "1"))
		b.offer(put("c", "2"))
		synctest.Wait()
		stop()
		if took := time.Since(start); took != 0 {
			t.Errorf("got an end of Run after %v, want at once", took)
		}
		wantSent(t, &f, "PUT 1")
		for _, s := range b.Groups() {
			if !s.Waiting {
				t.Errorf("%v: got not waiting, want waiting", s.Group)
			}
		}
		if got := len(b.Abandon()); got != 3 {
			t.Errorf("got %d groups abandoned, want 3", got)
		}
		b.wantCount(t, "promferry_pushes_dropped_total", "shutdown", 3)
		b.wantCount(t, "promferry_push_errors_total", "canceled", 1)
		b.wantLog(t, "push failed", 0)
	})
}

func TestRunSendsWhatAnEarlierRunLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{takes: time.Second}
		b := newBench(t, &f)
		stop := b.run(t)
		b.offer(put("a", "1"))
		synctest.Wait()
		stop()
		b.run(t)
		b.drain(t)
		wantSent(t, &f, "PUT 1", "PUT 1")
		b.Abandon()
		b.wantCount(t, "promferry_pushes_dropped_total", "", 0)
	})
}

func TestGatewayWorksWithoutMetricsAndLogger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(n int, _ sent) (int, string) { return []int{500, 200}[n%2], "" }}
		g := &Gateway{Name: "gw", URL: &url.URL{Scheme: "http", Host: "h"}, Transport: &f, Budget: NewBudget(10)}
		b := &bench{Gateway: g}
		b.run(t)
		for range 2 {
			g.offer(put("a", "1"))
			g.offer(put("a", "1"))
			g.offer(put("b", "larger than the budget"))
			b.drain(t)
		}
		g.offer(put("a", "1"))
		g.Abandon()
		b.drain(t)
	})
}

// TestGatewayUnderLoad offers from many goroutines, with a budget for few
// bodies: each body is sent, superseded or dropped, and counted once.
func TestGatewayUnderLoad(t *testing.T) {
	const offerers, rounds, groups = 8, 200, 10
	f := roundTrip(func(*http.Request) (*http.Response, error) { return answer(http.StatusOK, ""), nil })
	a, b := newBench(t, f), newBench(t, f)
	budget := NewBudget(50)
	a.Budget, b.Budget = budget, budget
	a.run(t)
	b.run(t)
	var wait sync.WaitGroup
	for n := range offerers {
		wait.Go(func() {
			for i := range rounds {
				for _, g := range []*bench{a, b} {
					g.offer(put(fmt.Sprint((n+i)%groups), strings.Repeat("x", 1+(i+n)%60)))
				}
			}
		})
	}
	wait.Wait()
	a.drain(t)
	b.drain(t)
	for _, g := range []*bench{a, b} {
		sum := 0.0
		for _, metric := range []string{"promferry_pushes_total", "promferry_push_errors_total", "promferry_pushes_superseded_total", "promferry_pushes_dropped_total"} {
			sum += g.count(t, metric, "")
		}
		if sum != offerers*rounds {
			t.Errorf("got %v bodies counted, want %v", sum, offerers*rounds)
		}
	}
	if used := budget.Used(); used != 0 {
		t.Errorf("got %d bytes in use, want 0", used)
	}
}

// gauge returns a family of one series.
func gauge(name string, value float64) *convert.Family {
	return &convert.Family{Name: name, Type: convert.Gauge, Series: []convert.Series{{Name: name, Value: value}}}
}

func BenchmarkGatewayPush(b *testing.B) {
	body := "# TYPE a gauge\n" + strings.Repeat("a{b=\"c\"} 1\n", 1000)
	g := newBench(b, roundTrip(func(*http.Request) (*http.Response, error) { return answer(http.StatusOK, ""), nil }))
	g.run(b)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		g.offer(put("a", body))
		g.drain(b)
	}
}
