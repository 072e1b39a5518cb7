package remote

import "time"

// A record is a part of one scrape of one target, compressed. All records that
// wait are in memory, without their bodies where those are in the spool: so it
// is small. Store.mu guards all but body, which nobody writes to.
type record struct {
	lane    *lane
	behind  *record // the next of the lane
	links   [lists]link
	id      uint64        // in the spool; 0: it is in memory only
	at      int64         // of the scrape, Unix time in milliseconds
	since   time.Duration // when it was committed, after Store.born; 0: before that
	tried   time.Duration // when it was first sent, likewise; 0: not yet
	body    *body         // nil: it is in the spool only
	samples int32
	plain   int32 // bytes of the body before compression
	size    int32 // bytes of the body
	place   place
	alone   bool // it goes in a request of its own: one with others was refused
}

// forgetBody lets the body go from memory.
func (r *record) forgetBody() {
	r.body.release()
	r.body = nil
}

// A place says where a record is.
type place uint8

// The places.
const (
	waiting place = iota
	sending
	gone // stored, refused or dropped
)

// weight is what the record counts for in the capacity: one with metadata alone
// is not nothing.
func (r *record) weight() int { return max(int(r.samples), 1) }

// scraped is the time of the scrape.
func (r *record) scraped() time.Time { return time.UnixMilli(r.at) }

// What lists a record may be in.
const (
	inAll  = iota // all that are not gone, the oldest first
	inHeld        // those that wait and have a body in memory, likewise
	lists
)

type link struct {
	before, after *record
	in            bool
}

// A list is one of records that know their places in it.
type list struct {
	kind        int
	first, last *record
}

// append adds a record as the last.
func (l *list) append(r *record) {
	own := &r.links[l.kind]
	*own = link{before: l.last, in: true}
	if l.last == nil {
		l.first = r
	} else {
		l.last.links[l.kind].after = r
	}
	l.last = r
}

// prepend adds a record as the first.
func (l *list) prepend(r *record) {
	own := &r.links[l.kind]
	*own = link{after: l.first, in: true}
	if l.first == nil {
		l.last = r
	} else {
		l.first.links[l.kind].before = r
	}
	l.first = r
}

// remove takes a record out, if it is in.
func (l *list) remove(r *record) {
	own := r.links[l.kind]
	if !own.in {
		return
	}
	if own.before == nil {
		l.first = own.after
	} else {
		own.before.links[l.kind].after = own.after
	}
	if own.after == nil {
		l.last = own.before
	} else {
		own.after.links[l.kind].before = own.before
	}
	r.links[l.kind] = link{}
}

// after returns the record behind another; nil: that is the last.
func (l *list) after(r *record) *record { return r.links[l.kind].after }
