package remote

import "time"

// A record is a part of one scrape of one target, compressed. All records that
// wait are in memory, without their bodies where those are in the spool: so it
// is small, and what it needs with a body only is in that. Store.mu guards all but
// the bytes of the body, which nobody writes to.
type record struct {
	lane    *lane
	behind  *record // the next of the lane
	all     link
	id      uint64        // in the spool; 0: it is in memory only
	at      int64         // of the scrape, Unix time in milliseconds
	since   time.Duration // when it was committed, or once it is tried first sent, after Store.born; 0: before that
	body    *body         // nil: it is in the spool only
	samples int32
	plain   int32 // bytes of the body before compression
	size    int32 // bytes of the body
	place   place
	sent    sent
	alone   bool // it goes in a request of its own: one with others was refused
	timed   bool // likewise always: its samples have times that may be refused
	held    bool // it is in queue.held
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

// sent says what is known of earlier tries.
type sent uint8

// What is known of them: any of these.
const (
	tried      sent = 1 << iota // by this process
	found                       // it may have been, by the process that was here before
	unanswered                  // by this process, and the receiver may have it
)

// weight is what the record counts for in the capacity: one with metadata alone
// is not nothing.
func (r *record) weight() int { return max(int(r.samples), 1) }

// scraped is the time of the scrape.
func (r *record) scraped() time.Time { return time.UnixMilli(r.at) }

// A link is the place of a record in a list.
type link struct{ before, after *record }

// A list is one of records that know their places in it.
type list struct {
	link        func(*record) *link // that of the list
	first, last *record
}

// linkInAll is that of all records that are not gone, the oldest first.
func linkInAll(r *record) *link { return &r.all }

// linkInHeld is that of those that wait and have a body in memory, likewise.
func linkInHeld(r *record) *link { return &r.body.held }

// append adds a record as the last.
func (l *list) append(r *record) {
	*l.link(r) = link{before: l.last}
	if l.last == nil {
		l.first = r
	} else {
		l.link(l.last).after = r
	}
	l.last = r
}

// prepend adds a record as the first.
func (l *list) prepend(r *record) {
	*l.link(r) = link{after: l.first}
	if l.first == nil {
		l.last = r
	} else {
		l.link(l.first).before = r
	}
	l.first = r
}

// remove takes a record out, which is in.
func (l *list) remove(r *record) {
	own := *l.link(r)
	if own.before == nil {
		l.first = own.after
	} else {
		l.link(own.before).after = own.after
	}
	if own.after == nil {
		l.last = own.before
	} else {
		l.link(own.after).before = own.before
	}
	*l.link(r) = link{}
}

// after returns the record behind another; nil: that is the last.
func (l *list) after(r *record) *record { return l.link(r).after }
