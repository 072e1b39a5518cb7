package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"go.etcd.io/bbolt"
)

// create makes a new file. It gets its name when it is whole: what bears the name
// is never half a file of ours.
func (s *Spool) create() error {
	temp, err := s.prepare(empty)
	if err != nil {
		return err
	}
	return s.install(temp)
}

// replace moves a damaged file aside, after it has made a new one of what can be
// read of it. Where that does not work, for want of room, say, the new one has
// nothing.
func (s *Spool) replace(d *damage) (*DamagedError, error) {
	report := &DamagedError{Path: s.path, Aside: s.path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000000000Z"), Err: d}
	temp, err := s.prepare(func(db *bbolt.DB) error { return salvage(s.path, db) })
	if err != nil {
		report.Err = fmt.Errorf("%w; nothing could be saved of it: %w", d, err)
		if temp, err = s.prepare(empty); err != nil {
			return nil, errors.Join(report.Err, err)
		}
	}
	if _, err = os.Lstat(report.Aside); err == nil {
		err = fmt.Errorf("rename to %s: %w", report.Aside, fs.ErrExist)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(s.path, report.Aside)
	}
	if err != nil {
		_ = os.Remove(temp) // or the next start does
		return nil, fmt.Errorf("it is damaged (%w) and cannot be moved aside: %w", d, err)
	}
	return report, s.install(temp)
}

// prepare makes a file under another name.
func (s *Spool) prepare(fill func(*bbolt.DB) error) (temp string, err error) {
	file, err := os.CreateTemp(filepath.Dir(s.path), FileName+".tmp-*") // mode 0600
	if err != nil {
		return "", err
	}
	err = file.Close()
	if err == nil {
		err = guard(func() error { return format(file.Name(), fill) })
	}
	if err != nil {
		_ = os.Remove(file.Name()) // or the next start does
		return "", err
	}
	return file.Name(), nil
}

// install gives a file its name.
func (s *Spool) install(temp string) error {
	if err := os.Rename(temp, s.path); err != nil {
		_ = os.Remove(temp) // or the next start does
		return err
	}
	return syncDir(filepath.Dir(s.path))
}

// format makes an empty file a spool, and fills it.
func format(path string, fill func(*bbolt.DB) error) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: time.Second, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, PageSize: pageSize, OpenFile: openFile,
	})
	if err != nil {
		return err
	}
	db.AllocSize = 4 * pageSize
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucketName))
		if err != nil {
			return err
		}
		return b.SetSequence(sequence(formatVersion, 0))
	})
	if err == nil {
		err = fill(db)
	}
	return errors.Join(err, db.Close())
}

// empty fills a spool with nothing.
func empty(*bbolt.DB) error { return nil }

// temporary names are of files that a process had begun when it was killed.
var temporary = regexp.MustCompile(`^` + regexp.QuoteMeta(FileName) + `\.tmp-[0-9]+$`)

// sweep removes what a process that was killed had begun to write.
func (s *Spool) sweep() error {
	dir := filepath.Dir(s.path)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() && temporary.MatchString(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}
