package answers

import (
	"fmt"
	"runtime/debug"
)

// Contain makes an error of a panic: one push fails, not the program. It is to
// be deferred.
func Contain(err *error) {
	if p := recover(); p != nil {
		*err = &PanicError{p, debug.Stack()}
	}
}

// A PanicError is a push that panicked, with the stack: a defect.
type PanicError struct {
	value any
	stack []byte
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("panic: %v; this is a defect of promferry, please report it: %s", e.value, e.stack)
}
