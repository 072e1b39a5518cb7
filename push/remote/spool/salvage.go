package spool

import (
	"bytes"
	"errors"
	"os"

	"go.etcd.io/bbolt"
)

// salvage copies what can be read of a damaged file into one without records:
// most often that is all but a page. What is not whole there is found when the
// new file is checked. Pages that no sound page leads to are not looked at: they
// may have records that were deleted.
func salvage(path string, into *bbolt.DB) error {
	file, err := openFile(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	m, err := identify(file, everywhere)
	if err != nil {
		return nil // nothing leads to the records
	}
	c, err := newChecker(file, m)
	if err != nil {
		return err
	}
	c.lenient = true
	bucket, err := c.bucket(m.root)
	if err != nil {
		return nil
	}
	w := &copier{into: into}
	err = c.records(bucket, w.add)
	var d *damage
	if err != nil && !errors.As(err, &d) {
		return err
	}
	return w.flush()
}

// A copier puts entries into a file, many in one transaction.
type copier struct {
	into    *bbolt.DB
	entries []entry
	bytes   int
	records int
	last    uint64 // number of the last one
}

// copyBytes is how much a copier keeps in memory.
const copyBytes = 1 << 20

func (w *copier) add(e entry) error {
	id, _, ok := parseKey(e.key)
	if !ok || len(e.value) > pieceSize || e.flags != 0 {
		return nil
	}
	if w.records == 0 || id != w.last {
		w.records, w.last = w.records+1, id
	}
	w.entries = append(w.entries, entry{key: bytes.Clone(e.key), value: bytes.Clone(e.value)})
	w.bytes += len(e.value)
	if w.bytes < copyBytes {
		return nil
	}
	return w.flush()
}

func (w *copier) flush() error {
	err := w.into.Update(func(tx *bbolt.Tx) error {
		b := bucketOf(tx)
		for _, e := range w.entries {
			if err := b.Put(e.key, e.value); err != nil {
				return err
			}
		}
		return b.SetSequence(sequence(formatVersion, w.records))
	})
	w.entries, w.bytes = nil, 0
	return err
}
