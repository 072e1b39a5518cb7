package push

import (
	"net/http"
	"time"
)

// noteClock compares this host's clock with the gateway's, as an answer to a
// request that began then shows it. That asks the gateway for nothing.
func (g *Gateway) noteClock(answer http.Header, began time.Time) {
	if date, err := http.ParseTime(answer.Get("Date")); err == nil {
		g.Metrics.clock(g.address(), clockOffset(date, began, time.Now()))
	}
}

// clockOffset is how far this host's clock is ahead of a gateway's, below zero
// behind, at least: the gateway has written its date between begin and end. It
// writes whole seconds, and may be nearly one further (RFC 9110, 5.6.7). Zero
// is a difference too small to be seen.
func clockOffset(date, began, ended time.Time) time.Duration {
	ahead, behind := began.Sub(date)-time.Second, ended.Sub(date)
	return max(ahead, 0) + min(behind, 0)
}
