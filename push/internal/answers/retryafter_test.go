package answers

import (
	"strings"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	check := func(value string, want time.Duration) {
		t.Helper()
		if got := RetryAfter(value, now); got != want {
			t.Errorf("%q: got %v, want %v", value, got, want)
		}
	}
	check("", 0)
	check("0", 0)
	check("5", 5*time.Second)
	check("-5", 0)
	check("1000000000", MaxRetryAfter)
	check(strings.Repeat("9", 100), MaxRetryAfter)
	check("1.5", 0)
	check("soon", 0)
	check("Fri, 02 Jan 2026 03:04:12 GMT", 7*time.Second)
	check("Friday, 02-Jan-26 03:04:12 GMT", 7*time.Second)
	check("Fri, 02 Jan 2026 03:04:00 GMT", 0)
	check("Fri, 02 Jan 9999 03:04:00 GMT", MaxRetryAfter)
}
