package relay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"github.com/promferry/promferry/convert"
)

func TestMetricsCountCycles(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", inTurn(
			openMetrics("# TYPE c counter\nc_total 1 # {t=\"x\"} 1\nc_total{\"a.b\"=\"c\"} 1 5\npush_time_seconds 1\n# TYPE h histogram\nh_sum 1\n# EOF\n"),
			exposes("pushgateway_a 1\nb\n"),
			refused,
		)))
		for range 3 {
			_ = p.Once(w.Context())
		}
		for _, test := range []struct {
			name   string
			reason []string
			want   float64
		}{
			{"promferry_scrapes_total", nil, 3},
			{"promferry_scrape_errors_total", nil, 2},
			{"promferry_scrape_errors_total", []string{"parse"}, 1},
			{"promferry_scrape_errors_total", []string{"connect"}, 1},
			{"promferry_samples_scraped_total", nil, 5},
			{"promferry_series_dropped_total", nil, 1}, // not those of a failed scrape
			{"promferry_series_dropped_total", []string{"gateway_owned"}, 1},
			{"promferry_timestamps_stripped_total", nil, 1},
			{"promferry_exemplars_stripped_total", nil, 1},
			{"promferry_families_flattened_total", nil, 1},
			{"promferry_names_escaped_total", nil, 1},
			{"promferry_scrapes_skipped_total", nil, 0},
			{"promferry_scrapes_in_flight", nil, 0},
		} {
			if got := w.metric(test.name, test.reason...); got != test.want {
				t.Errorf("%s%v is %v, want %v", test.name, test.reason, got, test.want)
			}
		}
	})
}

// A cycle that the end of the program cuts off is none.
func TestMetricsOfTheDuration(t *testing.T) {
	inBubble(t, func(w *world) {
		slow := func(source sourceFunc) sourceFunc { return deaf(2*time.Second, source) }
		_ = w.pool(w.target("1", slow(exposes("a 1\n"))), w.target("2", slow(refused))).Once(w.Context())
		short, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		_ = w.pool(w.target("3", hangs)).Once(short)
		families, err := w.registry.Gather()
		if err != nil {
			w.Fatal(err)
		}
		of := slices.IndexFunc(families, func(f *dto.MetricFamily) bool { return f.GetName() == "promferry_cycle_duration_seconds" })
		if h := families[of].Metric[0].GetHistogram(); h.GetSampleCount() != 2 || h.GetSampleSum() != 4 {
			w.Errorf("got %d cycles of %v s together, want 2 of 4 s", h.GetSampleCount(), h.GetSampleSum())
		}
		if got := w.metric("promferry_scrapes_total"); got != 2 {
			w.Errorf("got %v scrapes that ended, want 2", got)
		}
	})
}

func TestMetricsInFlight(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("1", hangs), w.target("2", hangs))
		done := make(chan error)
		go func() { done <- p.Once(w.Context()) }()
		<-time.After(time.Second)
		if got := w.metric("promferry_scrapes_in_flight"); got != 2 {
			t.Errorf("%v scrapes in flight, want 2", got)
		}
		<-done
	})
}

func TestMetricsAreClean(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pool(w.target("i", inTurn(exposes("push_time_seconds 1\n"), refused)), w.target("slow", deaf(30*time.Second, exposes(""))))
		w.runFor(p, 2*time.Minute)
		families, err := w.registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		if len(families) != 12 {
			t.Errorf("%d families have a value, want all 12", len(families))
		}
		problems, err := promlint.NewWithMetricFamilies(families).Lint()
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range problems {
			t.Errorf("%s: %s", problem.Metric, problem.Text)
		}
	})
}

// An alert sees an increase of what was there before.
func TestMetricsBeginAtZero(t *testing.T) {
	inBubble(t, func(w *world) {
		w.pool(w.target("i", exposes("")))
		text := w.exposed()
		for _, reason := range convert.DropReasons() {
			if !strings.Contains(text, fmt.Sprintf(`value:"%s"`, reason)) {
				t.Errorf("nothing is there for series dropped as %s before the first scrape", reason)
			}
		}
		if !strings.Contains(text, "promferry_scrapes_skipped_total") {
			t.Errorf("nothing is there for skipped scrapes before the first one: %s", text)
		}
	})
}

func TestNilMetricsCountNothing(t *testing.T) {
	inBubble(t, func(w *world) {
		w.runFor(NewPool([]*Target{w.target("i", deaf(time.Minute, exposes("a 1\n")))}, Options{}), 5*time.Minute)
	})
}

func TestMetricsForget(t *testing.T) {
	inBubble(t, func(w *world) {
		other := w.target("o", sourceFunc(refused))
		other.Job = "other"
		_ = w.pool(w.target("i", exposes("a 1 5\n")), other, w.target("bad", sourceFunc(refused))).Once(w.Context())
		before := w.metric("promferry_scrapes_total")
		w.metrics.Forget("j")
		if got := w.metric("promferry_scrapes_total"); before != 3 || got != 1 {
			t.Errorf("%v scrapes counted, %v without the job, want 3 and 1", before, got)
		}
		if text := w.exposed(); strings.Contains(text, `value:"j"`) {
			t.Errorf("the job is still there: %s", text)
		}
	})
}

// exposed is all that the registry has, in the text format of protobuf.
func (w *world) exposed() string {
	w.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		w.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		b.WriteString(f.String())
	}
	return b.String()
}
