package remote

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/prometheus/prompb"
)

// A strict receiver is one as Prometheus: it takes nothing of a series that is
// older than what it has, and nothing of a request with such a sample.
type strict struct{ newest map[string]int64 }

func (s *strict) takes(g got) bool {
	for _, series := range g.series {
		if series.Samples[0].Timestamp < s.newest[nameOf(series)] {
			return false
		}
	}
	for _, series := range g.series {
		s.newest[nameOf(series)] = newestSample(series)
	}
	return true
}

func newestSample(s prompb.TimeSeries) int64 { return s.Samples[len(s.Samples)-1].Timestamp }

// faulty has a fifth of the operations of a spool fail.
func (f *fakeSpool) faulty(random *rand.Rand) {
	f.set(func() {
		f.deleteErr = nil
		if random.IntN(5) == 0 {
			f.deleteErr = syscall.EIO
		}
		f.bodyErr = func(uint64) error {
			if random.IntN(5) == 0 {
				return syscall.EIO
			}
			return nil
		}
	})
}

// TestKillsAndFaults (P3, P7): whatever fails of receiver and spool, and however
// often the process is killed, a receiver that takes nothing out of order gets
// every sample that was committed.
func TestKillsAndFaults(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			random, answers, faults := rand.New(rand.NewPCG(seed, 2)), rand.New(rand.NewPCG(seed, 3)), rand.New(rand.NewPCG(seed, 4))
			receiver := strict{make(map[string]int64)}
			calm := false
			f := &fake{takes: 100 * time.Millisecond, answer: func(_ int, g got) *http.Response {
				switch n := answers.IntN(10); {
				case n < 3 && !calm:
					return says(503, "")
				case !receiver.takes(g):
					return says(400, "out of order sample")
				case n == 3 && !calm:
					return nil // it was stored, and the answer is lost
				}
				return says(204, "")
			}}
			var on fakeSpool
			want := 0
			for life := range 5 {
				b := newSpooled(t, f, &on, testSpool, func(s *Settings, _ *Options) { s.Capacity, s.MaxSamplesPerSend = 200, 40 })
				b.Open()
				stop := b.run(t)
				for range 20 {
					on.faulty(faults)
					for target := range 4 {
						n := random.IntN(100)
						b.scrape(fmt.Sprint(target), n)
						want += n
					}
					time.Sleep(time.Duration(random.IntN(2000)+1) * time.Millisecond)
				}
				if life == 4 {
					f.set(func() { calm = true })
					on.set(func() { on.bodyErr, on.deleteErr = nil, nil })
					b.drain(t)
				}
				stop()
				on.open = false // by a kill
			}
			if got := f.distinct(); got != want {
				t.Errorf("seed %d: got %d samples stored, want %d", seed, got, want)
			}
		})
	}
}

// distinct counts the different samples of requests that were taken, whether or
// not the answer arrived.
func (f *fake) distinct() int {
	seen := make(map[string]bool)
	for _, g := range f.all() {
		if g.code != 0 && g.code/100 != 2 {
			continue
		}
		for _, s := range g.series {
			seen[fmt.Sprint(nameOf(s), newestSample(s))] = true
		}
	}
	return len(seen)
}
