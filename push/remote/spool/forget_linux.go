package spool

import (
	"os"
	"syscall"
)

// forget takes the pages of a mapping out of the process's memory. They stay in
// the kernel's cache of the file, and come back when they are read: nothing is
// lost, as the mapping is only ever read from.
func forget(address uintptr, bytes int64) error {
	_, _, errno := syscall.Syscall(syscall.SYS_MADVISE, address, uintptr(bytes), syscall.MADV_DONTNEED)
	if errno != 0 {
		return os.NewSyscallError("madvise", errno)
	}
	return nil
}
