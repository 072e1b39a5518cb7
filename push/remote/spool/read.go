package spool

import (
	"errors"
	"fmt"
	"iter"

	"github.com/cespare/xxhash/v2"
	"go.etcd.io/bbolt"
)

// headersAtOnce is how many headers are read in one transaction.
const headersAtOnce = 256

// Headers yields those of all records, in their order. Of records that come or
// go meanwhile it may have seen some. It ends early where the file cannot be
// read any more, which every other call then says.
func (s *Spool) Headers() iter.Seq[Header] {
	return func(yield func(Header) bool) {
		for from, more := uint64(0), true; more; {
			var headers []Header
			headers, from, more = s.headers(from)
			for _, h := range headers {
				if !yield(h) {
					return
				}
			}
		}
	}
}

// headers reads some from a number on, and says where to go on. The caller of
// Headers is not called within the transaction, as it may write.
func (s *Spool) headers(from uint64) (found []Header, next uint64, more bool) {
	err := s.view(func(_ *bbolt.Tx, b *bbolt.Bucket) error {
		cursor := b.Cursor()
		key, value := cursor.Seek(appendKey(nil, from, 0))
		for ; key != nil && len(found) < headersAtOnce; key, value = cursor.Seek(appendKey(nil, next, 0)) {
			id, _, ok := parseKey(key)
			if !ok {
				panic("a key is none of a record")
			}
			if h, _, ok := parseHeader(id, value); ok {
				found = append(found, h)
			}
			next = id + 1
			if next == 0 { // that was the last number there is
				return nil
			}
			s.touched.Add(pageSize)
		}
		more = key != nil
		return nil
	})
	return found, next, more && err == nil && s.forgetSome() == nil
}

// Body returns a copy of a record's body. The error is ErrDamaged or ErrMissing,
// or one that says why the file cannot be read any more.
func (s *Spool) Body(id uint64) (body []byte, err error) {
	err = s.view(func(_ *bbolt.Tx, b *bbolt.Bucket) (err error) {
		body, err = readBody(b, id)
		return err
	})
	s.touched.Add(int64(len(body)) + pageSize)
	if err == nil {
		err = s.forgetSome()
	}
	if errors.Is(err, ErrDamaged) {
		s.lost.Add(1)
		err = errors.Join(err, s.Delete([]uint64{id}))
	}
	if err != nil {
		return nil, fmt.Errorf("read record %d of spool %s: %w", id, s.path, err)
	}
	return body, nil
}

// readBody puts the pieces together.
func readBody(b *bbolt.Bucket, id uint64) ([]byte, error) {
	cursor := b.Cursor()
	key, value := cursor.Seek(appendKey(nil, id, 0))
	at, piece, ok := parseKey(key)
	if !ok || at != id {
		return nil, ErrMissing
	}
	h, sum, ok := parseHeader(id, value)
	if !ok || piece != 0 {
		return nil, ErrDamaged
	}
	body := make([]byte, 0, h.Size)
	for i := range pieces(h.Size) {
		key, value = cursor.Next()
		at, piece, ok = parseKey(key)
		if !ok || at != id || piece != i+1 || len(value) > pieceSize {
			return nil, ErrDamaged
		}
		body = append(body, value...)
	}
	if len(body) != h.Size || xxhash.Sum64(body) != sum {
		return nil, ErrDamaged
	}
	return body, nil
}

// forgetEvery is how much is read before the pages leave the process's memory.
const forgetEvery = 4 << 20

// forgetSome forgets what was read, once that is much.
func (s *Spool) forgetSome() error {
	if s.touched.Load() < forgetEvery {
		return nil
	}
	s.touched.Store(0)
	return s.forgetPages()
}

// forgetPages forgets all that is mapped, which does not move while there is a
// transaction.
func (s *Spool) forgetPages() error {
	return s.view(func(tx *bbolt.Tx, _ *bbolt.Bucket) error { return forget(s.mapping(tx)) })
}

// mapping is where the pages are that the transaction knows. Those are mapped; of
// the file as it is, which reserve makes larger first, a part may not be, and what
// lies there in its place belongs to others.
func (s *Spool) mapping(tx *bbolt.Tx) (address uintptr, bytes int64) {
	return s.db.Info().Data, tx.Size()
}
