package remote

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestDiskFaultsKeepTheOrder (H5, H6, P3): whatever fails of the spool while the
// process lives, and however often it is opened again, nothing that was committed is
// lost or out of order.
func TestDiskFaultsKeepTheOrder(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random, answers := rand.New(rand.NewPCG(seed, 5)), rand.New(rand.NewPCG(seed, 6))
			receiver, refused, calm := strict{make(map[string]int64)}, 0, false
			f := &fake{takes: 100 * time.Millisecond, answer: func(_ int, g got) *http.Response {
				switch n := answers.IntN(10); {
				case n < 4 && !calm:
					return says(503, "")
				case !receiver.takes(g):
					refused++
					return says(400, "out of order sample")
				}
				return says(204, "")
			}}
			var on fakeSpool
			b := newSpooled(t, f, &on, testSpool, func(s *Settings, _ *Options) { s.Capacity, s.MaxSamplesPerSend = 20_000, 40 })
			b.Open()
			stop := b.run(t)
			want := 0
			fault := func() error {
				if random.IntN(3) == 0 {
					return syscall.EIO
				}
				return nil
			}
			for range 60 {
				on.faulty(random)
				on.set(func() { on.appendErr, on.openErr = fault(), fault() })
				switch random.IntN(8) {
				case 0:
					on.set(func() { on.broken = syscall.EIO })
				case 1:
					on.set(func() { on.torn = true })
				}
				for target := range 4 {
					n := random.IntN(100)
					b.scrape(fmt.Sprint(target), n)
					want += n
				}
				time.Sleep(time.Duration(random.IntN(3000)+1) * time.Millisecond)
			}
			f.set(func() { calm = true })
			on.set(func() { on.appendErr, on.openErr, on.deleteErr, on.bodyErr = nil, nil, nil, nil })
			b.drain(t)
			time.Sleep(time.Minute)
			stop()
			if got := f.distinct(); got != want || refused > 0 {
				t.Errorf("seed %d: got %d samples stored and %d requests out of order, want %d and none", seed, got, refused, want)
			}
			if n := on.samples(); n > 0 {
				t.Errorf("seed %d: %d samples are left in the spool", seed, n)
			}
		})
	}
}
