package push

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// Every answer tells the time, that of a refusal, too; one without a date, or
// with nonsense for it, changes nothing.
func TestClockOfAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		for _, date := range []string{time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), "", "yesterday"} {
			b.noteClock(http.Header{"Date": {date}}, time.Now())
			b.wantCount(t, "promferry_gateway_clock_offset_seconds", "", 3599) // but for the rest of the date's second
		}
	})
}
