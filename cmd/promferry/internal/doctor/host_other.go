//go:build !unix

package doctor

// maxOpenFiles is not known.
func maxOpenFiles() (limit uint64, known bool) { return 0, false }

// isWritable is not known without writing.
func isWritable(string) bool { return true }

// isLocked is not known.
func isLocked(string) bool { return false }
