//go:build !linux

package doctor

// freeSpace is not known.
func freeSpace(string) (free int64, known bool) { return 0, false }
