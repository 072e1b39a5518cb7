package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Open opens or makes the spool of a directory. A file that is damaged is moved
// aside, which a *DamagedError of a Spool that is usable says; any other error is
// of no Spool.
func (o Options) Open(directory string) (*Spool, error) {
	s := &Spool{path: filepath.Join(directory, FileName)}
	s.SetMaxSize(o.MaxSize)
	if err := s.takeLock(directory); err != nil {
		return nil, s.wrap("open", err)
	}
	damage, err := s.open()
	if err != nil {
		s.unlock()
		return nil, s.wrap("open", err)
	}
	if damage != nil {
		return s, damage
	}
	return s, nil
}

// takeLock makes the directory and locks it. The lock has a file of its own, as
// spool.db may be moved.
func (s *Spool) takeLock(directory string) error {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return fmt.Errorf("%w; let the user write there who runs promferry", err)
	}
	lock := flock.New(filepath.Join(directory, LockName), flock.SetFlag(os.O_CREATE|os.O_RDWR|openFlags), flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	switch {
	case err != nil:
		return fmt.Errorf("%w; let the user write in %s who runs promferry", err, directory)
	case !held:
		return ErrHeld
	}
	s.lock = lock
	return nil
}

func (s *Spool) unlock() { _ = s.lock.Close() } // the end of the process unlocks it anyway

// open opens the file, a new one where there is none or where it is damaged.
func (s *Spool) open() (*DamagedError, error) {
	if err := s.sweep(); err != nil {
		return nil, err
	}
	var aside *DamagedError
	found, err := s.look()
	var d *damage
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = s.create()
	case errors.As(err, &d):
		stored := found.stored
		if aside, err = s.replace(d); err == nil {
			found, err = s.look()
			found.stored = stored
		}
	}
	if err == nil {
		err = s.start(found)
	}
	return aside, err
}

// look checks the file that is there.
func (s *Spool) look() (found findings, err error) {
	file, err := openFile(s.path, os.O_RDWR, 0)
	if err != nil {
		return found, err
	}
	defer func() { _ = abandon(file) }() // a child process that begins just now has the file open, too
	if err := claim(file); err != nil {
		return found, err
	}
	return check(file)
}

// openFile opens a regular file. A link is not followed: whoever may write into
// the directory could make it any file of the machine.
func openFile(path string, flags int, mode fs.FileMode) (*os.File, error) {
	file, err := os.OpenFile(path, flags&^os.O_CREATE|openFlags, mode)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, errNotRegular, file.Close())
	}
	return file, nil
}

var errNotRegular = fmt.Errorf("it is not a regular file: %w; use another directory, or take it away", ErrForeign)

// start opens the file for use, and deletes the records of it that are damaged.
func (s *Spool) start(found findings) error {
	if err := s.openBolt(); err != nil {
		return err
	}
	err := s.measure()
	s.lost.Store(int64(found.missing()))
	if err == nil {
		err = s.Delete(found.lost)
	}
	if err == nil {
		err = s.forgetPages()
	}
	if err != nil {
		return errors.Join(err, s.closeFile())
	}
	return nil
}

// openBolt gives the file to bbolt. It becomes readable for its user alone.
func (s *Spool) openBolt() error {
	log := &logger{}
	err := guard(func() (err error) {
		s.db, err = bbolt.Open(s.path, 0o600, s.options(log))
		return err
	})
	var f *fault
	switch {
	case errors.As(err, &f):
		return errors.Join(err, abandon(s.file))
	case errors.Is(err, bolterrors.ErrTimeout):
		return ErrHeld
	case err != nil:
		return err
	}
	log.armed = true
	s.db.AllocSize = pageSize // as reserve makes the file larger, before bbolt needs it
	if err := s.file.Chmod(0o600); err != nil {
		return errors.Join(err, s.closeFile())
	}
	return nil
}

// options of the file that is there. The list of free pages is not written, as
// each commit would write it whole, with 8 bytes for each: check and bbolt find
// them when the file is opened. The mapping is as large as the file may become,
// up to 1 GiB, as making it anew waits for all readers.
func (s *Spool) options(log *logger) *bbolt.Options {
	return &bbolt.Options{
		Timeout:         time.Millisecond, // the lock is ours: another has it who does not know promferry
		NoFreelistSync:  true,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: initialMapping(s.maxSize.Load()),
		PageSize:        pageSize,
		Logger:          log,
		OpenFile: func(path string, flags int, mode fs.FileMode) (*os.File, error) {
			file, err := openFile(path, flags, mode)
			s.file = file
			return file, err
		},
	}
}
