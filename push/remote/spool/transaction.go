package spool

import (
	"errors"
	"math"
	"os"
	"syscall"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// update calls f in a transaction that writes, and commits it unless f has an
// error. After any other failure the file is not trusted any more: what a sync
// did not write is not written by the next one either.
func (s *Spool) update(f func(*bbolt.Bucket) error) error {
	var tx *bbolt.Tx
	var refused error
	s.db.MaxSize = int(min(s.maxSize.Load(), math.MaxInt))
	err := guard(func() (err error) {
		tx, err = s.begin(true)
		if err != nil {
			return err
		}
		if refused = f(bucketOf(tx)); refused != nil {
			return tx.Rollback()
		}
		return tx.Commit()
	})
	s.undo(tx, err)
	switch {
	case err == nil:
		return refused
	case errors.Is(err, bolterrors.ErrMaxSizeReached):
		return ErrFull
	case isNoRoom(err):
		return err
	}
	return s.fail(err)
}

// undo ends a transaction that a fault left open, as bbolt waits for it.
func (s *Spool) undo(tx *bbolt.Tx, err error) {
	var f *fault
	if !errors.As(err, &f) {
		return
	}
	ended := tx != nil && !errors.As(guard(func() error { _ = tx.Rollback(); return nil }), &f)
	if !ended {
		s.stuck.Store(true)
	}
}

// view calls f in a transaction that reads.
func (s *Spool) view(f func(*bbolt.Tx, *bbolt.Bucket) error) error {
	var tx *bbolt.Tx
	var refused error
	err := guard(func() (err error) {
		tx, err = s.begin(false)
		if err != nil {
			return err
		}
		refused = f(tx, bucketOf(tx))
		return tx.Rollback()
	})
	s.undo(tx, err)
	if err != nil {
		return s.fail(err)
	}
	return refused
}

// begin starts a transaction. It looks at the meta pages before bbolt does,
// which would panic with its locks held.
func (s *Spool) begin(writable bool) (*bbolt.Tx, error) {
	if err := s.trusted(); err != nil {
		return nil, err
	}
	metas, err := readMetas(s.file)
	if err != nil {
		return nil, err
	}
	if !metas[0].valid && !metas[1].valid {
		return nil, &fault{"both of its meta pages are damaged"}
	}
	return s.db.Begin(writable)
}

func bucketOf(tx *bbolt.Tx) *bbolt.Bucket {
	b := tx.Bucket([]byte(bucketName))
	if b == nil {
		panic("its bucket is gone")
	}
	b.FillPercent = 1 // records come at the end, so that no page needs room between
	return b
}

// isNoRoom tells whether a write failed for want of room and nothing else.
func isNoRoom(err error) bool {
	var path *os.PathError
	return errors.As(err, &path) && path.Op == "write" && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT))
}
