package spool

import (
	"errors"
	"os"

	"go.etcd.io/bbolt"
)

// write writes what fits into one transaction, and returns what is left.
func (s *Spool) write(waiting []*operation) (later []*operation) {
	if err := s.ready(); err != nil {
		return end(waiting, err)
	}
	r := s.plan(waiting, s.room(), ErrFull)
	if err := s.reserve(r.needs()); err != nil { // of the disk
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
		s.touched.Add(bodies(o.add)) // the kernel maps what was written beside what is looked at
	}
	if !changed {
		return errUnchanged
	}
	return b.SetSequence(sequence(formatVersion, count))
}

var errUnchanged = errors.New("nothing to write")

// bodies is how much records have in them, in bytes.
func bodies(records []Record) (size int64) {
	for _, r := range records {
		size += int64(len(r.Body))
	}
	return size
}
