package remote

import (
	"slices"
	"time"

	"github.com/promferry/promferry/push/remote/spool"
)

// A queue has all records that are not done with, by their lanes. Store.mu guards
// it.
type queue struct {
	lanes    map[string]*lane // those with records
	live     *turns           // the lanes that have something waiting
	late     *turns           // likewise, those with a backlog
	lateTurn bool             // the next request is one of a backlog, if both may go
	all      list
	held     list
	samples  int      // in all
	spooled  int      // of them: in the spool
	loose    int      // records in memory alone
	weight   int      // of those that are held
	freed    []uint64 // records that the spool still has, and need not
}

func newQueue() queue {
	return queue{
		lanes: make(map[string]*lane), live: new(turns), late: new(turns),
		all: list{link: linkInAll}, held: list{link: linkInHeld},
	}
}

func (q *queue) lane(target string) *lane {
	l := q.lanes[target]
	if l == nil {
		l = &lane{target: target}
		q.lanes[target] = l
	}
	return l
}

// add puts a record behind all others.
func (q *queue) add(target string, r *record) {
	l := q.lane(target)
	l.append(r)
	q.all.append(r)
	q.count(r, +1)
	q.hold(r)
	q.enqueue(l)
}

// restore puts the records of a spool in front of all others. Their lanes have a
// backlog, unless it is one scrape only.
func (q *queue) restore(headers []spool.Header) {
	for _, h := range slices.Backward(headers) {
		l := q.lane(h.Target)
		r := &record{id: h.ID, at: h.Time, samples: int32(h.Samples), plain: int32(h.Plain), size: int32(h.Size), sent: found}
		l.prepend(r)
		l.backlog = !l.isShort()
		q.all.prepend(r)
		q.count(r, +1)
		q.enqueue(l)
	}
}

// number notes that a record is in the spool; 0: it is not any more.
func (q *queue) number(r *record, id uint64) {
	switch {
	case r.lane == nil: // it is not in the queue yet
		r.id = id
		return
	case r.place == gone:
		q.freed = append(q.freed, id)
		return
	}
	q.count(r, -1)
	r.id = id
	q.count(r, +1)
}

// take has a request begin with records of one lane.
func (q *queue) take(l *lane, records []*record) {
	for _, r := range records {
		q.release(r)
		r.place = sending
	}
	l.waiting -= len(records)
	l.begin(records)
}

// putBack lets a record wait again. It goes to the front of those that are held:
// others that are younger may have been dropped before it, but none is sent
// before it.
func (q *queue) putBack(r *record) {
	r.place = waiting
	r.lane.waiting++
	if r.body != nil {
		q.held.prepend(r)
		q.noteHeld(r)
	}
}

// remove ends a record.
func (q *queue) remove(r *record) {
	if r.place == gone {
		return
	}
	q.release(r)
	q.all.remove(r)
	q.count(r, -1)
	if r.place == waiting {
		r.lane.waiting--
	}
	r.place = gone
	if r.id != 0 {
		q.freed = append(q.freed, r.id)
	}
	r.forgetBody()
}

// hold notes that a record has its body in memory.
func (q *queue) hold(r *record) {
	q.held.append(r)
	q.noteHeld(r)
}

func (q *queue) noteHeld(r *record) {
	r.held = true
	q.weight += r.weight()
}

// release takes a record out of those that are held.
func (q *queue) release(r *record) {
	if r.held {
		q.held.remove(r)
		r.held = false
		q.weight -= r.weight()
	}
}

func (q *queue) count(r *record, sign int) {
	q.samples += sign * int(r.samples)
	if r.id != 0 {
		q.spooled += sign * int(r.samples)
	} else {
		q.loose += sign
	}
}

// oldest is the time of the oldest scrape that is not done with; zero: none.
func (q *queue) oldest() time.Time {
	if q.all.first == nil {
		return time.Time{}
	}
	return q.all.first.scraped()
}

// looseRecords returns the records that are in memory alone, in order.
func (q *queue) looseRecords() []*record {
	all := make([]*record, 0, q.loose)
	for r := q.all.last; r != nil && len(all) < q.loose; r = r.all.before {
		if r.id == 0 {
			all = append(all, r)
		}
	}
	slices.Reverse(all)
	return all
}
