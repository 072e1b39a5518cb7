package remote

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// What nobody took is tried again, until somebody does: one request at a time,
// at a growing distance.
func TestFailuresAreTriedAgain(t *testing.T) {
	for name, answer := range map[string]func() *http.Response{
		"500":       func() *http.Response { return says(500, "oh") },
		"503":       func() *http.Response { return says(503, "") },
		"429":       func() *http.Response { return says(429, "") },
		"redirect":  func() *http.Response { return says(307, "", "Location", "http://other.example/") },
		"no answer": func() *http.Response { return nil },
		"web page":  func() *http.Response { return says(200, "<html>Log in") },
		"TLS port":  func() *http.Response { return says(400, "Client sent an HTTP request to an HTTPS server.") },
	} {
		synctest.Test(t, func(t *testing.T) {
			down := true
			f := &fake{answer: func(int, got) *http.Response {
				if down {
					return answer()
				}
				return says(204, "")
			}}
			b := newBench(t, f, nil, nil)
			b.run(t)
			for i := range 4 {
				b.scrape(fmt.Sprint(i), 2000)
			}
			time.Sleep(time.Minute)
			if b.fake.atOnce() > 1 {
				t.Errorf("%s: got %d requests at once, want one", name, b.fake.atOnce())
			}
			if got := b.Status(); got.State != StateDown || got.LastError == nil || got.Pending != 8000 || !got.NextTry.After(time.Now()) {
				t.Errorf("%s: got %+v, want a receiver that is down", name, got)
			}
			b.wantCount(t, "up", "", 0)
			b.fake.set(func() { down = false })
			b.drain(t)
			b.wantStored(t, 8000)
			b.wantCount(t, "samples_total", "", 8000)
			b.wantCount(t, "up", "", 1)
			b.wantLog(t, "level=ERROR", 1)
			b.wantLog(t, "remote_write answers again", 1)
			b.wantLog(t, "hunter2", 0)
		})
	}
}

// The distance of the tries doubles from min_backoff to max_backoff.
func TestBackoffGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &fake{answer: codes(503)}, nil, nil)
		b.run(t)
		b.scrape("a", 2000)
		time.Sleep(time.Minute)
		all := b.fake.all()
		for i := range len(all) - 1 {
			gap := all[i+1].at.Sub(all[i].at)
			low, high := min(30*time.Millisecond<<i, 2500*time.Millisecond), min(60*time.Millisecond<<i, 5*time.Second)
			if i > 20 {
				low, high = 2500*time.Millisecond, 5*time.Second
			}
			if gap < low || gap > high {
				t.Errorf("wait %d: got %v, want %v to %v", i, gap, low, high)
			}
		}
		if len(all) < 12 || len(all) > 40 {
			t.Errorf("got %d tries in a minute, want about 20", len(all))
		}
	})
}

// A receiver may say when to come again, within reason.
func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"20":                            20 * time.Second,
		"Sat, 01 Jan 2000 00:00:40 GMT": 40 * time.Second, // a bubble begins at midnight
		"1000000":                       longestRetryAfter,
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{answer: func(n int, _ got) *http.Response {
				if n == 0 {
					return says(429, "", "Retry-After", value)
				}
				return says(200, "")
			}}
			b := newBench(t, f, nil, nil)
			b.run(t)
			start := time.Now()
			b.scrape("a", 2000)
			time.Sleep(10 * time.Minute)
			all := b.fake.all()
			if len(all) != 2 || all[1].at.Sub(start) != want {
				t.Errorf("%s: got %d tries, the last after %v, want two, the second after %v", value, len(all), all[len(all)-1].at.Sub(start), want)
			}
		})
	}
}

// A target whose samples no try gets stored (here the receiver breaks on them)
// does not keep the others from theirs.
func TestPoisonDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := against(500, "panic", func(g got) bool { return g.has("poison") })
		b := newBench(t, f, nil, func(s *Settings, _ *Options) { s.Capacity = 1_000_000 })
		b.run(t)
		for range 60 {
			b.scrape("poison", 2000)
			b.scrape("a", 2000)
			b.scrape("c", 2000)
			time.Sleep(time.Second)
		}
		time.Sleep(10 * time.Second)
		b.wantStored(t, 240_000)
		if got := b.Status().Pending; got != 120_000 {
			t.Errorf("got %d samples pending, want those of the poison, 120,000", got)
		}
	})
}

// TestOrderUnderFaults: whatever fails, however long an answer takes, the samples
// of a series are stored in order, and all of them are.
func TestOrderUnderFaults(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random, answers := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
			f := &fake{takes: 300 * time.Millisecond, answer: func(int, got) *http.Response {
				return slices.Concat(
					[]*http.Response{nil, says(500, ""), says(429, "", "Retry-After", "3"), says(302, "")},
					[]*http.Response{says(200, ""), says(204, ""), says(204, ""), says(204, "")},
				)[answers.IntN(8)]
			}}
			b := newBench(t, f, nil, func(s *Settings, _ *Options) { s.Capacity, s.MaxSamplesPerSend = 1_000_000, 100 })
			b.run(t)
			want := 0
			for range 30 {
				for target := range 5 {
					n := random.IntN(400)
					b.scrape(fmt.Sprint(target), n)
					want += n
				}
				time.Sleep(time.Duration(random.IntN(3000)+1) * time.Millisecond)
			}
			b.drain(t)
			b.wantStored(t, want)
		})
	}
}
