package spool

import (
	"errors"
	"os"
	"syscall"
)

// extend makes a file longer, with room on the disk for all of it: a disk that is
// full says so here, before anything is written.
func extend(f *os.File, from, to int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, from, to-from)
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		return f.Truncate(to)
	}
	return os.NewSyscallError("fallocate", err)
}
