package remote

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/convert"
)

// What is refused is lost, counted, and told once, with what to try.
func TestRefusalsAreDropped(t *testing.T) {
	for code, words := range map[int]string{
		401: "check the credentials of the remote_write block",
		403: "what they are allowed",
		404: "--web.enable-remote-write-receiver",
		415: "is the url that of a receiver?",
		400: "oh",
	} {
		synctest.Test(t, func(t *testing.T) {
			refuses := true
			f := &fake{answer: func(int, got) *http.Response {
				if refuses {
					return says(code, "oh\nno")
				}
				return says(204, "")
			}}
			b := newBench(t, f, nil, nil)
			b.run(t)
			for range 5 {
				b.scrape("a", 2000)
				time.Sleep(time.Second)
			}
			b.wantCount(t, "samples_dropped_total", "refused", 10_000)
			if got := b.Status(); got.State != StateRefusing || got.Dropped[DropRefused] != 10_000 || !strings.Contains(got.LastError.Error(), words) {
				t.Errorf("%d: got %+v, want one that refuses and %q", code, got, words)
			}
			b.fake.set(func() { refuses = false })
			b.scrape("a", 2000)
			b.drain(t)
			b.wantStored(t, 2000)
			b.wantLog(t, refusesAll, 1)
			b.wantLog(t, "remote_write takes samples again", 1)
			b.wantLog(t, words, 1)
		})
	}
}

// One target's samples that are refused cost no other's: each of a refused
// request's records goes once more, alone.
func TestRefusalOfOneTargetCostsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := against(400, "out of order sample", func(g got) bool { return g.has("bad") })
		b := newBench(t, f, nil, nil)
		b.run(t)
		for range 10 {
			for _, target := range []string{"a", "bad", "c"} {
				b.scrape(target, 10)
			}
			time.Sleep(15 * time.Second)
		}
		b.drain(t)
		b.wantStored(t, 200)
		b.wantCount(t, "samples_dropped_total", "refused", 100)
		if got := b.Status().State; got != StateAnswering {
			t.Errorf("got state %q, want %q", got, StateAnswering)
		}
		b.wantLog(t, "level=ERROR", 0)
		b.wantLog(t, refusesSome, 1)
	})
}

// Samples that bring their own times, which the receiver refuses, cost none of the
// others of their scrape: they were sent apart from the first.
func TestRefusalOfTimesCostsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := against(400, "out of bounds", func(g got) bool { return g.has("old") })
		b := newBench(t, f, nil, nil)
		b.run(t)
		for range 10 {
			batch := b.Begin("a", time.Now())
			for i := range 10 {
				batch.Append(encode("a", i, time.Now()), 1)
				batch.AppendTimed(encode("old", i, time.Now()), 1)
			}
			batch.Commit()
			time.Sleep(15 * time.Second)
		}
		b.drain(t)
		b.wantStored(t, 100)
		b.wantCount(t, "samples_dropped_total", "refused", 100)
		b.wantCount(t, "requests_total", "400", 10)
	})
}

// A backlog that the receiver refuses as a whole, as it is too old, is not asked
// for record by record; what is new goes on.
func TestRefusedBacklogIsNoFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on fakeSpool
		first := newSpooled(t, &fake{}, &on, testSpool, nil)
		first.Open()
		for range 60 {
			for target := range 50 {
				first.scrape(fmt.Sprint(target), 10)
			}
			time.Sleep(15 * time.Second)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		restart := time.Now()
		tooOld := func(g got) bool { return g.series[0].Samples[0].Timestamp < restart.UnixMilli() }
		f := against(400, "out of bounds", tooOld)
		b := newSpooled(t, f, &on, testSpool, nil)
		b.Open()
		b.run(t)
		for range 20 {
			b.scrape("new", 100)
			time.Sleep(time.Second)
		}
		b.drain(t)
		b.wantStored(t, 2000)
		b.wantCount(t, "samples_dropped_total", "refused", 30_000)
		if n := len(b.fake.all()); n > 500 {
			t.Errorf("got %d requests for 3,000 records that are refused, want far fewer", n)
		}
	})
}

