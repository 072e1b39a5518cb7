package remote

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"
)

// A request that is full goes at once, one that is not waits for more until the
// oldest in it has waited for the deadline.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{}, nil, nil)
		b.run(t)
		start := time.Now()
		b.scrape("a", 1000)
		time.Sleep(2 * time.Second)
		b.scrape("b", 500)
		synctest.Wait()
		if n := len(b.fake.all()); n != 0 {
			t.Fatalf("got %d requests before the deadline, want 0", n)
		}
		time.Sleep(3*time.Second + time.Millisecond)
		synctest.Wait()
		all := b.fake.all()
		if len(all) != 1 || all[0].samples() != 1500 || all[0].at.Sub(start).Round(time.Millisecond) != 5*time.Second {
			t.Fatalf("got %d requests, want one of 1,500 samples after 5 s", len(all))
		}
		b.scrape("a", 2000)
		synctest.Wait()
		if all = b.fake.all(); len(all) != 2 || all[1].samples() != 2000 {
			t.Errorf("got %d requests, want a second one of 2,000 samples at once", len(all))
		}
		b.wantStored(t, 3500)
	})
}

// One large scrape goes as several requests at once, of at most
// MaxSamplesPerSend: their number doubles with each success, up to a bound.
func TestPartsGoAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{takes: 100 * time.Millisecond}, nil, func(s *Settings, _ *Options) { s.Capacity = 100_000 })
		b.run(t)
		start := time.Now()
		b.scrape("a", 50_000)
		time.Sleep(time.Millisecond)
		b.scrape("a", 1)
		b.drain(t)
		b.wantStored(t, 50_001)
		for _, g := range b.fake.all() {
			if g.samples() > 2000 {
				t.Errorf("got a request of %d samples, want at most 2,000", g.samples())
			}
		}
		if b.fake.atOnce() != maxConcurrent {
			t.Errorf("got %d requests at once, want %d", b.fake.atOnce(), maxConcurrent)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v, want less than a second", took)
		}
	})
}

// What waits when the settings change goes where the new ones say, at once.
func TestSetWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{answer: codes(503)}, nil, nil)
		b.run(t)
		b.scrape("a", 10)
		time.Sleep(time.Minute)
		other := &fake{}
		settings := b.current()
		settings.Transport, settings.URL = other, &url.URL{Scheme: "https", Host: "other.example", Path: "/push"}
		b.Set(settings)
		synctest.Wait()
		if got := other.all(); len(got) != 1 || got[0].samples() != 10 {
			t.Errorf("got %d requests at the new receiver, want one with 10 samples", len(got))
		}
		if got := b.Status(); got.URL != "https://other.example/push" || got.State != StateAnswering || got.LastError != nil {
			t.Errorf("got %+v, want a receiver that answers at the new url", got)
		}
		b.wantLog(t, "remote_write answers again", 1)
	})
}

// A panic in a request is a failed request.
func TestPanicIsAFailedRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		f := &fake{panics: func(int, got) any {
			calls++
			if calls == 1 {
				return "oh"
			}
			return nil
		}}
		b := newBench(t, f, nil, nil)
		b.run(t)
		b.scrape("a", 10)
		b.drain(t)
		b.wantStored(t, 10)
		b.wantCount(t, "requests_total", "panic", 1)
		b.wantCount(t, "retries_total", "", 1)
	})
}

// Ask needs no Run, and tells what answers.
func TestAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		date := time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat)
		f := &fake{answer: func(_ int, g got) *http.Response {
			if len(g.series) > 0 {
				t.Errorf("got %d series, want none", len(g.series))
			}
			return says(204, "", "Date", date)
		}}
		b := newBench(t, f, nil, nil)
		if a := b.Ask(t.Context()); a.Err != nil || a.ClockOffset != 59*time.Second {
			t.Errorf("got %+v, want no error and a clock that is ahead by 59 s", a)
		}
		f.answer = codes(401)
		if a := b.Ask(t.Context()); classify(a.Err) != refused || a.ClockOffset != 0 {
			t.Errorf("got %+v, want a refusal", a)
		}
	})
}
