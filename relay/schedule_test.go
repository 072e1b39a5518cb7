package relay

import (
	"fmt"
	"testing"
	"time"

	"github.com/promferry/promferry/convert"
)

// fleet is 1000 seeds: of one target on many hosts, and of many on one.
func fleet() map[string][]uint64 {
	fleet := make(map[string][]uint64)
	for i := range 1000 {
		one := &Target{Labels: convert.Labels{{Name: "instance", Value: "i"}, {Name: "job", Value: "node"}}}
		many := &Target{Labels: convert.Labels{{Name: "instance", Value: fmt.Sprintf("127.0.0.1:%d", 8000+i)}}}
		fleet["hosts"] = append(fleet["hosts"], seed(fmt.Sprintf("web-%03d", i), one))
		fleet["targets"] = append(fleet["targets"], seed("web", many))
	}
	return fleet
}

var someday = time.Date(2026, 11, 22, 10, 11, 12, 131415, time.UTC)

func TestScheduleBeginsEarly(t *testing.T) {
	for _, interval := range []time.Duration{time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second, time.Hour} {
		bound := min(interval, 5*time.Second)
		for _, seed := range fleet()["hosts"] {
			s := newSchedule(someday, interval, seed)
			if wait := s.next.Sub(someday); wait < 0 || wait >= bound {
				t.Fatalf("interval %v, seed %d: first scrape after %v, want less than %v", interval, seed, wait, bound)
			}
			first := s.next
			s.advance(first)
			if gap := s.next.Sub(first); gap < interval/2 || gap >= interval*3/2 {
				t.Fatalf("interval %v, seed %d: second scrape %v after the first", interval, seed, gap)
			}
		}
	}
}

// The offset is the target's: a restart does not move its ticks.
func TestScheduleStandsOnAGrid(t *testing.T) {
	const interval = 15 * time.Second
	for _, seed := range fleet()["hosts"] {
		for restart := range 20 {
			s := newSchedule(someday.Add(time.Duration(restart)*1234567891), interval, seed)
			for range 3 {
				s.advance(s.next)
				if got, want := s.next.UnixNano()%int64(interval), int64(seed%uint64(interval)); got != want {
					t.Fatalf("seed %d, start %d: offset %v, want %v", seed, restart, time.Duration(got), time.Duration(want))
				}
			}
		}
	}
}

func TestScheduleTicksAreAnIntervalApart(t *testing.T) {
	const interval = 7 * time.Second
	s := newSchedule(someday, interval, 1<<60+12345)
	s.advance(s.next)
	for range 1000 {
		before := s.next
		if skipped := s.advance(before.Add(interval - 1)); skipped != 0 {
			t.Fatalf("skipped %d ticks, want none", skipped)
		}
		if gap := s.next.Sub(before); gap != interval {
			t.Fatalf("ticks %v apart, want %v", gap, interval)
		}
	}
}

// Both the first scrapes and the ticks after them spread: of 1000 in ten parts
// of the interval each part gets about 100 (the bounds are four deviations).
func TestScheduleSpreads(t *testing.T) {
	const interval = 15 * time.Second
	for name, seeds := range fleet() {
		var firsts, ticks [10]int
		for _, seed := range seeds {
			s := newSchedule(someday, interval, seed)
			firsts[s.next.Sub(someday)*10/firstScrapeWithin]++
			s.advance(s.next)
			ticks[time.Duration(s.next.UnixNano())%interval*10/interval]++
		}
		for i := range ticks {
			if firsts[i] < 62 || firsts[i] > 138 || ticks[i] < 62 || ticks[i] > 138 {
				t.Errorf("%s are not spread: first scrapes %v, ticks %v", name, firsts, ticks)
				break
			}
		}
	}
}

func TestScheduleSkips(t *testing.T) {
	const interval = 10 * time.Second
	for _, test := range []struct {
		late time.Duration // end of the scrape after the next tick
		want int
	}{
		{-interval, 0}, {-1, 0}, {0, 1}, {1, 1}, {interval - 1, 1}, {interval, 2},
		{time.Hour, 361}, // H4: SIGSTOP, K2: suspend
	} {
		s := newSchedule(someday, interval, 42)
		s.advance(s.next)
		next := s.next.Add(interval)
		now := next.Add(test.late)
		if got := s.advance(now); got != test.want {
			t.Errorf("%v late: skipped %d ticks, want %d", test.late, got, test.want)
		}
		if wait := s.next.Sub(now); wait <= 0 || s.next.Sub(next)%interval != 0 {
			t.Errorf("%v late: next scrape %v later, %v after the tick", test.late, wait, s.next.Sub(next))
		}
	}
}

// K1, K5: a step of the wall clock moves no tick, as none is a time of the wall
// clock: each has a monotonic reading.
func TestScheduleIsMonotonic(t *testing.T) {
	s := newSchedule(time.Now(), time.Second, 77)
	for range 3 {
		for _, at := range []time.Time{s.next, s.grid} {
			if at == at.Round(0) {
				t.Fatalf("%v has no monotonic reading", at)
			}
		}
		s.advance(time.Now().Add(time.Minute))
	}
}

// K4: a clock that was never set.
func TestScheduleAtOddTimes(t *testing.T) {
	for _, now := range []time.Time{time.Unix(0, 0), time.Unix(3, 0), time.Date(2106, 2, 7, 6, 28, 16, 0, time.UTC), time.Unix(-1000, 0)} {
		s := newSchedule(now, time.Minute, 1<<63+77)
		before := s.next
		s.advance(before)
		if gap := s.next.Sub(before); gap <= 0 || gap > 2*time.Minute {
			t.Errorf("at %v: second scrape %v after the first", now, gap)
		}
	}
}

func TestSeedTellsHostAndLabelsApart(t *testing.T) {
	target := func(value string) *Target {
		return &Target{Labels: convert.Labels{{Name: "instance", Value: value}}}
	}
	same := seed("a", target("b"))
	if seed("a", target("b")) != same {
		t.Error("one target has two seeds")
	}
	for _, other := range []uint64{seed("ab", target("")), seed("", target("ab")), seed("a", target("c")), seed("b", target("b"))} {
		if other == same {
			t.Error("two targets have one seed")
		}
	}
}

// Times of samples are those of the ticks, as long as scrapes are hardly later:
// Prometheus aligns them, too.
func TestScheduleAlignsTimes(t *testing.T) {
	for _, test := range []struct{ interval, late, want time.Duration }{
		{15 * time.Second, 0, 0},
		{15 * time.Second, time.Millisecond, 0},
		{15 * time.Second, 2 * time.Millisecond, 0},
		{15 * time.Second, 2*time.Millisecond + 1, 2*time.Millisecond + 1},
		{15 * time.Second, -time.Millisecond, -time.Millisecond}, // at a stop, before it was due
		{100 * time.Millisecond, time.Millisecond, 0},
		{100 * time.Millisecond, 2 * time.Millisecond, 2 * time.Millisecond},
	} {
		s := newSchedule(time.Now(), test.interval, 42)
		got := s.timeOf(s.next.Add(test.late))
		if late := got.Sub(s.next.Round(0)); late != test.want {
			t.Errorf("%v after a tick, each %v: samples are %v after it, want %v", test.late, test.interval, late, test.want)
		}
	}
	if now := time.Now(); !(*schedule)(nil).timeOf(now).Equal(now.Round(0)) {
		t.Error("without a schedule, the time is not that of the scrape")
	}
}
