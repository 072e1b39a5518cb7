package remote

import (
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What a record takes in memory while it waits in the spool: an hour's outage of
// 158 targets has 57,000 of them.
func TestRealSpoolMemory(t *testing.T) {
	directory := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		const scrapes, targets, most = 400, 150, 100
		b := newOnDisk(t, &fake{}, directory, 256<<20)
		settings := b.current()
		settings.Transport = refuser{}
		b.Set(settings)
		stop := b.run(t)
		fill := func(scrapes int) {
			for range scrapes {
				var group sync.WaitGroup // they share writes, as cycles do
				for i := range targets {
					group.Go(func() { b.scrape(fmt.Sprint("target-", i), 1) })
				}
				group.Wait()
				time.Sleep(time.Second)
			}
		}
		fill(20) // the capacity is full
		before := heap()
		fill(scrapes)
		check := func(when string) {
			each := float64(heap()-before) / (scrapes * targets)
			t.Logf("%s: %.0f bytes for each of %d records", when, each, scrapes*targets)
			if each > most {
				t.Errorf("%s: got %.0f bytes for each record, want at most %d", when, each, most)
			}
		}
		check("as they came")
		stop()
		b.close(t)
		b = newOnDisk(t, &fake{}, directory, 256<<20)
		check("after a restart")
		b.close(t)
	})
}

// A refuser keeps nothing of what it is sent.
type refuser struct{}

func (refuser) RoundTrip(r *http.Request) (*http.Response, error) {
	return says(http.StatusServiceUnavailable, ""), r.Body.Close()
}

// heap is how much of the memory is in use, in bytes.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what pools have goes with the second one
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
