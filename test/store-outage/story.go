//go:build unix

package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/promferry/promferry/test/proc"
)

// A story is one run.
type story struct {
	options
	targets *targets // the last ones of them come late, when the receiver is back
	store   *store
	ferry   *proc.Ferry
	report  report
}

// late is how many targets have no backlog: their samples must not wait behind
// those of others.
const late = 5

func (o options) story() error {
	address, err := proc.FreeAddress()
	if err != nil {
		return err
	}
	body, err := o.body()
	if err != nil {
		return err
	}
	s := &story{options: o, targets: newTargets(o.targets+late, body), store: newStore(address)}
	defer s.targets.Close()
	if err := s.store.listen(); err != nil {
		return err
	}
	defer func() { _ = s.store.leave() }() // it may have left
	if s.ferry, err = o.start(s.config(s.store, s.targets, o.interval, s.early())); err != nil {
		return err
	}
	err = s.tell()
	exit := s.ferry.Stop()
	s.judge()
	return errors.Join(err, exit, s.report.verdict())
}

func (s *story) early() string { return s.targets.job("early", 0, s.options.targets) }

// live is how many samples of targets come in a second when all is well.
func (s *story) live() float64 {
	return float64(s.options.targets*s.targets.series) / s.interval.Seconds()
}

func (s *story) tell() error {
	fmt.Printf("store-outage: %d targets of %d series, %.0f samples/s; away for %v, in %v\n",
		s.options.targets, s.targets.series, s.live(), s.outage, s.outage/time.Duration(s.speed))
	for _, part := range []func() error{s.before, s.away, s.back, s.after} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// before: two scrapes of each target are stored.
func (s *story) before() error {
	stored := func() bool {
		return s.store.so().scraped >= int64(2*s.options.targets*s.targets.series)
	}
	if err := s.ferry.Await("stored scrapes", 5*s.interval+10*time.Second, stored); err != nil {
		return err
	}
	use, err := s.look()
	s.report.before = use
	return err
}

// away: nobody takes what comes, and it comes fast.
func (s *story) away() error {
	if err := s.store.leave(); err != nil {
		return err
	}
	before := s.offered()
	err := s.ferry.Reload(s.config(s.store, s.targets, s.interval/time.Duration(s.speed), s.early()))
	if err != nil {
		return err
	}
	length := s.outage / time.Duration(s.speed)
	s.report.beginning, err = s.watch(length/10, never)
	if err != nil {
		return err
	}
	peak, err := s.watch(length-length/10, never)
	if err != nil {
		return err
	}
	if err := s.ferry.Reload(s.config(s.store, s.targets, s.interval, s.early())); err != nil {
		return err
	}
	s.report.during, s.report.waiting = peak, s.offered()-before
	s.report.printAway(s.maxSize)
	return nil
}

func never() bool { return false }

// back: the receiver is there again, and some targets are new.
func (s *story) back() error {
	if err := s.store.listen(); err != nil {
		return err
	}
	began, before := time.Now(), s.store.so()
	err := s.ferry.Reload(s.config(s.store, s.targets, s.interval, s.early(), s.targets.job("late", s.options.targets, s.options.targets+late)))
	if err != nil {
		return err
	}
	limit := s.outage/2 + time.Minute
	peak, err := s.watch(limit, func() bool { return s.isFresh() })
	if err != nil {
		return err
	}
	if !s.isFresh() {
		return fmt.Errorf("still not drained after %v: the newest samples are %v old", limit, maxOf(s.store.ages(0, s.options.targets)))
	}
	took, now := time.Since(began), s.store.so()
	s.report.draining = peak
	s.report.printBack(took, float64(now.samples-before.samples)/took.Seconds(), s.live(), now.requests-before.requests)
	return nil
}

// isFresh tells whether no more samples wait than always do: until a request has
// filled up, and is answered.
func (s *story) isFresh() bool {
	stored := s.store.so()
	waiting := s.offered() - stored.scraped - stored.missing
	return float64(waiting) < s.live()*(sendDeadline+time.Second).Seconds()
}

// sendDeadline is how long samples wait for more.
const sendDeadline = time.Second

// after: all goes on as before.
func (s *story) after() error {
	if err := s.ferry.Sleep(s.interval); err != nil {
		return err
	}
	use, err := s.look()
	if err != nil {
		return err
	}
	s.report.after = use
	m, err := s.ferry.Metrics()
	s.report.dropped = m.Sum("promferry_remote_write_samples_dropped_total")
	s.report.taken = (m.Sum("promferry_scrapes_total") - m.Sum("promferry_scrape_errors_total")) * float64(s.targets.series)
	return err
}

// offered is how many samples the targets had for scrapes so far. A scrape may
// have failed on a busy machine, or have been cut off by a reload.
func (s *story) offered() (samples int64) {
	for i := range s.targets.scrapes {
		samples += s.targets.scrapes[i].Load() * int64(s.targets.series)
	}
	return samples
}

// judge looks at what is stored, when promferry has ended.
func (s *story) judge() {
	s.report.stored = s.store.so()
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.report.problems, s.report.troubles = s.store.problems, s.store.troubles
}
