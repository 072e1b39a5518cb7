package remote

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/push/remote/spool"
)

var testSpool = &Spool{Directory: "/var/lib/spool", MaxSize: 64 << 20}

// newSpooled returns a store with a spool. It neither runs nor is open.
func newSpooled(t testing.TB, f *fake, on *fakeSpool, config *Spool, change func(*Settings, *Options)) *bench {
	t.Helper()
	b := newBench(t, f, config, change)
	on.use(b.Store)
	return b
}

// A scrape is in the spool when Commit returns, and not any more soon after it
// was stored; what is stored at once is never read from it.
func TestSpoolHasWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		b := newSpooled(t, &fake{}, &on, testSpool, nil)
		b.Open()
		b.run(t)
		for range 10 {
			b.scrape("a", 100)
			if on.samples() < 100 {
				t.Fatal("Commit returned and the spool is empty")
			}
			time.Sleep(5*time.Second + keepInterval + time.Millisecond)
			if n := on.samples(); n != 0 {
				t.Fatalf("got %d samples in the spool after they were stored, want 0", n)
			}
		}
		b.wantStored(t, 1000)
		if on.reads != 0 {
			t.Errorf("got %d reads, want none", on.reads)
		}
		b.wantCount(t, "spool_up", "", 1)
		b.wantCount(t, "spool_max_bytes", "", 64<<20)
	})
}

// What a process that was killed leaves in the spool is sent by the next, before
// what that scrapes itself.
func TestSpoolIsTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		dead := newSpooled(t, &fake{answer: codes(503)}, &on, testSpool, nil)
		dead.Open()
		stop := dead.run(t)
		for range 100 {
			dead.scrape("a", 700)
			dead.scrape("b", 30)
			time.Sleep(time.Second)
		}
		stop()
		on.open = false // by the kill

		b := newSpooled(t, &fake{}, &on, testSpool, nil)
		b.Open()
		if got := b.Status(); got.Pending != 73_000 || got.Spool.Pending != 73_000 || got.Spool.Err != nil {
			t.Errorf("got %+v, want 73,000 samples in the spool", got)
		}
		b.run(t)
		for range 100 {
			b.scrape("a", 700)
			time.Sleep(time.Second)
		}
		b.drain(t)
		b.wantStored(t, 143_000)
	})
}

// The bodies of an hour's outage are on disk only: memory has no more of them
// than the capacity, and the newest scrape.
func TestOutageIsOnDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		down := true
		f := &fake{answer: func(int, got) *http.Response { return whether(down) }}
		b := newSpooled(t, f, &on, testSpool, func(s *Settings, _ *Options) { s.Capacity, s.MaxSamplesPerSend = 1000, 200 })
		b.Open()
		b.run(t)
		for range 60 {
			for target := range 5 {
				b.scrape(fmt.Sprint(target), 100)
			}
			time.Sleep(time.Minute)
		}
		if got := b.held(); got > 1100 {
			t.Errorf("got %d samples with bodies in memory, want at most 1,100", got)
		}
		b.fake.set(func() { down = false })
		b.drain(t)
		b.wantStored(t, 30_000)
		if got := b.Status(); got.Pending != 0 || len(got.Dropped) != 0 {
			t.Errorf("got %+v, want nothing pending and nothing dropped", got)
		}
	})
}

// held counts the samples that have bodies in memory.
func (b *bench) held() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for r := b.queue.all.first; r != nil; r = b.queue.all.after(r) {
		if r.body != nil {
			n += int(r.samples)
		}
	}
	return n
}

// TestSpoolThatDoesNotOpen (H6, H9): all waits in memory and goes from there;
// when it opens, what waits goes into it.
func TestSpoolThatDoesNotOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := fakeSpool{openErr: errInUse}
		down := false
		b := newSpooled(t, &fake{answer: func(int, got) *http.Response { return whether(down) }}, &on, testSpool, nil)
		b.Open()
		b.run(t)
		b.scrape("a", 2000)
		time.Sleep(time.Minute)
		b.wantStored(t, 2000)
		if got := b.Status().Spool; !errors.Is(got.Err, errInUse) {
			t.Errorf("got %+v, want %v", got, errInUse)
		}
		b.wantCount(t, "spool_up", "", 0)
		b.fake.set(func() { down = true })
		for range 10 {
			b.scrape("a", 2000)
			time.Sleep(time.Second)
		}
		b.wantCount(t, "samples_dropped_total", "capacity", 10_000) // of 20,000
		on.set(func() { on.openErr = nil })
		time.Sleep(reopenInterval + keepInterval)
		if got, want := on.samples(), b.Status().Pending; got != want {
			t.Errorf("got %d samples in the spool, want all %d that wait", got, want)
		}
		b.wantLog(t, spoolIdle, 1)
		b.wantLog(t, "in use again", 1)
		b.fake.set(func() { down = false })
		b.drain(t)
		b.wantCount(t, "spool_up", "", 1)
	})
}

