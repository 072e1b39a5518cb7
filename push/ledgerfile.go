package push

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/gofrs/flock"
)

// A ledgerFile is the file of a ledger with the files beside it: PATH.lock,
// which stays behind, as a file that is removed can be locked twice; PATH.tmp-…
// while it is written; PATH.damaged-… where it was set aside.
type ledgerFile struct {
	path string
	lock *flock.Flock
	sync func(*os.File) error // for tests of a disk that fails
}

func newLedgerFile(path string) *ledgerFile {
	return &ledgerFile{path: path, sync: (*os.File).Sync}
}

var errLedgerHeld = errors.New("held by another promferry that still runs; each needs a --state.file of its own")

// open locks the file and reads it.
func (l *Ledger) open() (map[string]record, error) {
	f := l.file
	if err := f.takeLock(); err != nil {
		return nil, &ledgerError{f.path, err}
	}
	records, err := l.read()
	if err != nil {
		f.unlock()
		return nil, err
	}
	return records, nil
}

// read returns the records of the file; a damaged one has none.
func (l *Ledger) read() (map[string]record, error) {
	f := l.file
	if err := f.sweep(); err != nil {
		return nil, &ledgerError{f.path, err}
	}
	text, mode, err := f.load()
	if errors.Is(err, fs.ErrNotExist) {
		return make(map[string]record), nil
	}
	var records map[string]record
	if err == nil {
		records, err = decodeLedger(f.path, text)
	} else if !errors.Is(err, errLedgerTooLarge) {
		return nil, &ledgerError{f.path, err}
	}
	var version *ledgerVersionError
	if errors.As(err, &version) {
		return nil, err
	}
	if err != nil {
		return make(map[string]record), l.setAside(err)
	}
	if mode&0o077 != 0 && enforcesModes {
		l.logger.Warn("state file is open to other users; it will not be once it is written anew", "file", f.path, "mode", mode.String())
	}
	return records, nil
}

// setAside makes place for a new file where there is a damaged one.
func (l *Ledger) setAside(damage error) error {
	aside, err := l.file.setAside(time.Now())
	if err != nil {
		return &ledgerError{l.file.path, fmt.Errorf("it is damaged (%w) and cannot be set aside: %w", damage, err)}
	}
	l.logger.Error("state file was damaged; groups of targets that are gone since then stay at the gateways until you delete them",
		"file", l.file.path, "err", damage, "set_aside", aside)
	return nil
}

// takeLock locks the file, and makes sure that the lock is the one that others
// find.
func (f *ledgerFile) takeLock() error {
	lock := flock.New(f.path+".lock", flock.SetFlag(os.O_CREATE|os.O_RDWR|openFlags), flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the directory %s does not exist; create it: %w", filepath.Dir(f.path), err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("let the user write in %s who runs promferry: %w", filepath.Dir(f.path), err)
	case err != nil:
		return fmt.Errorf("lock: %w", err)
	case !held:
		return errLedgerHeld
	}
	f.lock = lock
	return nil
}

// keepLock takes the lock anew where its file was removed: somebody else could
// have it by now.
func (f *ledgerFile) keepLock() error {
	mine, err := f.lock.Stat()
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	there, err := os.Lstat(f.lock.Path())
	if err == nil && os.SameFile(mine, there) {
		return nil
	}
	lost := f.lock
	if err := f.takeLock(); err != nil {
		return err
	}
	_ = lost.Close() // of a file that is gone
	return nil
}

func (f *ledgerFile) unlock() { _ = f.lock.Close() } // the end of the process unlocks it anyway

var (
	errLedgerTooLarge = fmt.Errorf("it is larger than %d bytes", maxLedgerFile)
	errNotRegular     = errors.New("it is not a regular file")
)

// maxLedgerFile is the size of a full ledger with its commas, line ends, head
// and end.
const maxLedgerFile = maxLedgerBytes + 2*maxLedgerEntries + 1<<10

// load reads the file. A link is not followed: whoever may write into the
// directory could make it any file of the machine.
func (f *ledgerFile) load() (text []byte, mode fs.FileMode, err error) {
	file, err := os.OpenFile(f.path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, 0, errNotRegular
	case info.Size() > maxLedgerFile:
		return nil, 0, errLedgerTooLarge
	}
	text, err = io.ReadAll(io.LimitReader(file, maxLedgerFile))
	return text, info.Mode().Perm(), err
}

// replace writes the file anew; at any moment the old or the new one is there,
// whole.
func (f *ledgerFile) replace(text []byte) error {
	if err := f.keepLock(); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".tmp-*") // mode 0600
	if err != nil {
		return err
	}
	err = f.fill(temp, text)
	if err == nil {
		err = os.Rename(temp.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(temp.Name()) // or the next start does
		return err
	}
	return f.syncDir()
}

func (f *ledgerFile) fill(temp *os.File, text []byte) error {
	_, err := temp.Write(text)
	if err == nil {
		err = f.sync(temp)
	}
	return errors.Join(err, temp.Close())
}

// maxDamaged bounds the files that are set aside and kept.
const maxDamaged = 5

// setAside renames the file and returns its new name. The oldest of those that
// were set aside goes where there are too many.
func (f *ledgerFile) setAside(now time.Time) (aside string, err error) {
	kept, err := f.beside(`\.damaged-[0-9]{8}T[0-9]{6}\.[0-9]{9}Z`)
	if err != nil {
		return "", err
	}
	aside = f.path + ".damaged-" + now.UTC().Format("20060102T150405.000000000Z")
	if _, err := os.Lstat(aside); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("rename to %s: %w", aside, fs.ErrExist)
	}
	if err := os.Rename(f.path, aside); err != nil {
		return "", err
	}
	for len(kept) >= maxDamaged {
		if err := os.Remove(kept[0]); err != nil {
			return "", err
		}
		kept = kept[1:]
	}
	return aside, f.syncDir()
}

// sweep removes what a process that was killed had begun to write.
func (f *ledgerFile) sweep() error {
	left, err := f.beside(`\.tmp-[0-9]+`)
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// beside returns the regular files beside the file whose names go on like that,
// sorted. Others are strangers'.
func (f *ledgerFile) beside(pattern string) (names []string, err error) {
	ours, err := regexp.Compile("^" + regexp.QuoteMeta(filepath.Base(f.path)) + pattern + "$")
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(f.path)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() && ours.MatchString(e.Name()) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	slices.Sort(names)
	return names, err
}
