// Package spool keeps records on disk until they are deleted. What comes in are
// records in the order of their numbers; what comes out are the same, after a
// restart, too.
//
// The directory has one file, spool.db (bbolt), with spool.lock beside it, which
// stays behind, and spool.db.damaged-TIME for each file that was moved aside:
// these are never deleted. All else in the directory is a stranger's and is not
// touched, nor is a spool.db that another program or a newer promferry wrote.
//
// A file never shrinks. Pages that records leave are used again by those that
// come, all of them, as no record needs pages that lie side by side: see
// layout.go.
package spool

import (
	"os"
	"sync"
	"sync/atomic"

	"github.com/gofrs/flock"
	"go.etcd.io/bbolt"
)

// A Header says what a record is.
type Header struct {
	ID      uint64 // numbers only grow, from one record to the next; each is there once
	Target  string // whose samples it has; any bytes, at most MaxTarget of them
	Time    int64  // of the scrape, Unix time in milliseconds
	Samples int
	Plain   int // bytes of the body before compression
	Size    int // bytes of the body; Append takes the body's own
}

// A Record is what is kept of one scrape of one target, or of a part of it.
type Record struct {
	Header
	Body []byte
}

// Options of a spool. The zero value has no limit.
type Options struct {
	MaxSize int64 // bytes of the file; 0: only the disk's
}

// A Spool is one file in a directory. [Options.Open] makes it. All methods are safe
// for concurrent use.
//
// Once the file cannot be trusted any more (the disk said that it did not write,
// or what is read makes no sense, or the file was removed) all methods say so
// until Close. Another Open then finds what is left, or begins anew.
type Spool struct {
	path string
	lock *flock.Flock
	file *os.File // which db closes
	db   *bbolt.DB

	maxSize atomic.Int64
	size    atomic.Int64 // of the file
	used    atomic.Int64
	lost    atomic.Int64 // damaged records
	touched atomic.Int64 // bytes that were read through the mapping since it was last forgotten

	queue queue

	turn   sync.Mutex // held by who writes
	closed bool

	reading sync.RWMutex // held by transactions that read

	broken atomic.Pointer[error] // why the file is not trusted any more
	stuck  atomic.Bool           // a transaction did not end: bbolt would wait for it for ever
}

// Size is that of the file, in bytes.
func (s *Spool) Size() int64 { return s.size.Load() }

// Used is how much of the file holds records, in bytes, with all that the file
// needs for them: whole pages.
func (s *Spool) Used() int64 { return s.used.Load() }

// Damaged is how many records were found to be damaged since the spool was
// opened. They are gone. Of a file that was moved aside it is as many as are not
// in the new one, if its damage leaves them to be counted.
func (s *Spool) Damaged() int { return int(s.lost.Load()) }

// SetMaxSize replaces the limit. A file that is larger does not shrink, but does
// not hold more than the limit any more: Append says ErrFull.
func (s *Spool) SetMaxSize(bytes int64) { s.maxSize.Store(bytes) }

// Close closes the file.
func (s *Spool) Close() error {
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.broken.Store(&ErrClosed)
	err := s.closeFile()
	s.unlock()
	return err
}

// closeFile closes what is under a transaction that did not end by its file
// alone. The mapping stays then, until the process ends.
func (s *Spool) closeFile() error {
	if s.stuck.Load() {
		return s.wrap("close", abandon(s.file))
	}
	return s.wrap("close", guard(s.db.Close))
}