// TestFullDisk (H5): what cannot be written waits in memory, in order; when there
// is room again it goes to disk without a restart.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		down := true
		b := newSpooled(t, &fake{answer: func(int, got) *http.Response { return whether(down) }}, &on, testSpool, nil)
		b.Open()
		stop := b.run(t)
		want := 0
		scrapes := func(n int) {
			for range n {
				b.scrape("a", 100)
				b.scrape("b", 100)
				want += 200
				time.Sleep(time.Second)
			}
		}
		scrapes(5)
		on.set(func() { on.appendErr = syscall.ENOSPC })
		scrapes(20)
		if got := on.samples(); got != 1000 {
			t.Errorf("got %d samples on the full disk, want 1,000", got)
		}
		b.wantLog(t, spoolIdle, 1)
		b.wantLog(t, "no space left on device", 1)
		on.set(func() { on.appendErr = nil })
		scrapes(15)
		b.wantLog(t, "in use again", 1)
		if got := on.samples(); got != want {
			t.Errorf("got %d samples in the spool, want all %d", got, want)
		}
		stop()
		on.open = false

		next := newSpooled(t, &fake{}, &on, testSpool, nil)
		next.Open()
		next.run(t)
		next.drain(t)
		next.wantStored(t, want)
	})
}

// The file stays within max_size: the oldest records go, of whatever target.
func TestMaxSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		config := &Spool{Directory: "/spool", MaxSize: 1 << 20}
		down := true
		b := newSpooled(t, &fake{answer: func(int, got) *http.Response { return whether(down) }}, &on, config, nil)
		b.Open()
		b.run(t)
		b.scrape("gone", 100)
		for range 600 {
			b.scrape("a", 300)
			time.Sleep(time.Second)
		}
		if size := on.Size(); size > 1<<20 || size < 1<<17 {
			t.Errorf("got a file of %d bytes, want one below 1 MiB that is used", size)
		}
		dropped := b.count(t, "samples_dropped_total", "max_size")
		if dropped < 60_000 {
			t.Errorf("got %v samples dropped, want most of 180,100", dropped)
		}
		if now := b.Status(); now.Spool.Fill < 0.5 || now.Spool.Fill > 1 || time.Since(now.LastDrop) > time.Minute {
			t.Errorf("got a spool of which %v is full, and the last drop at %s, want a full one and a drop just now", now.Spool.Fill, now.LastDrop)
		}
		b.fake.set(func() { down = false })
		b.drain(t)
		b.wantStored(t, 180_100-int(dropped))
		if all := b.fake.stored(); strings.HasPrefix(all[0], "gone") {
			t.Errorf("got %s stored, want the oldest dropped", all[0])
		}
		b.wantLog(t, "raise its max_size", 2) // in ten minutes
	})
}

// A spool that cannot delete does not lose what is in it for nothing.
func TestDeleteThatFailsDropsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := fakeSpool{deleteErr: syscall.EIO}
		b := newSpooled(t, &fake{answer: codes(503)}, &on, &Spool{Directory: "/spool", MaxSize: 200 << 10}, nil)
		b.Open()
		b.run(t)
		for range 100 {
			b.scrape("a", 300)
			time.Sleep(time.Second)
		}
		if n := b.count(t, "samples_dropped_total", "max_size"); n > 3000 {
			t.Errorf("got %v samples dropped for max_size, want those of the first try", n)
		}
		if b.count(t, "spool_errors_total", opDelete) == 0 {
			t.Error("got no errors of delete, want some")
		}
	})
}

