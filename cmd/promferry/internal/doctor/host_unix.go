//go:build unix

package doctor

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// maxOpenFiles is what a process may have open: Go raises the soft limit of its
// own to the hard one.
func maxOpenFiles() (limit uint64, known bool) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0, false
	}
	return uint64(r.Max), true // some systems have another type
}

func isWritable(dir string) bool { return unix.Access(dir, unix.W_OK|unix.X_OK) == nil }

// isLocked tells whether a process holds the file. The lock that is tried for it
// is given back at once.
func isLocked(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	return errors.Is(unix.Flock(int(file.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}
