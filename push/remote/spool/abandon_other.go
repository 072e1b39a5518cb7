//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package spool

import "os"

// abandon closes a file whose mapping stays.
func abandon(f *os.File) error { return f.Close() }
