package relay

import (
	"time"

	"github.com/cespare/xxhash/v2"
)

// firstScrapeWithin bounds the time from the start to a target's first scrape.
const firstScrapeWithin = 5 * time.Second

// A schedule says when a target is scraped. Its ticks stand on a grid of the
// wall clock with an offset of the target's own, so that neither the targets
// of one host nor the hosts of a fleet crowd. It reads the wall clock once;
// from then on time is monotonic.
type schedule struct {
	interval time.Duration
	next     time.Time
	grid     time.Time // a tick of the grid, at or after the first scrape
}

// newSchedule begins at now. seed is the same for a target as long as its host
// and labels are.
func newSchedule(now time.Time, interval time.Duration, seed uint64) *schedule {
	offset := int64(seed % uint64(interval))
	first := now.Add(time.Duration(seed % uint64(min(interval, firstScrapeWithin))))
	toGrid := offset - first.UnixNano()%int64(interval)
	for toGrid < int64(interval)/2 { // not two scrapes at once in the beginning
		toGrid += int64(interval)
	}
	return &schedule{interval: interval, next: first, grid: first.Add(time.Duration(toGrid))}
}

// advance moves next beyond now and returns how many ticks it passed over:
// those that came while the last scrape still ran, or while the machine slept.
func (s *schedule) advance(now time.Time) (skipped int) {
	s.next = s.grid
	if late := now.Sub(s.next); late >= 0 {
		skipped = int(late/s.interval) + 1
		s.next = s.next.Add(time.Duration(skipped) * s.interval)
	}
	s.grid = s.next.Add(s.interval)
	return skipped
}

// alignment is how late a scrape may be, at most, to count as one at its tick: as
// in Prometheus (ScrapeTimestampTolerance in its scrape/scrape.go), since stores
// compress times better that are equally far apart.
const alignment = 2 * time.Millisecond

// timeOf is the time of the samples of a scrape that begins at start: that of the
// tick, where it is hardly later. It is one of the wall clock as that is now, which
// may have been set since the tick was planned.
func (s *schedule) timeOf(start time.Time) time.Time {
	at := start.Round(0)
	if s == nil {
		return at
	}
	if late := start.Sub(s.next); late >= 0 && late <= min(alignment, s.interval/100) {
		return at.Add(-late)
	}
	return at
}

// seed hashes what tells a target from all others of the fleet. FNV would
// leave names that differ in their last digits unevenly spread.
func seed(host string, t *Target) uint64 {
	return xxhash.Sum64String(host + "\xff" + t.Labels.Key())
}
