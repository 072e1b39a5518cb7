package push

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/promferry/promferry/push/internal/pushtest"
	"github.com/promferry/promferry/transport"
)

func TestMetricsAreClean(t *testing.T) {
	registry := prometheus.NewRegistry()
	m := NewMetrics(registry, NewBudget(1))
	m.superseded(address{"gw", ""})
	m.dropped(address{"gw", ""}, dropShutdown)
	m.start(address{"gw", ""})
	m.clock(address{"gw", ""}, time.Second)
	m.retried(address{"gw", ""})
	m.done(Outcome{Gateway: "gw", Method: "PUT", Lag: 1})
	m.done(Outcome{Gateway: "gw", Method: "PUT", Err: errReportLost})
	if n := len(pushtest.Series(t, registry)); n != 16 {
		t.Errorf("got %d families, want 16", n)
	}
	pushtest.WantClean(t, registry)
}

// Each counter that an alert looks at is there before anything happens, and gone
// with its gateway.
func TestCountersBeginAtZero(t *testing.T) {
	b := newBench(t, nil)
	b.Metrics.start(b.address())
	for name, want := range map[string]int{
		"promferry_pushes_total":           3, // methods
		"promferry_pushes_dropped_total":   6, // reasons
		"promferry_families_refused_total": 3, // reasons
		"promferry_push_auth_errors_total": 1,
	} {
		if got := pushtest.Series(t, b.registry)[name]; got != want {
			t.Errorf("%s: got %d series, want %d", name, got, want)
		}
	}
	b.Metrics.Forget(b.Gateway)
	if got := pushtest.Series(t, b.registry); len(got) != 1 || got["promferry_pending_bytes"] != 1 {
		t.Errorf("without the gateway: got %v, want pending bytes only", got)
	}
}

// A gateway can answer any number: it must not make as many series.
func TestStatusReasonIsBounded(t *testing.T) {
	for code, want := range map[int]string{400: "400", 503: "503", 299: "unknown_status", 999: "unknown_status"} {
		if got := reason(&StatusError{Code: code}); got != want {
			t.Errorf("status %d: got reason %q, want %q", code, got, want)
		}
	}
}

func TestPendingBytesMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{})
		b.offer(put("a", "12345"))
		b.wantCount(t, "promferry_pending_bytes", "", 5)
		b.run(t)
		b.drain(t)
		b.wantCount(t, "promferry_pending_bytes", "", 0)
	})
}

// What fails on the way has the transport's word for it, and the next try comes
// soon: nobody has seen the body.
func TestReasonsOfTheWay(t *testing.T) {
	check := func(want transport.Reason, authErrors float64, ails string) {
		t.Helper()
		b := newBench(t, nil)
		err := fmt.Errorf("put: %w", &transport.Error{Reason: want, Err: context.DeadlineExceeded})
		b.Metrics.done(Outcome{Gateway: "gw", Err: err})
		b.wantCount(t, "promferry_push_errors_total", string(want), 1)
		b.wantCount(t, "promferry_push_auth_errors_total", "", authErrors)
		if got := classify(err); got != soon {
			t.Errorf("%s: got class %v, want soon", want, got)
		}
		if got := b.ails(err); got != ails {
			t.Errorf("%s: got %q, want %q", want, got, ails)
		}
	}
	check(transport.ReasonTLS, 0, noAnswer)
	check(transport.ReasonProxy, 0, noAnswer)
	check(transport.ReasonCredentials, 1, noSecret)
}

func TestRefusedFamiliesCountWhereReportIsLost(t *testing.T) {
	b := newBench(t, nil)
	b.Metrics.done(Outcome{Gateway: "gw", Method: "PUT", Retyped: 2, Refused: []string{"up"}, reasons: map[string]int{refusedType: 1}, Err: errReportLost})
	b.wantCount(t, "promferry_push_errors_total", "report_series", 1)
	b.wantCount(t, "promferry_families_refused_total", "type", 1)
	b.wantCount(t, "promferry_families_retyped_total", "", 2)
}
