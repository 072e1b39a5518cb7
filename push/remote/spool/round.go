package spool

// A round is what one transaction writes.
type round struct {
	add    []*operation
	remove []deletion
	pages  int64
	later  []*operation // what waits for the next round
}

// needs is how many free pages the file must have. One that grows keeps some for
// the deletions that come.
func (r *round) needs() int64 {
	if len(r.add) == 0 {
		return r.pages
	}
	return r.pages + reservePages
}

// A deletion is of the first records of an operation.
type deletion struct {
	of *operation
	n  int
}

// plan makes a round of what waits: deletions first, as they make room. What
// has no room is told why.
func (s *Spool) plan(waiting []*operation, room int64, full error) *round {
	r := &round{pages: basePages}
	deletable := min(room, max(s.inFile()-reservePages, deletionPages))
	for _, o := range waiting {
		if len(o.remove) > 0 {
			r.delete(o, deletable)
		}
	}
	for _, o := range waiting {
		if o.add != nil && !o.done {
			s.admit(r, o, room-reservePages, full)
		}
	}
	return r
}

// delete adds as many deletions as there is room for, and one at least. Of
// records whose numbers are next to each other nothing lies between: all of them
// need no more than one does.
func (r *round) delete(o *operation, room int64) {
	n := 0
	for i, id := range o.remove {
		need := int64(deletePages)
		if i > 0 && id-o.remove[i-1] <= 1 {
			need = 0
		}
		first := len(r.remove) == 0 && i == 0
		if i == maxDeletions || r.pages+need > room && !first {
			break
		}
		r.pages += need
		n++
	}
	if n > 0 {
		r.remove = append(r.remove, deletion{o, n})
	}
	if n < len(o.remove) {
		r.later = append(r.later, o)
	}
}

// admit adds an operation to the round if there is room for it.
func (s *Spool) admit(r *round, o *operation, room int64, full error) {
	pages, ok := pagesOf(o.add)
	switch {
	case !ok || !s.fitsEmpty(pages):
		end([]*operation{o}, ErrTooLarge)
	case r.pages+pages <= room:
		r.pages += pages
		r.add = append(r.add, o)
	case len(r.remove) > 0:
		r.later = append(r.later, o)
	default:
		end([]*operation{o}, full)
	}
}
