//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package spool

import "os"

// claim has nothing to do: the lock beside the file cannot be removed while it
// is held, or locks of files are of processes.
func claim(*os.File) error { return nil }

// abandon closes a file whose mapping stays.
func abandon(f *os.File) error { return f.Close() }
