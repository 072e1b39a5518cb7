//go:build !unix

package push

// openFlags: such systems have no links that anybody may make.
const openFlags = 0

// enforcesModes is false: lists of access rights say who may read a file.
const enforcesModes = false

// syncDir has nothing to do: directories cannot be flushed by themselves.
func (f *ledgerFile) syncDir() error { return nil }
