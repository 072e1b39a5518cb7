package test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"
)

// TestReceiversTakeOldSamples holds what docs/remote-write.md says of how old the
// samples may be that a store takes, and of what else a refused one takes along.
func TestReceiversTakeOldSamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		start func() store
		takes bool
	}{
		{"prometheus", func() store { return startReceiver(t, "scrape_configs: []\n") }, false},
		{"prometheus with a window", func() store {
			return startReceiver(t, "storage: {tsdb: {out_of_order_time_window: 6h}}\n")
		}, true},
		{"victoria-metrics", func() store { return startVictoriaMetrics(t) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, now := c.start(), time.Now()
			s.mustTake(t, one("new", now))
			s.mustTake(t, one("old", now.Add(-55*time.Minute)))
			code, answer := s.send(t, one("beside", now), one("older", now.Add(-2*time.Hour)))
			want := http.StatusNoContent
			if !c.takes {
				want = http.StatusBadRequest
			}
			if code != want || !c.takes && !strings.Contains(answer, "out of bounds") {
				t.Errorf("a sample two hours old: status %d, want %d: %s", code, want, answer)
			}
			s.indexed(t, 1)
			if c.takes {
				eventually(t, "the old samples", func() error { return s.finds(`count_over_time(older[3h])`, seriesSet{"": 1}) })
			}
			eventually(t, "what stood beside", func() error {
				return s.finds(`count(beside)`, map[bool]seriesSet{true: {"": 1}, false: {}}[c.takes])
			})
		})
	}
}

// one is a series with a sample.
func one(name string, at time.Time) prompb.TimeSeries {
	return prompb.TimeSeries{
		Labels:  []prompb.Label{{Name: "__name__", Value: name}},
		Samples: []prompb.Sample{{Value: 1, Timestamp: at.UnixMilli()}},
	}
}

// send writes series as Prometheus does.
func (s store) send(t testing.TB, series ...prompb.TimeSeries) (code int, answer string) {
	t.Helper()
	request := prompb.WriteRequest{Timeseries: series}
	body, err := request.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return send(t, http.MethodPost, s.write, string(snappy.Encode(nil, body)), map[string]string{
		"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf", "X-Prometheus-Remote-Write-Version": "0.1.0",
	})
}

func (s store) mustTake(t testing.TB, series ...prompb.TimeSeries) {
	t.Helper()
	if code, answer := s.send(t, series...); code != http.StatusNoContent {
		t.Fatalf("status %d, want 204: %s", code, answer)
	}
}
