package answers

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// MaxRetryAfter bounds what is believed of an answer, so that no sum overflows.
const MaxRetryAfter = 24 * time.Hour

// RetryAfter reads the header of that name: seconds, or a date (RFC 9110,
// section 10.2.3). What is neither, or is past, is 0.
func RetryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(MaxRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), MaxRetryAfter)
}
