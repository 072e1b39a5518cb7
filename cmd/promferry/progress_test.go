package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A screen is a terminal that tests look at while it is drawn on.
type screen struct {
	mu    sync.Mutex
	drawn strings.Builder
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drawn.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drawn.String()
}

// TestProgress: nothing is drawn within a second; then one line in place, cut to
// the terminal, and erased in the end.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var screen screen
		n := 0
		stop := startProgress(context.Background(), &screen, 20, func() string {
			n++
			return fmt.Sprintf("once: %s", strings.Repeat("é", 30/n))
		})
		time.Sleep(999 * time.Millisecond)
		synctest.Wait()
		if screen.String() != "" {
			t.Errorf("within a second: %q", screen.String())
		}
		time.Sleep(210 * time.Millisecond)
		synctest.Wait()
		stop()
		want := "\ronce: " + strings.Repeat("é", 13) + "\ronce: " + strings.Repeat("é", 13) + "\r" + strings.Repeat(" ", 19) + "\r"
		if got := screen.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// TestProgressOfWhatIsFast draws nothing.
func TestProgressOfWhatIsFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var screen screen
		stop := startProgress(context.Background(), &screen, 80, func() string { return "never" })
		time.Sleep(500 * time.Millisecond)
		stop()
		if screen.String() != "" {
			t.Errorf("got %q", screen.String())
		}
	})
}

// TestProgressEndsWithItsContext: what is written after a signal has a line of
// its own.
func TestProgressEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		var screen screen
		stop := startProgress(ctx, &screen, 80, func() string { return "x" })
		defer stop()
		time.Sleep(1500 * time.Millisecond)
		cancel()
		synctest.Wait()
		if !strings.HasSuffix(screen.String(), "\r     \r") {
			t.Errorf("got %q", screen.String())
		}
	})
}
