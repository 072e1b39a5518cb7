package push

import (
	"errors"
	"fmt"
	"testing"
)

func TestHeld(t *testing.T) {
	held := &downError{gateway: `gateway "x"`}
	for err, want := range map[error]bool{held: true, fmt.Errorf("put: %w", held): true, errors.New("connection refused"): false, nil: false} {
		if got := IsHeld(err); got != want {
			t.Errorf("%v is held: %v, want %v", err, got, want)
		}
	}
}
