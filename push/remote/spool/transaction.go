package spool

import (
	"errors"

	"go.etcd.io/bbolt"
)

// update calls f in a transaction that writes, and commits it unless f has an
// error. After any other failure the file is not trusted any more: what a sync
// did not write is not written by the next one either.
func (s *Spool) update(f func(*bbolt.Bucket) error) error {
	s.db.MaxSize = s.hardLimit()
	var tx *bbolt.Tx
	var refused error
	err := guard(func() (err error) {
		tx, err = s.begin()
		if err != nil {
			return err
		}
		if refused = f(bucketOf(tx)); refused != nil {
			return tx.Rollback()
		}
		return tx.Commit()
	})
	if err != nil {
		s.undo(tx, err)
		return s.fail(err)
	}
	return refused
}

// begin starts a transaction that writes, while none reads: then all pages that
// others have left are free, as plan counts them.
func (s *Spool) begin() (*bbolt.Tx, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if err := s.sane(); err != nil {
		return nil, err
	}
	return s.db.Begin(true)
}

// undo ends a transaction that failed. bbolt would wait for one that does not
// end, also when it closes.
func (s *Spool) undo(tx *bbolt.Tx, err error) {
	if tx != nil {
		err = guard(func() error { _ = tx.Rollback(); return nil })
	}
	var f *fault
	if errors.As(err, &f) {
		s.stuck.Store(true)
	}
}

// view calls f in a transaction that reads.
func (s *Spool) view(f func(*bbolt.Tx, *bbolt.Bucket) error) error {
	s.reading.RLock()
	defer s.reading.RUnlock()
	var tx *bbolt.Tx
	var refused error
	err := guard(func() (err error) {
		if err = s.sane(); err != nil {
			return err
		}
		if tx, err = s.db.Begin(false); err != nil {
			return err
		}
		refused = f(tx, bucketOf(tx))
		return tx.Rollback()
	})
	if err != nil {
		s.undo(tx, err)
		return s.fail(err)
	}
	return refused
}

// sane looks at the meta pages before bbolt does, which would panic with its
// locks held.
func (s *Spool) sane() error {
	if err := s.trusted(); err != nil {
		return err
	}
	metas, err := readMetas(s.file)
	if err != nil {
		return err
	}
	if !metas[0].valid && !metas[1].valid {
		return damaged("both of its meta pages were damaged while it was in use")
	}
	return nil
}

func bucketOf(tx *bbolt.Tx) *bbolt.Bucket {
	b := tx.Bucket([]byte(bucketName))
	if b == nil {
		panic("its bucket is gone")
	}
	b.FillPercent = 1 // records come at the end, so that no page needs room between
	return b
}
