package push

import (
	"errors"
	"fmt"
	"testing"
)

func TestHeld(t *testing.T) {
	down := circuit{err: errors.New("connection refused")}
	for err, want := range map[error]bool{down.downError(): true, fmt.Errorf("put: %w", down.downError()): true, down.err: false, nil: false} {
		if got := IsHeld(err); got != want {
			t.Errorf("%v is held: %v, want %v", err, got, want)
		}
	}
}
