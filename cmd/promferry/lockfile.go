package main

import (
	"errors"
	"fmt"

	"github.com/gofrs/flock"
)

// lock takes the lock file, which stays behind: a file that is removed can be
// locked twice.
func lock(name string) (unlock func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	l := flock.New(name)
	held, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w; want a file in a directory that is there and can be written", name, cause(err))
	}
	if !held {
		return nil, fmt.Errorf("lock %s: %w", name, errLocked)
	}
	return func() { _ = l.Unlock() }, nil // the end of the process unlocks it anyway
}

var errLocked = errors.New("held by another promferry that still runs; where that is usual, start it less often, or lower its --timeout")
