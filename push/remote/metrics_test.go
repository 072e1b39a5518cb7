package remote

import (
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

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

// What waits is shown as long as it waits, and a request that is slow as slow.
func TestMetricsOfABacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		down := true
		f := &fake{takes: 2 * time.Second, answer: func(int, got) *http.Response { return whether(down) }}
		b := newSpooled(t, f, &on, testSpool, nil)
		b.Open()
		b.run(t)
		time.Sleep(time.Second)
		oldest := time.Now()
		b.scrape("a", 100)
		time.Sleep(time.Second)
		b.scrape("a", 100)
		time.Sleep(time.Minute)
		b.wantCount(t, "up", "", 0)
		b.wantCount(t, "pending_samples", "", 200)
		b.wantCount(t, "pending_oldest_timestamp_seconds", "", float64(oldest.Unix()))
		b.wantCount(t, "spool_pending_samples", "", 200)
		b.wantCount(t, "spool_bytes", "", float64(on.Size()))
		b.wantCount(t, "spool_fill_ratio", "", float64(on.Used())/float64(testSpool.MaxSize))
		if on.Used() == 0 {
			t.Error("got an empty spool, want one with what waits")
		}
		b.wantCount(t, "request_duration_seconds", "", float64(len(f.all())))
		b.wantCount(t, "lag_seconds", "", 0)

		f.set(func() { down = false })
		time.Sleep(time.Minute)
		for _, gauge := range []string{"pending_samples", "pending_oldest_timestamp_seconds", "spool_pending_samples", "spool_fill_ratio"} {
			b.wantCount(t, gauge, "", 0)
		}
		b.wantCount(t, "up", "", 1)
		b.wantCount(t, "samples_total", "", 200)
		b.wantCount(t, "samples_dropped_total", "", 0)
		b.wantCount(t, "spool_bytes", "", float64(on.Size())) // the file does not shrink
	})
}

// Each operation that fails is counted as what it was.
func TestMetricsOfABrokenSpool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := fakeSpool{openErr: errInUse}
		b := newSpooled(t, &fake{}, &on, testSpool, nil)
		b.Open()
		b.wantCount(t, "spool_errors_total", opOpen, 1)
		on.set(func() { on.openErr, on.appendErr = nil, syscall.ENOSPC })
		b.Open()
		b.scrape("a", 100)
		b.wantCount(t, "spool_errors_total", opAppend, 1)
		on.set(func() { on.appendErr, on.deleteErr = nil, syscall.EROFS })
		b.run(t)
		b.scrape("a", 100)
		time.Sleep(10 * time.Second)
		if n := b.count(t, "spool_errors_total", opDelete); n == 0 {
			t.Error("got no error of a delete")
		}
		b.wantCount(t, "spool_errors_total", opOpen, 1)
		b.wantCount(t, "spool_errors_total", opAppend, 1)
		b.wantCount(t, "spool_errors_total", opRead, 0)
	})
}

func TestMetricOfTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{answer: func(int, got) *http.Response {
			return says(204, "", "Date", time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat))
		}}, nil, nil)
		b.run(t)
		b.scrape("a", 2000)
		b.drain(t)
		b.wantCount(t, "clock_offset_seconds", "", 59) // a date has whole seconds
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
