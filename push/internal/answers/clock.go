package answers

import (
	"net/http"
	"time"
)

// ClockOffset is how far this host's clock is ahead of a server's, below zero
// behind, at least, as the answer to a request that was under way from began to
// ended shows it; false where it has no date. The server has written its date
// between the two. It writes whole seconds, and may be nearly one further (RFC
// 9110, 5.6.7). Zero is a difference too small to be seen.
func ClockOffset(answer http.Header, began, ended time.Time) (offset time.Duration, found bool) {
	date, err := http.ParseTime(answer.Get("Date"))
	if err != nil {
		return 0, false
	}
	ahead, behind := began.Sub(date)-time.Second, ended.Sub(date)
	return max(ahead, 0) + min(behind, 0), true
}
