package test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// received is which secrets arrived where they should: else a test that none is
// shown shows nothing.
type received struct {
	mu    sync.Mutex
	texts []string
}

func (c *received) note(r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<10))
	_, password, _ := r.BasicAuth()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts = append(c.texts, password, r.URL.RawQuery)
	for _, name := range []string{"Authorization", "Proxy-Authorization", "X-Gateway", "X-Job", "X-Store"} {
		c.texts = append(c.texts, r.Header.Get(name))
	}
	if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		c.texts = append(c.texts, string(body))
	}
}

func (c *received) all() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.texts, " ")
}

func (c *received) check(t *testing.T, secrets ...string) {
	t.Helper()
	all := c.all()
	for _, secret := range secrets {
		if !strings.Contains(all, secret) {
			t.Errorf("%s did not arrive", secret)
		}
	}
}
