package push

import (
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

func TestMetricsAreClean(t *testing.T) {
	registry := prometheus.NewRegistry()
	m := NewMetrics(registry, NewBudget(1))
	m.superseded("gw")
	m.dropped("gw", dropShutdown)
	m.start("gw")
	m.retried("gw")
	m.done(Outcome{Gateway: "gw", Method: "PUT", Lag: 1})
	m.done(Outcome{Gateway: "gw", Method: "PUT", Err: errReportLost})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if len(families) != 15 {
		t.Errorf("got %d families, want 15", len(families))
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) != 0 {
		t.Errorf("got %v, %v, want no problems", problems, err)
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

func TestRefusedFamiliesCountWhereReportIsLost(t *testing.T) {
	b := newBench(t, nil)
	b.Metrics.done(Outcome{Gateway: "gw", Method: "PUT", Retyped: 2, Refused: []string{"up"}, reasons: map[string]int{refusedType: 1}, Err: errReportLost})
	b.wantCount(t, "promferry_push_errors_total", "report_series", 1)
	b.wantCount(t, "promferry_families_refused_total", "type", 1)
	b.wantCount(t, "promferry_families_retyped_total", "", 2)
}
