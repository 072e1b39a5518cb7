package test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// An inbox counts the pushes of a gateway.
type inbox struct{ good, down atomic.Int64 }

func (c *inbox) note(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
	case strings.Contains(string(body), "\nup 1\n"):
		c.good.Add(1)
	default:
		c.down.Add(1)
	}
}

// more waits for so many more good pushes.
func (c *inbox) more(t *testing.T, what string, pushes int64) {
	t.Helper()
	before := c.good.Load()
	eventually(t, what, func() error {
		if n := c.good.Load() - before; n < pushes {
			return fmt.Errorf("%d pushes with up 1, want %d", n, pushes)
		}
		return nil
	})
}
