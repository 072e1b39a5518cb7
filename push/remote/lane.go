package remote

import (
	"iter"
	"time"
)

// A lane has the records of one target, in order. The next of a target's scrapes
// is not under way before the one before is answered: a receiver may take none
// that is older than what it has. Parts of one scrape may be under way at once,
// as their series differ.
type lane struct {
	target      string
	first, last *record   // those that are gone stay until they are the first
	waiting     int       // records that are not under way
	underWay    int       // requests with records of the lane
	sendingAt   int64     // the scrape that these are of
	mixed       bool      // one of them has several scrapes
	backlog     bool      // it has had more than one scrape since an outage
	due         time.Time // nothing of it goes before; zero: at any time
	failures    int       // in a row
	turns       *turns    // that it has a place in, between these; nil: none

	earlier, later *lane
}

// append adds a record as the last.
func (l *lane) append(r *record) {
	r.lane = l
	l.waiting++
	if l.first == nil {
		l.first = r
	} else {
		l.last.behind = r
	}
	l.last = r
}

// prepend adds a record as the first.
func (l *lane) prepend(r *record) {
	r.lane, r.behind = l, l.first
	l.waiting++
	if l.first == nil {
		l.last = r
	}
	l.first = r
}

// clean forgets the first ones that are gone.
func (l *lane) clean() {
	for l.first != nil && l.first.place == gone {
		l.first, l.first.behind = l.first.behind, nil
	}
	if l.first == nil {
		l.last = nil
	}
	if l.isShort() {
		l.backlog = false
	}
}

// isShort tells whether no more than one scrape is left.
func (l *lane) isShort() bool { return l.first == nil || l.first.at == l.last.at }

// ready yields what may go now, in order.
func (l *lane) ready(now time.Time) iter.Seq[*record] {
	return func(yield func(*record) bool) {
		if l.underWay > 0 && l.mixed || now.Before(l.due) {
			return
		}
		for r := l.first; r != nil; r = r.behind {
			switch {
			case r.place == gone:
				continue
			case l.underWay > 0 && r.at != l.sendingAt:
				return
			case r.place == sending:
				continue
			case !yield(r):
				return
			}
		}
	}
}

// begin notes that a request has these records of the lane.
func (l *lane) begin(records []*record) {
	if l.underWay == 0 {
		l.sendingAt, l.mixed = records[0].at, false
	}
	l.underWay++
	l.mixed = l.mixed || records[0].at != records[len(records)-1].at
}
