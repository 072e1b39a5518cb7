//go:build unix

package spool

import (
	"os"
	"syscall"
)

// openFlags follow no link, and do not wait for the writer of a pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// syncDir makes the names in a directory durable.
func syncDir(directory string) error {
	dir, err := os.Open(directory)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
