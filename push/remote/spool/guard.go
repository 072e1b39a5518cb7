package spool

import (
	"fmt"
	"runtime/debug"
)

// A fault is what made bbolt panic: a page that makes no sense, or that the disk
// did not give.
type fault struct{ reason any }

func (f *fault) Error() string {
	return fmt.Sprintf("the file was damaged while it was in use (%v); it is looked at when it is opened again", f.reason)
}

// guard calls f and makes a panic an error. The file is mapped into memory: where
// it was cut off, or cannot be read, the access itself faults, which would end
// the process.
func guard(f func() error) (err error) {
	before := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(before)
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case *failure:
			err = reason.err
		default:
			err = &fault{reason}
		}
	}()
	return f()
}
