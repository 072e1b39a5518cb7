package pushtest

import (
	"cmp"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
)

// Count returns the sum of a metric over the series that have the label value,
// or over all where it is "". Of a histogram it counts the observations.
func Count(t testing.TB, from prometheus.Gatherer, metric, value string) (sum float64) {
	t.Helper()
	for _, f := range gather(t, from) {
		if f.GetName() != metric {
			continue
		}
		for _, m := range f.GetMetric() {
			if has(m, value) {
				sum += cmp.Or(m.GetCounter().GetValue(), m.GetGauge().GetValue(), float64(m.GetHistogram().GetSampleCount()))
			}
		}
	}
	return sum
}

func has(m *dto.Metric, value string) bool {
	found := value == ""
	for _, l := range m.GetLabel() {
		found = found || l.GetValue() == value
	}
	return found
}

// WantCount checks a metric, as Count has it.
func WantCount(t testing.TB, from prometheus.Gatherer, metric, value string, want float64) {
	t.Helper()
	if got := Count(t, from, metric, value); got != want {
		t.Errorf("%s{%s}: got %v, want %v", metric, value, got, want)
	}
}

// Series counts those of each metric.
func Series(t testing.TB, from prometheus.Gatherer) map[string]int {
	t.Helper()
	count := make(map[string]int)
	for _, f := range gather(t, from) {
		count[f.GetName()] = len(f.GetMetric())
	}
	return count
}

// WantClean checks that the linter of client_golang finds nothing.
func WantClean(t testing.TB, from prometheus.Gatherer) {
	t.Helper()
	problems, err := promlint.NewWithMetricFamilies(gather(t, from)).Lint()
	if err != nil || len(problems) != 0 {
		t.Errorf("got %v, %v, want no problems", problems, err)
	}
}

func gather(t testing.TB, from prometheus.Gatherer) []*dto.MetricFamily {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}
