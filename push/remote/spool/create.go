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
	temp, err := os.CreateTemp(filepath.Dir(s.path), fileName+".tmp-*") // mode 0600
	if err != nil {
		return err
	}
	err = temp.Close()
	if err == nil {
		err = guard(func() error { return fill(temp.Name()) })
	}
	if err == nil {
		err = os.Rename(temp.Name(), s.path)
	}
	if err != nil {
		_ = os.Remove(temp.Name()) // or the next start does
		return err
	}
	return syncDir(filepath.Dir(s.path))
}

// fill makes an empty file a spool without records.
func fill(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: time.Second, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, PageSize: pageSize, OpenFile: openFile,
	})
	if err != nil {
		return err
	}
	db.AllocSize = pageSize
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucketName))
		if err != nil {
			return err
		}
		return b.SetSequence(formatVersion)
	})
	return errors.Join(err, db.Close())
}

// temporary names are of files that a process had begun when it was killed.
var temporary = regexp.MustCompile(`^` + regexp.QuoteMeta(fileName) + `\.tmp-[0-9]+$`)

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

// setAside makes place for a new file where there is a damaged one.
func (s *Spool) setAside(d *damage) (*DamagedError, error) {
	aside := s.path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000000000Z")
	_, err := os.Lstat(aside)
	if err == nil {
		err = fmt.Errorf("rename to %s: %w", aside, fs.ErrExist)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(s.path, aside)
	}
	if err != nil {
		return nil, fmt.Errorf("it is damaged (%w) and cannot be moved aside: %w", d, err)
	}
	return &DamagedError{Path: s.path, Aside: aside, Err: d}, syncDir(filepath.Dir(s.path))
}
