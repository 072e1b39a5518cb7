package test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestDeadAndHangingGatewaysDelayNoOther pushes many targets to three gateways.
// The healthy one has each group again and again while the others are as they
// are, and no scrape is left out for them. test/three-gateways measures it.
func TestDeadAndHangingGatewaysDelayNoOther(t *testing.T) {
	t.Parallel()
	const targets, rounds = 200, 3
	target := startScripted(t, exposition(strings.Repeat("# filler\n", 100)+goodText))
	var pushed groupCount
	healthy := startScripted(t, pushed.note)
	hanging, dead := startScripted(t, hang), startScripted(t, hang)
	dead.Close()
	var list strings.Builder
	for i := range targets {
		fmt.Fprintf(&list, "static_config {\n targets = [\"%s/t%d\"]\n labels = { instance = \"t%d\" }\n}\n", target.URL, i, i)
	}
	ferry := run(t, config(t, `
		global {
			scrape_interval = "4s"
			on_shutdown     = "keep"
		}
		gateway "dead" { url = %q }
		gateway "hanging" { url = %q }
		gateway "healthy" { url = %q }
		job "app" {
			%s
		}
	`, dead.URL, hanging.URL, healthy.URL, list.String()), stopsSoon)

	eventually(t, "pushes of every group to the healthy gateway", func() error { return pushed.atLeast(targets, rounds) })
	ferry.lives(t)
	superseded := `promferry_pushes_superseded_total{gateway="healthy"}`
	// Were it to wait for the hanging gateway's timeout of 10s, it would miss two rounds of three; a
	// machine that is busy with other tests may be late for some.
	if n, err := ferry.metric(superseded); err != nil || n > targets*rounds/3 {
		t.Errorf("%s is %v (%v), want few: it was too late", superseded, n, err)
	}
	ferry.terminateWith(t, 1)
}

// A groupCount counts the pushes of each group.
type groupCount struct {
	mu sync.Mutex
	of map[string]int
}

func (c *groupCount) note(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		http.NotFound(w, r)
		return
	}
	status(http.StatusOK, "")(w, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = make(map[string]int)
	}
	c.of[r.URL.Path]++
}

func (c *groupCount) atLeast(groups, pushes int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ready := 0
	for _, n := range c.of {
		if n >= pushes {
			ready++
		}
	}
	if ready < groups {
		return fmt.Errorf("%d groups have %d pushes, want %d", ready, pushes, groups)
	}
	return nil
}