// That holds at the end of an outage, too, when the last success is long ago.
func TestRefusalAfterAnOutageCostsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		f := &fake{answer: func(_ int, g got) *http.Response {
			switch {
			case down:
				return says(503, "")
			case g.has("bad"):
				return says(400, "out of bounds")
			}
			return says(204, "")
		}}
		b := newBench(t, f, nil, nil)
		b.run(t)
		for range 60 {
			for _, target := range []string{"a", "bad", "c"} {
				b.scrape(target, 10)
			}
			time.Sleep(15 * time.Second)
		}
		f.set(func() { down = false })
		b.drain(t)
		b.wantStored(t, 1200)
		b.wantCount(t, "samples_dropped_total", "refused", 600)
	})
}

// It holds where targets are scraped so rarely that each success is long ago.
func TestRefusalOfRareScrapes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := against(400, "out of order sample", func(g got) bool { return g.has("bad") })
		b := newBench(t, f, nil, nil)
		b.run(t)
		for range 5 {
			time.Sleep(2 * lately)
			b.scrape("bad", 10)
			b.scrape("a", 10)
		}
		b.drain(t)
		b.wantStored(t, 50)
		b.wantLog(t, "level=ERROR", 0)
	})
}

// A receiver that refuses all is refusing, however rarely it is asked, and however
// many scrapes a request has.
func TestRefusesAllInRequestsOfSeveralScrapes(t *testing.T) {
	for name, test := range map[string]struct {
		takes    int // requests, before it refuses
		interval time.Duration
	}{
		"never took any":  {0, 15 * time.Second},
		"took some":       {1, 15 * time.Second},
		"is asked rarely": {1, 2 * lately},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{answer: func(n int, _ got) *http.Response {
				if n < test.takes {
					return says(204, "")
				}
				return says(413, "too large")
			}}
			b := newBench(t, f, nil, nil)
			b.run(t)
			for range 5 + int(2*lately/test.interval) {
				for target := range 3 {
					b.scrape(fmt.Sprint(target), 10)
				}
				time.Sleep(test.interval)
			}
			if got := b.Status().State; got != StateRefusing {
				t.Errorf("%s: got state %q, want %q", name, got, StateRefusing)
			}
			b.wantCount(t, "up", "", 0)
			b.wantLog(t, refusesAll, 1)
		})
	}
}

// A record that is refused alone is one target's: the log names it, in the words
// of a query, each once, and not all of very many.
func TestRefusedTargetsAreNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(_ int, g got) *http.Response {
			for _, series := range g.series {
				if targetOf(series) != "good" {
					return says(400, "label value too long")
				}
			}
			return says(204, "")
		}}
		b := newBench(t, f, nil, nil)
		b.run(t)
		for range 3 {
			b.scrape("good", 10)
			b.scrape(convert.LabelsOf(map[string]string{"job": "b", "instance": "x\"y"}).Key(), 10)
			b.scrape(convert.LabelsOf(map[string]string{"job": strings.Repeat("ö", maxTargetText)}).Key(), 10)
			time.Sleep(15 * time.Second)
		}
		b.wantLog(t, refusesSome, 2)
		b.wantLog(t, strconv.Quote(`{instance="x\"y",job="b"}`), 1)
		b.wantLog(t, "ö…", 1)
		for i := range 3 * maxVictims {
			b.scrape("good", 10)
			b.scrape(convert.LabelsOf(map[string]string{"instance": fmt.Sprint(i)}).Key(), 10)
			time.Sleep(time.Second)
			b.drain(t)
		}
		b.wantLog(t, refusesSome, maxVictims)
		time.Sleep(newsInterval)
		b.scrape("good", 10)
		b.scrape(convert.LabelsOf(map[string]string{"instance": "1"}).Key(), 10)
		b.drain(t)
		b.wantLog(t, refusesSome, maxVictims+1)
	})
}
