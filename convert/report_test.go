package convert

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// families parses a batch as a gateway does.
func (b *textBatch) families(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(groupsText(b)))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// values are the series of a batch, as text.
func (b *textBatch) values(t *testing.T) map[string]float64 {
	t.Helper()
	values := make(map[string]float64)
	for _, f := range b.families(t) {
		for _, m := range f.Metric {
			labels := make(map[string]string)
			for _, l := range m.Label {
				labels[l.GetName()] = l.GetValue()
			}
			values[f.GetName()+LabelsOf(labels).String()] = m.GetGauge().GetValue()
		}
	}
	return values
}

func TestReport(t *testing.T) {
	c := &Converter{Target: oracleTarget}
	var batch textBatch
	c.Report(Report{Up: true, Duration: 1500 * time.Millisecond, Samples: 7, PostRelabel: 6}, &batch)
	want := map[string]float64{
		"up{}": 1, "scrape_duration_seconds{}": 1.5,
		"scrape_samples_scraped{}": 7, "scrape_samples_post_metric_relabeling{}": 6,
	}
	if diff := cmp.Diff(want, batch.values(t)); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
	for _, f := range batch.families(t) {
		if f.GetType() != dto.MetricType_GAUGE || f.GetHelp() == "" {
			t.Errorf("got %v, want a gauge with a help", f)
		}
	}
}

func TestIsReported(t *testing.T) {
	c := &Converter{Target: oracleTarget}
	var batch textBatch
	c.Report(Report{Up: true}, &batch)
	for _, f := range batch.families(t) {
		if !IsReported(f.GetName()) {
			t.Errorf("%s is not reported, though Report hands it over", f.GetName())
		}
	}
	for _, name := range []string{"", "a", "up_total", "scrape_series_added"} {
		if IsReported(name) {
			t.Errorf("%q is reported, though Report does not hand it over", name)
		}
	}
}

func TestReportOfAFailure(t *testing.T) {
	c := &Converter{Target: oracleTarget}
	var batch textBatch
	c.Report(Report{Samples: 3}, &batch)
	want := map[string]float64{
		"up{}": 0, "scrape_duration_seconds{}": 0,
		"scrape_samples_scraped{}": 3, "scrape_samples_post_metric_relabeling{}": 0,
	}
	if diff := cmp.Diff(want, batch.values(t)); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
}

// The body's own up{…} goes out with the report of its own scrape, once.
func TestReportForgetsTheScrapeBefore(t *testing.T) {
	c := &Converter{Target: oracleTarget}
	scrape := func(body string, up bool) map[string]float64 {
		t.Helper()
		var batch textBatch
		_, err := c.Convert(Input{Body: strings.NewReader(body)}, &batch)
		if (err == nil) != up {
			t.Fatalf("%q: got error %v", body, err)
		}
		batch = textBatch{}
		c.Report(Report{Up: up}, &batch)
		return batch.values(t)
	}
	check := func(step string, got map[string]float64, want bool) {
		t.Helper()
		if _, found := got[`up{x="y"}`]; found != want {
			t.Errorf("%s: up{x=\"y\"} is there: %v, want %v", step, found, want)
		}
	}
	check("with it", scrape("up{x=\"y\"} 1\n", true), true)
	var batch textBatch
	c.Report(Report{Up: true}, &batch)
	check("a second report", batch.values(t), false)
	check("without it", scrape("a 1\n", true), false)
	check("failed", scrape("up{x=\"y\"} 1\nrubbish\n", false), false)
	check("after a failure", scrape("a 1\n", true), false)
}

// An error of the body is the caller's own.
func TestConvertBodyError(t *testing.T) {
	broken := errors.New("connection reset")
	c := &Converter{Target: oracleTarget}
	var batch textBatch
	body := iotest.TimeoutReader(strings.NewReader("a 1\nb 2\n"))
	stats, err := c.Convert(Input{Body: body}, &batch)
	if !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("got error %v, want that of the body", err)
	}
	if stats.Bytes != 8 || stats.Samples != 0 {
		t.Errorf("got %d bytes and %d samples, want 8 and, as in Prometheus, 0", stats.Bytes, stats.Samples)
	}
	if _, err := c.Convert(Input{Body: iotest.ErrReader(broken)}, &batch); !errors.Is(err, broken) {
		t.Errorf("got error %v, want %v", err, broken)
	}
}
