package remote

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A sink takes everything.
type sink struct{}

func (sink) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	r.Body.Close()
	return says(http.StatusNoContent, ""), nil
}

// BenchmarkStore is what one scrape costs from its encoded series until it is
// stored, without the network: of few targets that fill requests, and of many
// that share them.
func BenchmarkStore(b *testing.B) {
	for _, shape := range []struct{ targets, samples int }{{10, 2000}, {5000, 20}} {
		b.Run(fmt.Sprintf("%dx%d", shape.targets, shape.samples), func(b *testing.B) {
			s := New("store", nil, Settings{
				URL: &url.URL{Scheme: "http", Host: "receiver.example"}, Transport: sink{}, Timeout: time.Minute,
				Capacity: 1 << 30, MaxSamplesPerSend: 2000, BatchSendDeadline: 10 * time.Millisecond,
			}, Options{Metrics: NewMetrics(prometheus.NewRegistry())})
			bench := &bench{Store: s}
			stop := bench.run(b)
			var series [][]byte
			for i := range shape.samples {
				series = append(series, encode("host.example:9100", i, time.Now()))
			}
			b.ReportAllocs()
			round := 0
			for b.Loop() {
				round++
				for target := range shape.targets {
					batch := s.Begin(fmt.Sprint(target), time.UnixMilli(int64(round)))
					for _, encoded := range series {
						batch.Append(encoded, 1)
					}
					batch.Commit()
				}
			}
			bench.drain(b)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(round*shape.targets*shape.samples), "ns/sample")
			if got, want := s.Status().Samples, uint64(round*shape.targets*shape.samples); got != want {
				b.Errorf("got %d samples stored, want %d", got, want)
			}
			stop()
		})
	}
}
