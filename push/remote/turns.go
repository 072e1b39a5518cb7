package remote

import "time"

// turns are lanes that have something to send, in the order of their turns.
type turns struct {
	first, last *lane
	vain        int       // records in a row that were refused alone, too
	vainAt      time.Time // the last of them
}

// add lets a lane in as the last.
func (t *turns) add(l *lane) {
	l.turns, l.earlier, l.later = t, t.last, nil
	if t.last == nil {
		t.first = l
	} else {
		t.last.later = l
	}
	t.last = l
}

// remove takes a lane out.
func (t *turns) remove(l *lane) {
	if l.earlier == nil {
		t.first = l.later
	} else {
		l.earlier.later = l.later
	}
	if l.later == nil {
		t.last = l.earlier
	} else {
		l.later.earlier = l.earlier
	}
	l.turns, l.earlier, l.later = nil, nil, nil
}

// settle puts a lane where it belongs after some of its records were put back or
// removed, or forgets it.
func (q *queue) settle(l *lane) {
	l.clean()
	switch {
	case l.first == nil && l.underWay == 0:
		q.unqueue(l)
		if q.lanes[l.target] == l {
			delete(q.lanes, l.target)
		}
	case l.waiting > 0:
		q.enqueue(l)
	default:
		q.unqueue(l)
	}
}

// enqueue gives a lane a turn, among those of its kind.
func (q *queue) enqueue(l *lane) {
	in := q.live
	if l.backlog {
		in = q.late
	}
	if l.turns == in {
		return
	}
	q.unqueue(l)
	in.add(l)
}

func (q *queue) unqueue(l *lane) {
	if l.turns != nil {
		l.turns.remove(l)
	}
}

// fallBehind notes which lanes have a backlog, at the end of an outage.
func (q *queue) fallBehind() {
	for _, l := range q.lanes {
		l.backlog = !l.isShort()
		if l.turns != nil {
			q.enqueue(l)
		}
	}
}
