package remote

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/promferry/promferry/push/internal/pushtest"
)

// The metrics are there from the start, pass the linter, and go with the store.
func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		b := newSpooled(t, &fake{}, &on, testSpool, nil)
		stop := b.run(t)
		synctest.Wait()
		for metric, series := range map[string]int{
			"samples_total": 1, "samples_dropped_total": len(dropReasons), "requests_total": len(startCodes), "retries_total": 1, "bytes_total": 1,
			"pending_samples": 1, "up": 1, "spool_up": 1, "spool_max_bytes": 1, "spool_errors_total": len(operations),
		} {
			if got := pushtest.Series(t, b.registry)[prefix+metric]; got != series {
				t.Errorf("%s: got %d series at the start, want %d", metric, got, series)
			}
		}
		b.scrape("a", 2000)
		b.drain(t)
		stop()
		pushtest.WantClean(t, b.registry)
		b.wantCount(t, "lag_seconds", "", 1)
		b.wantCount(t, "last_success_timestamp_seconds", "", 946684800)
		b.options.Metrics.Forget("store")
		if left := pushtest.Series(t, b.registry); len(left) != 0 {
			t.Errorf("got %v after Forget, want nothing", left)
		}
	})
}

// A receiver can answer any number: it must not make as many series.
func TestCodesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{answer: func(n int, _ got) *http.Response { return says(200+n%800, "") }}, nil, nil)
		b.run(t)
		for range 2000 {
			b.scrape("a", 2000)
			synctest.Wait()
		}
		if got := pushtest.Series(t, b.registry)[prefix+"requests_total"]; got > 70 {
			t.Errorf("got %d series of codes, want no more than there are", got)
		}
	})
}
