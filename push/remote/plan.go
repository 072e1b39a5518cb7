package remote

import "time"

// A plan is what a request would have.
type plan struct {
	parts   []part
	samples int
	plain   int
	full    bool
	urgent  bool          // something in it does not wait for more
	since   time.Duration // when the oldest was committed
	divided bool          // records that were refused with others go alone
}

// A part of a plan is what one lane has in it.
type part struct {
	lane    *lane
	records []*record
}

// plan returns what goes now, or when to look again; zero: not before a change.
// A request goes when it is full, or when something in it has waited for long
// enough. s.mu is held.
func (s *Store) plan(from *turns, now time.Time) (*plan, time.Time) {
	p := &plan{divided: from.mayDivide(now)}
	var at time.Time
	for l := from.first; l != nil; l = l.later {
		if now.Before(l.due) {
			at = earliest(at, l.due)
			continue
		}
		if p.add(l, now, s.settings.MaxSamplesPerSend); p.full {
			break
		}
	}
	if len(p.parts) == 0 {
		return nil, at
	}
	due := s.born.Add(p.since + s.settings.BatchSendDeadline)
	if p.full || p.urgent || s.draining || !now.Before(due) {
		return p, time.Time{}
	}
	return nil, earliest(at, due)
}

// add takes what a lane has ready, as long as it fits.
func (p *plan) add(l *lane, now time.Time, most int) {
	var records []*record
	for r := range l.ready(now) {
		empty, alone := len(p.parts) == 0 && len(records) == 0, r.timed || r.alone && p.divided
		if !empty && (alone || p.samples+int(r.samples) > most || p.plain+int(r.plain) > maxPlain) {
			p.full = true
			break
		}
		if empty {
			p.since = r.since
		}
		records = append(records, r)
		p.note(r)
		if p.full = alone || p.samples >= most; p.full {
			break
		}
	}
	if len(records) > 0 {
		p.parts = append(p.parts, part{l, records})
	}
}

// note counts a record. One that was there before this process, or was tried,
// has waited already.
func (p *plan) note(r *record) {
	p.samples += int(r.samples)
	p.plain += int(r.plain)
	p.since = min(p.since, r.since)
	p.urgent = p.urgent || r.since == 0 || r.sent&tried != 0
}
