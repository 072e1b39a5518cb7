package main

import (
	"net/http"
	"sync"
	"time"
)

// A gatewayClock is a gateway's transport that reads the gateway's time off its
// answers: ages by a clock of ours that is wrong could delete all of its groups.
type gatewayClock struct {
	next http.RoundTripper

	mu    sync.Mutex
	ahead time.Duration // of our clock; 0 without an answer
}

func (c *gatewayClock) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ahead = time.Until(date)
	}
	return resp, nil
}

// now is the gateway's time, to the second.
func (c *gatewayClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}
