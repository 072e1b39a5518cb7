package test

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// An ownMetric is one of promferry's own, as docs/metrics.md has it.
type ownMetric struct {
	kind   string
	labels []string // sorted
}

// checkMetricsPage compares docs/metrics.md with what promferry serves, both
// ways, and lints that.
func (f *troubledFleet) checkMetricsPage(t *testing.T) {
	want := metricsPage(t)
	eventually(t, "all metrics of docs/metrics.md, as they are there, and no others", func() error {
		families, err := f.ferry.families()
		if err != nil {
			return err
		}
		if difference := cmp.Diff(want, kindsOf(families), cmp.AllowUnexported(ownMetric{})); difference != "" {
			return errors.New("docs/metrics.md (-) and /metrics (+): " + difference)
		}
		return nil
	})
	families, err := f.ferry.families()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("lint %s: %s", problem.Metric, problem.Text)
	}
	checkReasonsServed(t, families)
}

// foreignMetrics are those that libraries bring to every Go program.
var foreignMetrics = regexp.MustCompile(`^(go|process|promhttp)_`)

// families are its own metrics.
func (d daemon) families() ([]*dto.MetricFamily, error) {
	body, err := get(d.url + "/metrics")
	if err != nil {
		return nil, err
	}
	p := expfmt.NewTextParser(model.LegacyValidation)
	all, err := p.TextToMetricFamilies(bytes.NewReader(body))
	var own []*dto.MetricFamily
	for name, family := range all {
		if !foreignMetrics.MatchString(name) {
			own = append(own, family)
		}
	}
	return own, err
}

func kindsOf(families []*dto.MetricFamily) map[string]ownMetric {
	all := make(map[string]ownMetric, len(families))
	for _, f := range families {
		m := ownMetric{kind: strings.ToLower(f.GetType().String()), labels: []string{}}
		for _, l := range f.Metric[0].Label {
			m.labels = append(m.labels, l.GetName())
		}
		slices.Sort(m.labels)
		all[f.GetName()] = m
	}
	return all
}

// metricsPage reads the tables of metrics in docs/metrics.md.
func metricsPage(t testing.TB) map[string]ownMetric {
	t.Helper()
	row := regexp.MustCompile("(?m)^\\| `(promferry_[a-z_]+)` \\| ([a-z]+) \\|([^|]*)\\|")
	all := make(map[string]ownMetric)
	for _, m := range row.FindAllStringSubmatch(repoText(t, "docs/metrics.md"), -1) {
		labels := []string{}
		for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(m[3], -1) {
			labels = append(labels, name[1])
		}
		slices.Sort(labels)
		if _, twice := all[m[1]]; twice {
			t.Errorf("docs/metrics.md has %s twice", m[1])
		}
		all[m[1]] = ownMetric{m[2], labels}
	}
	return all
}

// reasonsPage reads the table of reasons of a metric in docs/metrics.md.
func reasonsPage(t testing.TB, metric string) (reasons []string) {
	t.Helper()
	_, section, _ := strings.Cut(repoText(t, "docs/metrics.md"), "\n### "+metric+"\n")
	section, _, _ = strings.Cut(section, "\n#")
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_0-9]+)`").FindAllStringSubmatch(section, -1) {
		reasons = append(reasons, m[1])
	}
	slices.Sort(reasons)
	return reasons
}

// checkReasonsServed looks for reasons that docs/metrics.md does not have.
func checkReasonsServed(t *testing.T, families []*dto.MetricFamily) {
	t.Helper()
	for _, f := range families {
		known := reasonsPage(t, f.GetName())
		for _, m := range f.Metric {
			for _, l := range m.Label {
				if _, err := strconv.Atoi(l.GetValue()); l.GetName() == "reason" && err != nil && !slices.Contains(known, l.GetValue()) {
					t.Errorf("docs/metrics.md does not have the reason %q of %s", l.GetValue(), f.GetName())
				}
			}
		}
	}
}

// TestReasonsOfMetricsPage compares the reasons in docs/metrics.md with the
// source, where they are constants, and what some functions return.
func TestReasonsOfMetricsPage(t *testing.T) {
	t.Parallel()
	sources := make(map[string]source)
	for _, pkg := range []string{"scrape", "convert", "push", "push/internal/answers", "push/remote", "relay", "transport", "cmd/promferry"} {
		sources[pkg] = parseSource(t, pkg)
	}
	way := sources["transport"].constants("Reason")
	limits := sources["convert"].firstFields("LimitError")
	answers := sources["push/internal/answers"]
	check := func(metric string, reasons ...[]string) {
		t.Helper()
		want := slices.Concat(reasons...)
		slices.Sort(want)
		if difference := cmp.Diff(slices.Compact(want), reasonsPage(t, metric)); difference != "" {
			t.Errorf("reasons of %s: source (-) and docs/metrics.md (+): %s", metric, difference)
		}
	}
	check("promferry_targets_refused", sources["cmd/promferry"].constants("refused"))
	check("promferry_scrape_errors_total", sources["scrape"].constants("Reason"), way, limits, sources["relay"].returned("reasonOf"))
	ofStores := []string{"future", "clock_back", "no_name"} // of what gateways take, too, there are two reasons more
	check("promferry_series_dropped_total", slices.DeleteFunc(sources["convert"].constants("Drop"), func(reason string) bool { return slices.Contains(ofStores, reason) }))
	check("promferry_remote_write_series_dropped_total", ofStores, []string{"duplicate", "report_series"})
	check("promferry_push_errors_total", []string{"400"}, way, sources["push"].returned("reason"), answers.returned("Reason"), answers.returned("StatusReason"))
	check("promferry_pushes_dropped_total", sources["push"].constants("drop"))
	check("promferry_families_refused_total", sources["push"].constants("refused"))
	check("promferry_remote_write_samples_dropped_total", sources["push/remote"].constants("Drop"))
}
