package spool

import (
	"errors"
	"os"

	"go.etcd.io/bbolt"
)

// A round is what one transaction writes.
type round struct {
	add    []*operation
	remove []deletion
	pages  int64
	later  []*operation // what waits for the next round
}

// A deletion is of the first records of an operation.
type deletion struct {
	of *operation
	n  int
}

// write writes what fits into one transaction, and returns what is left.
func (s *Spool) write(waiting []*operation) (later []*operation) {
	if err := s.ready(); err != nil {
		return end(waiting, err)
	}
	r := s.plan(waiting, s.room(), ErrFull)
	if err := s.reserve(r.pages + reservePages); err != nil { // of the disk
		r = s.plan(waiting, s.inFile(), err)
	}
	err := s.commit(r)
	if err != nil {
		return end(waiting, err)
	}
	end(r.add, nil)
	for _, d := range r.remove {
		d.of.remove = d.of.remove[d.n:]
		d.of.done = len(d.of.remove) == 0
	}
	return r.later
}

// end gives operations their answer, unless they have one.
func end(operations []*operation, err error) []*operation {
	for _, o := range operations {
		if !o.done {
			o.done, o.err = true, err
		}
	}
	return nil
}

// ready tells whether what is written would be found again.
func (s *Spool) ready() error {
	if err := s.trusted(); err != nil {
		return err
	}
	mine, err := s.file.Stat()
	if err != nil {
		return s.fail(err)
	}
	there, err := os.Lstat(s.path)
	if err != nil || !os.SameFile(mine, there) {
		return s.fail(ErrLost)
	}
	return nil
}

// plan makes a round of what waits: deletions first, as they make room. What
// has no room is told why.
func (s *Spool) plan(waiting []*operation, room int64, full error) *round {
	r := &round{pages: basePages}
	for _, o := range waiting {
		if len(o.remove) > 0 {
			r.delete(o, room)
		}
	}
	for _, o := range waiting {
		if o.add != nil && !o.done {
			s.admit(r, o, room-reservePages, full)
		}
	}
	return r
}

// delete adds as many deletions as there is room for, and one at least.
func (r *round) delete(o *operation, room int64) {
	n := int(min(max((room-r.pages)/deletePages, 0), int64(len(o.remove))))
	if len(r.remove) == 0 {
		n = max(n, 1)
	}
	if n > 0 {
		r.remove = append(r.remove, deletion{o, n})
		r.pages += int64(n) * deletePages
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

// commit writes a round, and measures the file.
func (s *Spool) commit(r *round) error {
	if len(r.add) == 0 && len(r.remove) == 0 {
		return nil
	}
	err := s.update(func(b *bbolt.Bucket) error { return s.apply(r, b) })
	if err != nil && !errors.Is(err, errUnchanged) {
		return err
	}
	if err := s.measure(); err != nil {
		return s.fail(err)
	}
	return s.forgetSome()
}

// apply writes a round into a transaction.
func (s *Spool) apply(r *round, b *bbolt.Bucket) error {
	_, count, _ := parseSequence(b.Sequence()) // which was checked when the file was opened
	before := count
	for _, d := range r.remove {
		for _, id := range d.of.remove[:d.n] {
			entries, err := remove(b, id)
			if err != nil {
				return err
			}
			count -= min(entries, 1)
			s.touched.Add(int64(entries) * pieceSize)
		}
	}
	changed := count != before
	for _, o := range r.add {
		if taken(b, o.add) {
			end([]*operation{o}, ErrTaken)
			continue
		}
		if err := put(b, o.add); err != nil {
			return err
		}
		count += len(o.add)
		changed = true
	}
	if !changed {
		return errUnchanged
	}
	return b.SetSequence(sequence(formatVersion, count))
}

var errUnchanged = errors.New("nothing to write")
