//go:build unix

package push

import (
	"os"
	"path/filepath"
	"syscall"
)

// openFlags follow no link, and do not wait for the writer of a pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// enforcesModes tells whether a file's mode says who may read it.
const enforcesModes = true

// syncDir makes a rename durable.
func (f *ledgerFile) syncDir() error {
	dir, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return f.sync(dir)
}
