package push

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestTurnIsOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turn turn
		start := time.Now()
		done := make(chan time.Duration, 3)
		for range 3 {
			go func() {
				giveBack, err := turn.take(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				<-time.After(time.Second)
				done <- time.Since(start)
				giveBack()
			}()
		}
		for i := range 3 {
			if got, want := <-done, time.Duration(i+1)*time.Second; got != want {
				t.Errorf("got an end after %v, want %v", got, want)
			}
		}
	})
}

func TestWaitForATurnEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turn turn
		giveBack, err := turn.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := turn.take(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
		giveBack()
		if _, err := turn.take(t.Context()); err != nil {
			t.Errorf("got %v, want a turn that is free", err)
		}
	})
}
