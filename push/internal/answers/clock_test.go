package answers

import (
	"net/http"
	"testing"
	"time"
)

func TestClockOffset(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	check := func(began, ended, want time.Duration) {
		t.Helper()
		header := http.Header{"Date": {noon.Format(http.TimeFormat)}}
		if got, found := ClockOffset(header, noon.Add(began), noon.Add(ended)); got != want || !found {
			t.Errorf("from %v to %v after the server's second: got %v, %v, want %v", began, ended, got, found, want)
		}
	}
	check(0, time.Millisecond, 0)
	check(900*time.Millisecond, 950*time.Millisecond, 0)   // the rest of its second
	check(-300*time.Millisecond, 100*time.Millisecond, 0)  // a second began in between
	check(-5*time.Second, 5*time.Second, 0)                // a slow answer says nothing
	check(11*time.Second, 12*time.Second, 10*time.Second)  // ahead
	check(-12*time.Second, -9*time.Second, -9*time.Second) // behind
}
