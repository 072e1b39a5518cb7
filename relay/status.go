package relay

import (
	"maps"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A Status says how a target does. It is a copy: nothing changes it.
type Status struct {
	Job        string
	Address    string
	Labels     convert.Labels // the grouping key
	Interval   time.Duration
	LastScrape time.Time // its start; zero: not yet
	Duration   time.Duration
	Error      error // of the last scrape; nil where it went well
	Samples    int
	Bytes      int64
	Dropped    map[convert.DropReason]int // series left out, since the start
	Timestamps int                        // stripped, since the start
	Exemplars  int                        // stripped, since the start
	Natives    int                        // native histograms cut, since the start
	Escaped    int                        // series whose UTF-8 names went out with underscores, since the start
	Stale      int                        // series that a scrape had no more, for which stores got markers, since the start
	NotStored  map[convert.DropReason]int // series that no store got, since the start
	Others     int                        // groups beside its own, which honor_labels or rules made
	Pushes     []push.GroupStatus         // of the target's own group, by gateway; then those of its other groups that fail or miss families
}

// Up tells whether the last scrape went well.
func (s Status) Up() bool { return !s.LastScrape.IsZero() && s.Error == nil }

// Status returns the status of all targets, in the order of the configuration.
func (p *Pool) Status() []Status {
	targets := p.all()
	all := make([]Status, len(targets))
	for i, t := range targets {
		all[i] = t.Status()
	}
	return all
}

// Status returns how the target does now, whether it is in a pool or not.
func (t *Target) Status() Status {
	t.mu.Lock()
	s := t.status
	s.Dropped, s.NotStored = maps.Clone(s.Dropped), maps.Clone(s.NotStored)
	others := t.made
	t.mu.Unlock()
	s.Job, s.Address, s.Labels, s.Interval = t.Job, t.Address, t.Labels, t.Interval
	s.Others = len(others)
	for _, g := range t.Gateways.Of(t.Labels) {
		s.Pushes = append(s.Pushes, g.Group(t.Labels))
	}
	for _, group := range others {
		for _, g := range t.Gateways.Of(group) {
			if status := g.Group(group); status.LastError != nil || len(status.Refused) > 0 {
				s.Pushes = append(s.Pushes, status)
			}
		}
	}
	return s
}

// note keeps the result of a cycle; changed is true where it begins to fail,
// or to panic, or works again.
func (t *Target) note(res result) (failing, changed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &t.status
	failing = res.err != nil
	changed = failing != (s.Error != nil) || isPanic(res.err) && !isPanic(s.Error)
	s.LastScrape, s.Duration, s.Error = res.start, res.took, res.err
	s.Samples, s.Bytes = res.stats.Samples, res.stats.Bytes
	if failing {
		return failing, changed // nothing of it was to be pushed
	}
	s.Timestamps += res.stats.Timestamps
	s.Exemplars += res.stats.Exemplars
	s.Natives += res.stats.Natives
	s.Escaped += res.stats.Escaped
	s.Stale += res.stats.Stale
	addTo(&s.Dropped, res.stats.Dropped)
	addTo(&s.NotStored, res.stats.StoreDropped)
	return failing, changed
}

func addTo(sums *map[convert.DropReason]int, more map[convert.DropReason]int) {
	if *sums == nil && len(more) > 0 {
		*sums = make(map[convert.DropReason]int, len(more))
	}
	for reason, n := range more {
		(*sums)[reason] += n
	}
}
