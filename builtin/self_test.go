package builtin

import (
	"context"
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/promferry/promferry/scrape"
)

func TestSelfWritesWhatIsGathered(t *testing.T) {
	registry := prometheus.NewRegistry()
	pushes := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pushes_total", Help: `Pushes, "all".`}, []string{"gateway"})
	registry.MustRegister(pushes)
	pushes.WithLabelValues(`a"b`).Add(3)

	got := scrapeText(t.Context(), t, Self{Gatherer: registry})
	want := "# HELP pushes_total Pushes, \"all\".\n# TYPE pushes_total counter\npushes_total{gateway=\"a\\\"b\"} 3\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	parse(t, got)
}

func TestSelfWithoutMetricsIsEmpty(t *testing.T) {
	empty := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		return []*dto.MetricFamily{gauge("none", "No series.")}, nil
	})
	if got := scrapeText(t.Context(), t, Self{Gatherer: empty}); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestSelfNeverWritesPart(t *testing.T) {
	partial := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		f := gauge("whole", "A whole family.")
		add(f, 1)
		return []*dto.MetricFamily{f}, errors.New("collector broke")
	})
	_, err := Self{Gatherer: partial}.Scrape(t.Context())
	checkError(t, err, scrape.ReasonCollect, "collect self: collector broke")
}

func TestSelfRefusesWhatCannotBeWritten(t *testing.T) {
	nameless := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		f := gauge("", "No name.")
		add(f, 1)
		return []*dto.MetricFamily{f}, nil
	})
	_, err := Self{Gatherer: nameless}.Scrape(t.Context())
	checkError(t, err, scrape.ReasonCollect, "collect self: encode")
}

func TestSelfEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Self{Gatherer: prometheus.NewRegistry()}.Scrape(ctx)
	checkError(t, err, scrape.ReasonCollect, "collect self: context canceled")
}
