package remote

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/push/remote/spool"
)

// newOnDisk returns a store with a real spool in that directory.
func newOnDisk(t *testing.T, f *fake, directory string, maxSize int64) *bench {
	t.Helper()
	b := newBench(t, f, &Spool{Directory: directory, MaxSize: maxSize}, func(s *Settings, _ *Options) {
		s.Capacity, s.MaxSamplesPerSend = 1000, 200
	})
	b.Open()
	if err := b.Status().Spool.Err; err != nil {
		t.Fatal(err)
	}
	return b
}

// close ends a store whose run has ended.
func (b *bench) close(t *testing.T) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// What one process has in the spool the next one sends, in order; then nothing is
// left.
func TestRealSpoolIsTakenOver(t *testing.T) {
	directory := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first := newOnDisk(t, &fake{answer: codes(503)}, directory, 64<<20)
		stop := first.run(t)
		for range 30 {
			first.scrape("a", 500)
			first.scrape("b", 30)
			time.Sleep(time.Second)
		}
		stop()
		first.close(t)

		b := newOnDisk(t, &fake{}, directory, 64<<20)
		stop = b.run(t)
		for range 10 {
			b.scrape("a", 500)
			time.Sleep(time.Second)
		}
		b.drain(t)
		stop()
		b.wantStored(t, 20_900)
		b.close(t)

		last := newOnDisk(t, &fake{}, directory, 64<<20)
		if got := last.Status().Pending; got != 0 {
			t.Errorf("got %d samples left, want 0", got)
		}
		last.close(t)
	})
}

// The file never becomes larger than max_size, and nearly as large.
func TestRealSpoolWithinMaxSize(t *testing.T) {
	directory := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		const limit = 2 << 20
		down := true
		b := newOnDisk(t, &fake{answer: func(int, got) *http.Response { return whether(down) }}, directory, limit)
		stop := b.run(t)
		largest := int64(0)
		for range 400 {
			b.scrape("a", 600)
			b.scrape("b", 5)
			if info, err := os.Stat(filepath.Join(directory, "spool.db")); err != nil {
				t.Fatal(err)
			} else {
				largest = max(largest, info.Size())
			}
			time.Sleep(time.Second)
		}
		if largest > limit || largest < limit/2 {
			t.Errorf("got a file of %d bytes, want one up to %d", largest, limit)
		}
		dropped := int(b.count(t, "samples_dropped_total", "max_size"))
		if dropped == 0 || b.Status().Pending != 242_000-dropped {
			t.Errorf("got %d dropped and %+v, want the rest pending", dropped, b.Status())
		}
		b.wantLog(t, spoolIdle, 0)
		b.fake.set(func() { down = false })
		b.drain(t)
		b.wantStored(t, 242_000-dropped)
		stop()
		b.close(t)
	})
}

// TestSpoolRemoved (H16): a directory that somebody removes is made again. What
// has a body in memory still is in the new one.
func TestSpoolRemoved(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "spool")
	synctest.Test(t, func(t *testing.T) {
		down := true
		b := newOnDisk(t, &fake{answer: func(int, got) *http.Response { return whether(down) }}, directory, 64<<20)
		stop := b.run(t)
		for range 20 {
			b.scrape("a", 200)
			time.Sleep(time.Second)
		}
		if err := os.RemoveAll(directory); err != nil {
			t.Fatal(err)
		}
		for range 30 {
			b.scrape("a", 20)
			time.Sleep(time.Second)
		}
		b.wantLog(t, "removed or replaced", 1)
		b.wantLog(t, "in use again", 1)
		lost := int(b.count(t, "samples_dropped_total", "damaged"))
		if got := b.Status(); got.Spool.Err != nil || got.Spool.Pending != got.Pending || got.Pending != 4600-lost || lost > 3200 {
			t.Errorf("got %+v, want all that waits in the new spool", got)
		}
		b.fake.set(func() { down = false })
		b.drain(t)
		b.wantStored(t, 4600-lost)
		stop()
		b.close(t)
	})
}

// TestSecondProcess (H9): the spool of another is left alone, and taken once that
// has ended.
func TestSecondProcess(t *testing.T) {
	directory := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first := newOnDisk(t, &fake{}, directory, 64<<20)
		first.scrape("a", 100)
		b := newBench(t, &fake{}, &Spool{Directory: directory, MaxSize: 64 << 20}, nil)
		b.Open()
		b.wantLog(t, "held by another promferry", 1)
		stop := b.run(t)
		time.Sleep(time.Minute)
		b.scrape("b", 100)
		time.Sleep(10 * time.Second)
		b.wantStored(t, 100)
		first.close(t)
		time.Sleep(reopenInterval + time.Second)
		b.drain(t)
		b.wantStored(t, 200)
		b.wantLog(t, "in use again", 1)
		stop()
		b.close(t)
	})
}

// A target whose labels are longer than what a spool takes for a name is in it like
// any other, and keeps none out that is written beside it.
func TestRealSpoolOfLongTarget(t *testing.T) {
	directory := t.TempDir()
	long := strings.Repeat("x", 2*spool.MaxTarget)
	synctest.Test(t, func(t *testing.T) {
		first := newOnDisk(t, &fake{answer: codes(503)}, directory, 64<<20)
		stop := first.run(t)
		for range 3 {
			first.scrape(long, 50)
			first.scrape("b", 30)
			time.Sleep(time.Second)
		}
		if got := first.Status().Spool; got.Err != nil || got.Pending != 240 {
			t.Errorf("got %d samples in the spool, %v, want 240", got.Pending, got.Err)
		}
		stop()
		first.close(t)

		b := newOnDisk(t, &fake{}, directory, 64<<20)
		stop = b.run(t)
		b.scrape(long, 50)
		b.drain(t)
		stop()
		b.wantStored(t, 290)
		b.close(t)
	})
}

// More waits in memory than the spool has room for when it can be used: it gets the
// newest of it.
func TestRealSpoolAfterMuchInMemory(t *testing.T) {
	directory := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		const limit = 3 << 20
		held := newOnDisk(t, &fake{}, directory, limit)
		b := newBench(t, &fake{answer: codes(503)}, &Spool{Directory: directory, MaxSize: limit}, func(s *Settings, _ *Options) {
			s.Capacity, s.MaxSamplesPerSend = 1_000_000, 2000
		})
		b.Open()
		stop := b.run(t)
		for range 400 {
			b.scrape("a", 2000)
			time.Sleep(time.Second)
		}
		if got := b.Status(); got.Spool.Err == nil || got.Pending != 800_000 {
			t.Fatalf("got %+v, want all of it in memory", got)
		}
		held.close(t)
		time.Sleep(time.Minute)
		b.scrape("a", 1)
		got, lost := b.Status(), int(b.count(t, "samples_dropped_total", "max_size"))
		if got.Spool.Err != nil || got.Spool.Pending != got.Pending || lost == 0 || got.Pending != 800_001-lost {
			t.Errorf("got %+v and %d dropped, want all that is left in the spool", got, lost)
		}
		stop()
		b.close(t)
	})
}
