//go:build unix

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A report is printed while it grows.
type report struct {
	before                             use
	beginning, during, draining, after use     // of the outage the first tenth, and the rest
	waiting                            int64   // samples that came while the receiver was away
	taken                              float64 // samples of scrapes that ended well, before the end
	dropped                            float64 // samples that promferry counted as such
	stored                             sums
	problems                           []string
	troubles                           int
}

func (r *report) printAway(maxSize string) {
	fmt.Printf("away:  %.2f million samples wait; on disk %.0f MiB of max_size %s, %.1f bytes a sample\n",
		float64(r.waiting)/1e6, mib(r.during.disk), maxSize, float64(r.during.disk)/float64(max(1, r.waiting)))
}

func (r *report) printBack(took time.Duration, rate, live float64, requests int) {
	fmt.Printf("back:  drained in %v: %.0f samples/s in %.1f requests/s\n", took.Round(100*time.Millisecond), rate, float64(requests)/took.Seconds())
	goal("drain rate, times the live rate", rate/live, 5, atLeast)
	fmt.Printf("       the newest sample of the oldest target was %v old; of targets without a backlog %v\n",
		r.draining.age.Round(time.Second), r.draining.lateAge.Round(100*time.Millisecond))
}

// flat is how much memory may differ: how much of it is garbage depends on the
// moment.
const flat = 1.5

// verdict is an error that says what is not right.
func (r *report) verdict() error {
	for _, m := range []struct {
		when string
		use
	}{{"before", r.before}, {"begins", r.beginning}, {"away", r.during}, {"back", r.draining}, {"after", r.after}} {
		fmt.Printf("memory %-7s RSS %6.1f MiB, of which %6.1f MiB are no pages of files\n", m.when, mib(m.rss), mib(m.anonymous))
	}
	goal("the same, peak, times that at the begin of the outage", float64(max(r.during.anonymous, r.draining.anonymous))/float64(max(1, r.beginning.anonymous)), flat, atMost)
	fmt.Printf("stored: %d samples in %d requests of %.1f kB; of %.0f that were taken in time %d; counted as dropped %.0f\n",
		r.stored.samples, r.stored.requests, float64(r.stored.bytes)/float64(max(1, r.stored.requests))/1000, r.taken, r.stored.scraped, r.dropped)
	var all []string
	if r.troubles > 0 {
		all = append(all, fmt.Sprintf("%d samples are not as they should be:\n%s", r.troubles, strings.Join(r.problems, "\n")))
	}
	if lost := r.taken - float64(r.stored.scraped); lost > r.dropped {
		all = append(all, fmt.Sprintf("%.0f samples were taken and are not stored; %.0f are counted as dropped", lost, r.dropped))
	}
	if all == nil {
		return nil
	}
	return errors.New(strings.Join(all, "\n"))
}

// A bound says on which side of it a goal is met.
type bound string

const (
	atLeast bound = "at least"
	atMost  bound = "at most"
)

func goal(what string, got, want float64, side bound) {
	verdict := "met"
	if side == atLeast && got < want || side == atMost && got > want {
		verdict = "MISSED"
	}
	fmt.Printf("       %s: %.3g, %s %.3g, goal: %s\n", what, got, side, want, verdict)
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
