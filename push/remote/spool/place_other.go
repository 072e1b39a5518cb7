//go:build !unix

package spool

// openFlags: such systems have no links that anybody may make.
const openFlags = 0

// syncDir has nothing to do: directories cannot be flushed by themselves.
func syncDir(string) error { return nil }
