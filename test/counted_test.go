package test

import (
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A counted target notes when each scrape comes, and how many connections are
// opened.
type counted struct {
	*scripted
	connections atomic.Int64

	mu sync.Mutex
	at []time.Time
}

func startCounted(t testing.TB, text string) *counted {
	t.Helper()
	c := new(counted)
	c.scripted = newScripted(t, func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.at = append(c.at, time.Now())
		c.mu.Unlock()
		exposition(text)(w, r)
	})
	c.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			c.connections.Add(1)
		}
	}
	c.Start()
	t.Cleanup(c.Close)
	return c
}

// times are those of the scrapes so far.
func (c *counted) times() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.at)
}
