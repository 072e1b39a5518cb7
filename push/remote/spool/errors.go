package spool

import (
	"errors"
	"fmt"
)

// Errors that a caller tells apart.
var (
	// ErrDamaged tells that a record is not what was put in. It is gone.
	ErrDamaged = errors.New("the record is damaged")
	// ErrMissing tells that there is no such record.
	ErrMissing = errors.New("there is no such record")
	// ErrFull tells that the file would grow beyond its limit. Nothing of the
	// call's records was added: delete the oldest and call again.
	ErrFull = errors.New("the spool is full")
	// ErrTooLarge tells that the records would not fit into an empty spool
	// either, or that a target's name is longer than MaxTarget.
	ErrTooLarge = errors.New("too large for the spool")
	// ErrTaken tells that there is a record with that number.
	ErrTaken = errors.New("the number is taken")
	// ErrClosed tells that Close was called.
	ErrClosed = errors.New("the spool is closed")
	// ErrHeld tells that another process has the spool open.
	ErrHeld = errors.New("held by another promferry that still runs; each remote_write needs a directory of its own")
	// ErrLost tells that the file is not in its directory any more. What is
	// written would be gone at the end: close the spool and open it again, which
	// begins a new file.
	ErrLost = errors.New("the file was removed or replaced while it was in use")
	// ErrForeign tells that the file is not one of ours, or of a newer promferry.
	// It was not touched.
	ErrForeign = errors.New("it is not a spool of this promferry")
	// ErrUnsound tells that a file is ours, and that the next Open will move it
	// aside. It was not touched.
	ErrUnsound = errors.New("damaged: it will be moved aside at the next start, and what can be read of it is kept")
)

// A DamagedError tells that a file was damaged and moved aside. The Spool beside
// it is usable, and has the records that could still be read.
type DamagedError struct {
	Path  string // where the file was
	Aside string // where it is now; nobody deletes it
	Err   error  // what is wrong with it
}

// Error names both files and the damage.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("spool %s: damaged (%v); it was moved to %s, and a new one has what could be read of it", e.Path, e.Err, e.Aside)
}

// Unwrap returns the damage.
func (e *DamagedError) Unwrap() error { return e.Err }

// A damage is what is wrong with the structure of a file of ours.
type damage struct{ what string }

func (d *damage) Error() string { return d.what }

func damaged(format string, args ...any) error { return &damage{fmt.Sprintf(format, args...)} }

// wrap names the operation and the file.
func (s *Spool) wrap(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s spool %s: %w", operation, s.path, err)
}

// fail makes err the answer of all further calls, unless there is one already,
// and returns the one that it is.
func (s *Spool) fail(err error) error {
	s.broken.CompareAndSwap(nil, &err)
	return *s.broken.Load()
}

// trusted returns why the file is not trusted any more.
func (s *Spool) trusted() error {
	if err := s.broken.Load(); err != nil {
		return *err
	}
	return nil
}
