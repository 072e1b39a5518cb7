package answers

import (
	"fmt"
	"testing"
	"time"
)

func TestBackoffGrowsWithinItsBounds(t *testing.T) {
	const low, high = 500 * time.Millisecond, 10 * time.Second
	bounds := [][2]time.Duration{{low, 2 * low}, {2 * low, 4 * low}, {4 * low, 8 * low}, {8 * low, 16 * low}, {high / 2, high}}
	for n := range 100 {
		want := bounds[min(n, len(bounds)-1)]
		seen := make(map[time.Duration]bool)
		for range 100 {
			got := Backoff(n, low, high)
			wantBetween(t, fmt.Sprintf("wait %d", n), got, want[0], want[1])
			seen[got] = true
		}
		if len(seen) < 50 {
			t.Errorf("wait %d: got %d of 100 different, want jitter", n, len(seen))
		}
	}
	for range 100 {
		wantBetween(t, "low is high", Backoff(3, low, low), low/2, low)
		wantBetween(t, "high below low", Backoff(0, low, low/2), low/4, low/2)
		wantBetween(t, "large", Backoff(60, time.Hour, 1<<62), 1<<61, 1<<62)
	}
}

func wantBetween(t testing.TB, what string, got, low, high time.Duration) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: got %v, want %v to %v", what, got, low, high)
	}
}
