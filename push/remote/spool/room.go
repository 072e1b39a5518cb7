package spool

import (
	"math"
	"runtime"

	"go.etcd.io/bbolt"
)

// What a transaction needs is known before it begins, as each free page is as
// good as any other. So a spool that is full, and a disk that is full, are found
// while nothing has been written yet.

const (
	// basePages are written by each transaction: the branches to the last leaf and
	// that leaf, the page that names the bucket, and what a split adds.
	basePages = 16
	// deletePages is what a deleted record may need at most: the leaves at its two
	// ends, their neighbours where they are joined, the branches above.
	deletePages = 6
	// reservePages are kept from Append, so that Delete works in a full spool: it
	// writes pages before those that it leaves are free.
	reservePages = 32
	// maxDeletions of an operation bound what one transaction has in memory.
	maxDeletions = 1000
	// deletionPages are what the file grows for, at most, for deletions: where
	// there are few free pages, a transaction deletes fewer records, and leaves
	// more of them to the next.
	deletionPages = 128
	// smallest is what a spool without records has: two meta pages, two more that
	// bbolt begins with, the page that names the bucket.
	smallest = 8
)

// leaves is how many pages entries of so many bytes need at most. An entry that
// does not fit any more leaves a gap of less than its size.
func leaves(bytes int64) int64 {
	const filled = pageSize - pageHead - maxEntry
	return bytes/filled + 2
}

// pagesOf is how many pages records need; not ok: there is no such spool.
func pagesOf(records []Record) (pages int64, ok bool) {
	bytes := int64(0)
	for _, r := range records {
		if len(r.Target) > MaxTarget || len(r.Body) > maxBody {
			return 0, false
		}
		bytes += entryBytes(r)
	}
	return leaves(bytes), true
}

// room is how many pages a transaction may write within the limit.
func (s *Spool) room() int64 {
	limit := s.maxSize.Load()
	if limit <= 0 {
		return math.MaxInt64
	}
	return (limit-s.used.Load())/pageSize - 2 // bbolt wants a page or two behind the last
}

// inFile is how many pages a transaction may write without more of the disk.
func (s *Spool) inFile() int64 {
	return min(s.room(), (s.size.Load()-s.used.Load())/pageSize-1)
}

// hardLimit is what bbolt is told, for what plan did not foresee. A file that is
// too large already, as its limit was lowered, has room to delete.
func (s *Spool) hardLimit() int {
	limit := s.maxSize.Load()
	if limit <= 0 {
		return 0
	}
	return int(min(max(limit, s.high()+reservePages*pageSize), math.MaxInt))
}

// high is where bbolt begins new pages.
func (s *Spool) high() int64 {
	stats := s.db.Stats()
	return s.used.Load() + int64(stats.FreePageN+stats.PendingPageN)*pageSize
}

// fitsEmpty tells whether a spool without records has room for that.
func (s *Spool) fitsEmpty(pages int64) bool {
	limit := s.maxSize.Load()
	return limit <= 0 || pages+basePages+reservePages+smallest <= limit/pageSize
}

// measure notes how large the file is and how much of it is in use. It is called
// between transactions.
func (s *Spool) measure() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	return s.view(func(tx *bbolt.Tx, _ *bbolt.Bucket) error {
		stats := s.db.Stats()
		s.size.Store(info.Size())
		s.used.Store(tx.Size() - int64(stats.FreePageN+stats.PendingPageN)*pageSize)
		return nil
	})
}

// reserve makes the file so large that a transaction may write so many pages. It
// is called before the transaction.
func (s *Spool) reserve(pages int64) error {
	high := s.high()
	need := high + pageSize + max(0, pages*pageSize-(high-s.used.Load()))
	if limit := s.maxSize.Load(); limit > 0 {
		need = min(need, limit)
	}
	have := s.size.Load()
	if need <= have {
		return nil
	}
	err := extend(s.file, have, s.stride(need))
	if err != nil { // the last room of a disk, perhaps
		err = extend(s.file, have, need)
	}
	if err != nil {
		return err
	}
	if err := s.file.Sync(); err != nil {
		return s.fail(err)
	}
	return nil
}

// stride is a size that is not soon too small again, as each change of it is
// synced: an eighth more, but at most 4 MiB, and never more than the limit.
func (s *Spool) stride(need int64) int64 {
	size := need + min(max(need/8, 4*pageSize), 4<<20)
	if limit := s.maxSize.Load(); limit > 0 {
		size = max(need, min(size, limit))
	}
	return size / pageSize * pageSize
}

// maxMapping bounds the mapping that is made in advance; a 32-bit system has not
// much more.
const maxMapping = 1 << 30

func initialMapping(limit int64) int {
	switch {
	case runtime.GOOS == "windows": // makes the file as large as the mapping
		return 0
	case limit <= 0:
		return 64 << 20
	}
	return int(min(limit, maxMapping))
}
