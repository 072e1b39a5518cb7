package push

import (
	"net/http"
	"testing"
	"time"
)

func TestClockOffset(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	check := func(began, ended, want time.Duration) {
		t.Helper()
		if got := clockOffset(noon, noon.Add(began), noon.Add(ended)); got != want {
			t.Errorf("from %v to %v after the gateway's second: got %v, want %v", began, ended, got, want)
		}
	}
	check(0, time.Millisecond, 0)
	check(900*time.Millisecond, 950*time.Millisecond, 0)   // the rest of its second
	check(-300*time.Millisecond, 100*time.Millisecond, 0)  // a second began in between
	check(-5*time.Second, 5*time.Second, 0)                // a slow answer says nothing
	check(11*time.Second, 12*time.Second, 10*time.Second)  // ahead
	check(-12*time.Second, -9*time.Second, -9*time.Second) // behind
}

// Every answer tells the time, that of a refusal, too; one without a date, or
// with nonsense for it, changes nothing.
func TestClockOfAnswers(t *testing.T) {
	b := newBench(t, nil)
	const name = "promferry_gateway_clock_offset_seconds"
	answer := func(date string) {
		b.noteClock(http.Header{"Date": {date}}, time.Now())
	}
	answer(time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
	got := b.count(t, name, "")
	if got < 3598 || got > 3601 {
		t.Errorf("got %v seconds ahead of a gateway that is an hour behind, want about 3599", got)
	}
	for _, date := range []string{"", "yesterday"} {
		answer(date)
		b.wantCount(t, name, "", got)
	}
}