// What is older than max_age is not sent.
func TestMaxAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		down := true
		config := &Spool{Directory: "/spool", MaxSize: 1 << 30, MaxAge: time.Hour}
		b := newSpooled(t, &fake{answer: func(int, got) *http.Response { return whether(down) }}, &on, config, nil)
		b.Open()
		b.run(t)
		for range 120 {
			b.scrape("a", 5)
			time.Sleep(time.Minute)
		}
		b.wantCount(t, "samples_dropped_total", "max_age", 300)
		if got := on.samples(); got != 300 {
			t.Errorf("got %d samples in the spool, want 300", got)
		}
		time.Sleep(keepInterval + time.Millisecond) // the oldest of them has come of age
		b.fake.set(func() { down = false })
		b.drain(t)
		b.wantStored(t, 295)
	})
}

// Limits may change while the spool is in use, as they may before it is open.
func TestSetLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		b := newSpooled(t, &fake{answer: codes(503)}, &on, &Spool{Directory: "/spool", MaxSize: 1, MaxAge: time.Second}, nil)
		b.SetLimits(64<<20, time.Hour)
		b.Open()
		b.run(t)
		fill := func() {
			for range 120 {
				b.scrape("a", 5)
				time.Sleep(time.Minute)
			}
		}
		fill()
		b.wantCount(t, "samples_dropped_total", "max_age", 300)
		b.SetLimits(16<<10, 0)
		fill()
		b.wantCount(t, "samples_dropped_total", "max_age", 300)
		if n := b.count(t, "samples_dropped_total", "max_size"); n == 0 {
			t.Error("nothing was dropped for the new max_size")
		}
		if got := b.Status().Spool.MaxSize; got != 16<<10 {
			t.Errorf("got a limit of %d bytes, want the new one", got)
		}
	})
}

// TestDamagedAtTheStart (H7): records that the spool itself leaves out are told of,
// and counted.
func TestDamagedAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := fakeSpool{damaged: 7}
		b := newSpooled(t, &fake{}, &on, testSpool, nil)
		b.Open()
		b.wantLog(t, "spool /var/lib/spool/spool.db: records could not be read and are lost: 7 of them", 1)
		b.wantCount(t, "spool_errors_total", opRead, 7)
		if err := b.Status().Spool.Err; err != nil {
			t.Errorf("got %v, want a spool that is in use", err)
		}
	})
}

// TestDamagedRecord (H7): only that record is lost.
func TestDamagedRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		first := newSpooled(t, &fake{}, &on, testSpool, nil)
		first.Open()
		for range 5 {
			first.scrape("a", 100)
			time.Sleep(time.Second)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		tries := 0
		on.bodyErr = func(id uint64) error {
			switch {
			case id == 3:
				return spool.ErrDamaged
			case id == 4 && tries < 3:
				tries++
				return syscall.EIO
			}
			return nil
		}
		b := newSpooled(t, &fake{}, &on, testSpool, nil)
		b.Open()
		b.run(t)
		b.drain(t)
		b.wantStored(t, 400)
		b.wantCount(t, "samples_dropped_total", "damaged", 100)
		b.wantLog(t, "the spool of a remote_write cannot be read", 1)
		if got := b.Status(); got.State != StateAnswering {
			t.Errorf("got %+v, want a receiver that answers", got)
		}
	})
}

// Where nothing can be read of all that was to be sent no connection has failed:
// there was none.
func TestAllIsDamaged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		first := newSpooled(t, &fake{}, &on, testSpool, nil)
		first.Open()
		first.scrape("a", 100)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		on.bodyErr = func(uint64) error { return spool.ErrDamaged }
		b := newSpooled(t, &fake{}, &on, testSpool, nil)
		b.Open()
		b.run(t)
		b.drain(t)
		b.wantStored(t, 0)
		b.wantCount(t, "samples_dropped_total", "damaged", 100)
		b.wantCount(t, "requests_total", "spool", 1)
		b.wantCount(t, "requests_total", "connection", 0)
	})
}

// A spool that cannot be read any more is opened again, although nothing is written
// that would show it.
func TestSpoolThatBreaksWhileItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		dead := newSpooled(t, &fake{answer: codes(503)}, &on, testSpool, nil)
		dead.Open()
		for range 3 {
			dead.scrape("a", 700)
			time.Sleep(time.Second)
		}
		on.open = false // by the kill

		b := newSpooled(t, &fake{}, &on, testSpool, nil)
		b.Open()
		on.broken = syscall.EIO
		b.run(t)
		time.Sleep(time.Minute)
		b.wantStored(t, 2100)
	})
}
