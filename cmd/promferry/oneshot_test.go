package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestLearnTime: a gateway that does not answer leaves the command most of its time.
func TestLearnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check := func(ctx context.Context, want time.Duration) {
			t.Helper()
			if got := learnTime(ctx); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		check(t.Context(), 3*time.Second)
		for timeout, want := range map[time.Duration]time.Duration{
			5 * time.Second: time.Second, 15 * time.Second: 3 * time.Second, time.Minute: 3 * time.Second,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			check(ctx, want)
			cancel()
		}
	})
}
