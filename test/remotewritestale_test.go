package test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

// lookback is how long a query finds a series that nobody marked as stale. What
// goes earlier went by its marker.
const lookback = 5 * time.Minute

// TestRemoteWriteStaleness: a series that goes, a target that fails, one that
// leaves: queries find it no more at once, and its end is where it was.
func TestRemoteWriteStaleness(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s store) {
		began := time.Now()
		series := startScripted(t, exposition("stays 1\ngoes 1\n"))
		fails, leaves := startScripted(t, exposition("stays 2\n")), startScripted(t, exposition("stays 3\n"))
		text := func(targets ...*scripted) string {
			var list strings.Builder
			for _, target := range targets {
				name := map[*scripted]string{series: "series", fails: "fails", leaves: "leaves"}[target]
				fmt.Fprintf(&list, "static_config {\n targets = [%q]\n labels = { instance = %q }\n}\n", target.address(), name)
			}
			return fmt.Sprintf("global { scrape_interval = \"500ms\" }\n%s\njob \"app\" {\n%s}\n", s.hcl(), list.String())
		}
		file := config(t, "%s", text(series, fails, leaves))
		ferry := run(t, file)
		s.indexed(t, 4+3*len(reportNames)+3)
		eventually(t, "all", func() error {
			return errors.Join(
				s.finds(`sum by (instance) ({__name__=~"stays|goes"})`, seriesSet{`{instance="series"}`: 2, `{instance="fails"}`: 2, `{instance="leaves"}`: 3}),
				s.finds(`sum(up)`, seriesSet{"": 3}),
				s.finds(`count(count_over_time(stays[1m]) > 5)`, seriesSet{"": 3})) // so that each is there for more than a second
		})
		changing := time.Now()
		series.answer.Store(exposition("stays 1\n"))
		fails.answer.Store(status(http.StatusInternalServerError, "no"))
		rewrite(t, file, "%s", text(series, fails))
		ferry.reload(t)
		eventually(t, "what is left", func() error {
			return errors.Join(
				s.finds(`sum by (instance) ({__name__=~"stays|goes"})`, seriesSet{`{instance="series"}`: 1}),
				s.finds(`sum by (instance) (up)`, seriesSet{`{instance="series"}`: 1, `{instance="fails"}`: 0}),
				s.finds(`count({instance="leaves"})`, nil))
		})
		found := time.Now()
		if took := found.Sub(began); took > lookback {
			t.Fatalf("took %v, so that nothing is shown", took)
		}
		for _, selector := range []string{`goes{instance="series"}`, `stays{instance="fails"}`, `stays{instance="leaves"}`, `up{instance="leaves"}`} {
			eventually(t, "end of "+selector, func() error { return s.endsWithin(selector, began, changing, found) })
		}
		ferry.terminate(t)
		eventually(t, "the end", func() error {
			return errors.Join(
				s.finds(`count({__name__=~"stays|goes"})`, nil),
				s.finds(`sum by (instance) (up)`, seriesSet{`{instance="series"}`: 0, `{instance="fails"}`: 0}))
		})
	})
}

// endsWithin checks with a range query, a point a second, that a series was there
// until a moment, give or take a few scrapes, and not after another one.
func (s store) endsWithin(selector string, from, earliest, latest time.Time) error {
	var found struct {
		Result model.Matrix `json:"result"`
	}
	request := fmt.Sprintf("query_range?nocache=1&step=1&start=%d&end=%d&query=%s", from.Unix()-1, time.Now().Unix()+1, url.QueryEscape(selector))
	if err := s.read(request, &found); err != nil {
		return err
	}
	if len(found.Result) != 1 || len(found.Result[0].Values) == 0 {
		return fmt.Errorf("%d series, want 1: %v", len(found.Result), found.Result)
	}
	values := found.Result[0].Values
	const coarse = 4 * time.Second
	if last := values[len(values)-1].Timestamp.Time(); last.Before(earliest.Add(-coarse)) || last.After(latest.Add(coarse)) {
		return fmt.Errorf("its last point is at %s, want %s to %s", last.Format(time.TimeOnly), earliest.Format(time.TimeOnly), latest.Format(time.TimeOnly))
	}
	return nil
}

// TestRemoteWriteShutdownWays runs the endings of on_shutdown.
func TestRemoteWriteShutdownWays(t *testing.T) {
	t.Parallel()
	target := startScripted(t, exposition("value 4\n"))
	report := seriesSet{"scrape_samples_scraped": 0, "scrape_samples_post_metric_relabeling": 0, "scrape_series_added": 0, "up": 0}
	for way, want := range map[string]seriesSet{
		"mark_down": report, "delete": {},
		"keep": {"value": 4, "up": 1, "scrape_samples_scraped": 1, "scrape_samples_post_metric_relabeling": 1, "scrape_series_added": 0},
	} {
		receiver := startRecording(t)
		ferry := run(t, config(t, `
			global {
				scrape_interval = "2s" # which the last scrape may take
				on_shutdown     = %q
			}
			remote_write "store" {
				url = %q
				%s
			}
			job "app" {
				targets  = [%q]
				instance = "i"
			}
		`, way, receiver.URL, soon, target.address()))
		eventually(t, way+": scrapes", func() error { return receiver.atLeast(inApp("value"), 2) })
		ferry.terminate(t)
		got := receiver.newest()
		delete(got, inApp("scrape_duration_seconds"))
		if err := same(got, ofApp(want)); err != nil {
			t.Errorf("%s: %v", way, err)
		}
		if err := receiver.inOrder(never); err != nil {
			t.Errorf("%s: %v", way, err)
		}
	}
}

// TestRemoteWriteOnce: `once` marks nothing as stale, and its exit code tells
// whether all was stored.
func TestRemoteWriteOnce(t *testing.T) {
	t.Parallel()
	receiver := startRecording(t)
	target := startScripted(t, exposition(goodText))
	file := writeConfig(t, receiver.URL, leisurely, soon, target)
	once(t, file).mustBeSilent(t)
	if err := receiver.holds(ofApp(goodSeries)); err != nil {
		t.Error(err)
	}
	receiver.answer.Store(status(http.StatusBadRequest, "no such tenant"))
	if r := once(t, file); r.code != 1 || !strings.Contains(r.stderr, "no such tenant") {
		t.Errorf("refused: exit code %d, want 1 and the reason: %s", r.code, r.stderr)
	}
	receiver.leave()
	if r := once(t, file, "--timeout=2s"); r.code != 1 || !strings.Contains(r.stderr, "connection refused") {
		t.Errorf("away: exit code %d, want 1 and the reason: %s", r.code, r.stderr)
	}
}
