package spool

import (
	"bytes"

	"github.com/cespare/xxhash/v2"
	"go.etcd.io/bbolt"
)

// taken tells whether a record is there already, or twice among those to add.
func taken(b *bbolt.Bucket, records []Record) bool {
	seen := make(map[uint64]bool, len(records))
	for _, r := range records {
		if seen[r.ID] || b.Get(appendKey(nil, r.ID, 0)) != nil {
			return true
		}
		seen[r.ID] = true
	}
	return false
}

// put adds the entries of records.
func put(b *bbolt.Bucket, records []Record) error {
	for _, r := range records {
		r.Header.Size = len(r.Body)
		if err := b.Put(appendKey(nil, r.ID, 0), appendHeader(nil, r.Header, xxhash.Sum64(r.Body))); err != nil {
			return err
		}
		for i := range pieces(len(r.Body)) {
			piece := r.Body[i*pieceSize : min((i+1)*pieceSize, len(r.Body))]
			if err := b.Put(appendKey(nil, r.ID, i+1), piece); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove takes all entries of a record away, and returns how many these were.
func remove(b *bbolt.Bucket, id uint64) (int, error) {
	var keys [][]byte
	cursor := b.Cursor()
	for key, _ := cursor.Seek(appendKey(nil, id, 0)); key != nil; key, _ = cursor.Next() {
		if at, _, ok := parseKey(key); !ok || at != id {
			break
		}
		keys = append(keys, bytes.Clone(key))
	}
	for _, key := range keys {
		if err := b.Delete(key); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}
