// Package spool keeps records on disk until they are deleted. What comes in are
// records in the order of their numbers; what comes out are the same, after a
// restart, too.
package spool

import (
	"errors"
	"iter"
)

// A Header says what a record is.
type Header struct {
	ID      uint64 // numbers only grow, from one record to the next
	Target  string // whose samples it has; any bytes
	Time    int64  // of the scrape, Unix time in milliseconds
	Samples int
	Plain   int // bytes of the body before compression
	Size    int // bytes of the body
}

// A Record is what is kept of one scrape of one target, or of a part of it.
type Record struct {
	Header
	Body []byte
}

// ErrDamaged tells that a record is not what was put in. It is gone.
var ErrDamaged = errors.New("the record is damaged")

// A Spool is one file in a directory. All methods are safe for concurrent use.
type Spool struct{}

// Open opens or makes the spool of a directory. A file that is damaged is moved
// aside, which the error of a Spool that is usable says.
func Open(directory string) (*Spool, error) { return nil, errors.New("not yet") }

// Headers yields those of all records, in their order.
func (s *Spool) Headers() iter.Seq[Header] { return func(func(Header) bool) {} }

// Append adds records, all or none, and returns when they are on disk.
func (s *Spool) Append(records []Record) error { return nil }

// Body returns a copy of a record's body.
func (s *Spool) Body(id uint64) ([]byte, error) { return nil, nil }

// Delete takes records away. Those that are not there are no error.
func (s *Spool) Delete(ids []uint64) error { return nil }

// Size is that of the file, in bytes.
func (s *Spool) Size() int64 { return 0 }

// Used is how much of the file holds records, in bytes.
func (s *Spool) Used() int64 { return 0 }

// Close closes the file.
func (s *Spool) Close() error { return nil }
