package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// examinedBytes is how far Examine looks for our mark where no meta page tells
// whose the file is.
const examinedBytes = 64 << 20

// Examine says whether Open could use the file of a directory: nil where it could,
// or where there is none, ErrForeign where it would not touch it, and ErrUnsound
// where it would move it aside. Nothing is made, written or locked, and the
// records are not looked at, so there may be more that is damaged. A spool that is
// in use may look unsound for a moment.
func Examine(directory string) error {
	path := filepath.Join(directory, FileName)
	err := examine(path)
	var d *damage
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.As(err, &d):
		err = fmt.Errorf("%w (%w)", ErrUnsound, d)
	}
	return fmt.Errorf("examine spool %s: %w", path, err)
}

func examine(path string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular(): // said before it is opened, as a link cannot be
		return errNotRegular
	}
	file, err := openFile(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	m, err := identify(file, examinedBytes)
	if err != nil {
		return err
	}
	_, _, err = find(file, m, examinedBytes)
	return err
}
