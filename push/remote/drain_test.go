package remote

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// drainWithin is Drain with a limit, and how long it took.
func (b *bench) drainWithin(limit time.Duration) (took time.Duration, err error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	err = b.Drain(ctx)
	return time.Since(start), err
}

// A stop ends in time although the receiver is down: what is in memory is lost,
// and said so.
func TestDrainOfMemoryInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{answer: codes(503)}, nil, nil)
		stop := b.run(t)
		b.scrape("a", 700)
		time.Sleep(time.Minute)
		took, err := b.drainWithin(10 * time.Second)
		if took != 10*time.Second || err == nil || !strings.Contains(err.Error(), "700 samples are lost") || !strings.Contains(err.Error(), "status 503") {
			t.Errorf("got %v after %v, want an error after 10 s", err, took)
		}
		stop()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		b.wantCount(t, "samples_dropped_total", "shutdown", 700)
		b.wantCount(t, "pending_samples", "", 0)
	})
}

// What is in the spool is kept, and said so.
func TestDrainOfSpoolInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		b := newSpooled(t, &fake{takes: time.Hour}, &on, testSpool, nil)
		b.Open()
		stop := b.run(t)
		b.scrape("a", 2700)
		took, err := b.drainWithin(10 * time.Second)
		if took != 10*time.Second || err == nil || !strings.Contains(err.Error(), "2700 samples are kept in the spool /var/lib/spool") || strings.Contains(err.Error(), "lost") {
			t.Errorf("got %v after %v, want an error after 10 s", err, took)
		}
		stop()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if on.samples() != 2700 || on.open {
			t.Errorf("got %d samples in the spool, open: %v; want 2,700 in one that is closed", on.samples(), on.open)
		}
		b.wantCount(t, "samples_dropped_total", "", 0)
	})
}

// A receiver that was down before the end is tried once more, and holds nothing up:
// all is kept, and each restart in a long outage would take the whole time there is.
func TestDrainOfSpoolThatIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		b := newSpooled(t, &fake{answer: codes(503)}, &on, testSpool, nil)
		b.Open()
		stop := b.run(t)
		b.scrape("a", 700)
		time.Sleep(time.Minute)
		took, err := b.drainWithin(10 * time.Second)
		if took > time.Second || err == nil || !strings.Contains(err.Error(), "700 samples are kept in the spool /var/lib/spool") {
			t.Errorf("got %v after %v, want an error at once", err, took)
		}
		stop()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if on.samples() != 700 {
			t.Errorf("got %d samples in the spool, want 700", on.samples())
		}
	})
}

// A receiver that comes back while the program ends is reached soon, and nothing
// waits for the deadline.
func TestDrainHurries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		f := &fake{answer: func(int, got) *http.Response { return whether(time.Since(start) < time.Hour+2*time.Second) }}
		b := newBench(t, f, nil, func(s *Settings, _ *Options) { s.MaxBackoff = 10 * time.Minute })
		b.run(t)
		b.scrape("a", 10)
		time.Sleep(time.Hour)
		if took, err := b.drainWithin(10 * time.Second); err != nil || took > 3*time.Second {
			t.Errorf("got %v after %v, want success within 3 s", err, took)
		}
		b.wantStored(t, 10)
		b.scrape("b", 10)
		synctest.Wait()
		b.wantStored(t, 20)
	})
}

// Close writes what waits in memory, if it can be by then.
func TestCloseWritesWhatIsInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := fakeSpool{appendErr: http.ErrBodyNotAllowed}
		b := newSpooled(t, &fake{answer: codes(503)}, &on, testSpool, nil)
		b.Open()
		b.scrape("a", 100)
		on.appendErr = nil
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if on.samples() != 100 {
			t.Errorf("got %d samples in the spool, want 100", on.samples())
		}
	})
}

// GiveUp ends what is tried again, and Drain with it.
func TestGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{answer: codes(503)}, nil, func(_ *Settings, o *Options) { o.GiveUp = 10 * time.Second })
		b.run(t)
		for _, target := range []string{"a", "b", "c"} {
			b.scrape(target, 2000)
		}
		if took, err := b.drainWithin(time.Minute); err != nil || took < 5*time.Second || took > 12*time.Second {
			t.Errorf("got %v after %v, want the end of it after about 10 s", err, took)
		}
		b.wantCount(t, "samples_dropped_total", "gave_up", 6000)
		if n := len(b.fake.all()); n < 10 {
			t.Errorf("got %d tries, want more", n)
		}
	})
}

// What is in the spool is not given up, and tried for as long.
func TestGiveUpKeepsTheSpool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		b := newSpooled(t, &fake{answer: codes(503)}, &on, testSpool, func(_ *Settings, o *Options) { o.GiveUp = 10 * time.Second })
		b.Open()
		b.run(t)
		b.scrape("a", 2000)
		if took, err := b.drainWithin(time.Minute); err == nil || !strings.Contains(err.Error(), "kept in the spool") || took < 5*time.Second || took > 12*time.Second {
			t.Errorf("got %v after %v, want an error after about 10 s", err, took)
		}
		if on.samples() != 2000 {
			t.Errorf("got %d samples in the spool, want 2,000", on.samples())
		}
	})
}
