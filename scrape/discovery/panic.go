package discovery

import (
	"fmt"
	"runtime/debug"
)

// A panicError is a panic that cost no more than one answer.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// contain makes an error of a panic. It is to be deferred.
func contain(err *error) {
	if p := recover(); p != nil {
		*err = &panicError{p, debug.Stack()}
	}
}
