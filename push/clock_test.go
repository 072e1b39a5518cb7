package push

import (
	"net/http"
	"testing"
	"time"
)

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
