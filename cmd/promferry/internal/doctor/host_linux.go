package doctor

import (
	"math"

	"golang.org/x/sys/unix"
)

// freeSpace is what this user may still write on the disk of a directory, in
// bytes.
func freeSpace(dir string) (free int64, known bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	blocks, each := s.Bavail, uint64(s.Bsize) // other architectures have other types
	if each > 0 && blocks > math.MaxInt64/each {
		return math.MaxInt64, true
	}
	return int64(blocks * each), true
}
