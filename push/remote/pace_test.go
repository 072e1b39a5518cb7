package remote

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestLiveRate(t *testing.T) {
	var p pace
	check := func(now time.Duration, want float64) {
		t.Helper()
		if got := p.live(now); got < want*.9 || got > want*1.1 {
			t.Errorf("after %v: got %v samples/s, want about %v", now, got, want)
		}
	}
	check(time.Second, 0)
	at := time.Duration(0)
	for ; at < 3*time.Minute; at += time.Second {
		p.came(at, 1000)
	}
	check(at, 1000)
	for ; at < 6*time.Minute; at += 15 * time.Second {
		p.came(at, 1000)
	}
	check(at, 1000./15)
	check(at+30*time.Second, 1000./15/2)
	check(at+24*time.Hour, 0)
}

// TestDrainRate (L5): after an outage a backlog goes at five times the live rate
// or more, and never at much more than ten times: no second sees a flood. What
// comes from a target without a backlog does not wait for it.
func TestDrainRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const live = 10_000 // samples/s, of ten targets
		down, start := true, time.Now()
		var on fakeSpool
		f := &fake{takes: 20 * time.Millisecond, answer: func(int, got) *http.Response { return whether(down) }}
		b := newSpooled(t, f, &on, testSpool, func(s *Settings, _ *Options) { s.MaxSamplesPerSend, s.MaxBackoff = 200, 500*time.Millisecond })
		b.Open()
		b.run(t)
		second := func() {
			for i := range 10 {
				b.scrape(fmt.Sprint(i), live/10/10) // a tenth, as are the times below
				time.Sleep(10 * time.Millisecond)
			}
		}
		for time.Since(start) < time.Minute {
			second()
		}
		b.fake.set(func() { down = false })
		back := time.Now()
		before := b.Status().Pending
		for time.Since(back) < 3*time.Second {
			second()
		}
		at := time.Now()
		began := b.Status().Pending
		for range 20 {
			second()
		}
		drained := float64(began-b.Status().Pending) / time.Since(at).Seconds()
		if began > before+3*live || drained < 5*live {
			t.Errorf("got %.0f samples/s drained beside the live ones, want at least %d", drained, 5*live)
		}
		b.wantNoFlood(t, 11*live)
		b.scrape("new", 200)
		time.Sleep(100 * time.Millisecond)
		if last := b.newestOf("new"); last.IsZero() {
			t.Error("a target without a backlog waits for those with one")
		}
		b.drain(t)
		b.wantCount(t, "samples_dropped_total", "", 0)
	})
}

// wantNoFlood checks that no second has more samples stored.
func (b *bench) wantNoFlood(t *testing.T, most int) {
	t.Helper()
	seconds := make(map[int64]int)
	for _, g := range b.fake.all() {
		if g.code/100 == 2 {
			seconds[g.at.Unix()] += g.samples()
		}
	}
	for second, n := range seconds {
		if n > most+most/5 {
			t.Errorf("second %d: got %d samples, want at most %d", second, n, most)
		}
	}
}

// newestOf is when a sample of the target was stored last; zero: never.
func (b *bench) newestOf(target string) (at time.Time) {
	for _, g := range b.fake.all() {
		if g.has(target) && g.code/100 == 2 {
			at = g.at
		}
	}
	return at
}

// After a restart there is no live rate yet: one full request a second goes.
func TestDrainRateWithoutLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		first := newSpooled(t, &fake{}, &on, testSpool, nil)
		first.Open()
		for range 30 {
			first.scrape("a", 2000)
			time.Sleep(time.Second)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		b := newSpooled(t, &fake{}, &on, testSpool, nil)
		b.Open()
		b.run(t)
		start := time.Now()
		b.drain(t)
		if took := time.Since(start); took < 20*time.Second || took > 35*time.Second {
			t.Errorf("30 full requests took %v, want about 30 s", took)
		}
		b.wantStored(t, 60_000)
	})
}

// A receiver that is slower than what comes in serves all targets alike.
func TestLanesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{takes: 4 * time.Second}, nil, func(s *Settings, _ *Options) { s.Capacity, s.MaxSamplesPerSend = 1_000_000, 20 })
		b.run(t)
		for range 120 {
			for range 9 {
				b.scrape("busy", 20)
				time.Sleep(time.Millisecond)
			}
			for i := range 12 {
				b.scrape(fmt.Sprint(i), 20)
			}
			time.Sleep(15 * time.Second)
		}
		counts := make(map[string]int)
		for _, g := range b.fake.all() {
			counts[targetOf(g.series[0])]++
		}
		for i := range 12 {
			if n := counts[fmt.Sprint(i)]; n < 100 {
				t.Errorf("target %d: got %d of 120 scrapes stored, want nearly all", i, n)
			}
		}
		if counts["busy"] < 200 {
			t.Errorf("got %d requests of the busy target, want the rest of what there is room for", counts["busy"])
		}
	})
}

// The oldest samples go where more wait than the capacity; one scrape alone is
// taken, however large it is.
func TestCapacity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{answer: codes(503)}, nil, nil)
		b.run(t)
		b.scrape("large", 25_000)
		time.Sleep(time.Minute)
		b.wantCount(t, "samples_dropped_total", "capacity", 0)
		for range 20 {
			b.scrape("a", 1000)
			time.Sleep(time.Second)
		}
		if got := b.Status(); got.Pending > 11_000 || got.Pending < 9000 || got.Dropped[DropCapacity] != uint64(45_000-got.Pending) {
			t.Errorf("got %+v, want about 10,000 samples pending and the rest dropped", got)
		}
		b.wantLog(t, "raise capacity", 1)
	})
}
