package push

import (
	"errors"
	"fmt"
	"time"
)

// openAfter is how many requests in a row must fail before a gateway is down.
const openAfter = 3

// A circuit knows whether a gateway is worth more than one request at a time.
// It is open while the gateway is down: then one request goes as a probe, at a
// distance, and one that is stored closes it. Gateway.mu guards it.
type circuit struct {
	open     bool
	since    time.Time // it is so; zero: nothing was answered yet
	failures int       // in a row
	first    time.Time // of them
	err      error     // of the last of them
	probe    *request  // under way; nil: none
	probes   streak    // in vain since it opened, and what opened it
	next     time.Time // when the next one may go
}

// begin notes a request that begins.
func (c *circuit) begin(r *request) {
	if c.open {
		c.probe = r
	}
}

// end notes that a request is not under way any more. It is true for a probe.
func (c *circuit) end(r *request) bool {
	if c.probe != r {
		return false
	}
	c.probe = nil
	return true
}

// failed notes a request that failed for the gateway's sake.
func (g *Gateway) failed(r *request, err error, probed bool) {
	c := &g.circuit
	if c.failures == 0 {
		c.first = time.Now()
	}
	c.failures++
	c.err = err
	switch {
	case c.open && !probed:
		return // it began before: it says nothing new
	case c.open:
	case c.failures < openAfter, classify(err) == later && g.anyWell():
		return // a refusal of some groups must not delay the others
	default:
		c.open, c.since = true, c.first
		g.showUp(0)
	}
	c.next = time.Now().Add(g.probeWait(err, c.probes.add(classify(err)), r.interval))
}

// answered notes that the gateway works.
func (g *Gateway) answered() {
	since := g.circuit.since
	if g.circuit.open || since.IsZero() {
		since = time.Now()
		g.showUp(1)
	}
	g.circuit = circuit{since: since}
}

// showUp says whether the gateway is up, unless that is for another to say. g.mu
// is held.
func (g *Gateway) showUp(up float64) {
	if !g.succession.takenOut {
		g.Metrics.up(g.address(), up)
	}
}

// anyWell tells whether a group's last push was stored.
func (g *Gateway) anyWell() bool {
	for _, s := range g.slots {
		if s.well {
			return true
		}
	}
	return false
}

// isDown returns why not to encode a batch for the gateway; nil: encode it. While
// the gateway is down that is only for what its next probe can be.
func (g *Gateway) isDown(from Origin) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !from.isZero() && g.circuit.open && g.hasProbe(from.Group.Key()) {
		return &downError{gateway: g.String()}
	}
	return nil
}

// hasProbe tells whether anything of another origin waits, or is the probe under
// way.
func (g *Gateway) hasProbe(but string) bool {
	if p := g.circuit.probe; p != nil && p.from != but {
		return true
	}
	for _, s := range g.queue.slots {
		if s.waiting.from != but {
			return true
		}
	}
	return false
}

// A downError is that of a body that is not sent, as its gateway is down. What
// ails the gateway, and when it is tried next, is in its status: a group keeps
// its error for as long as that lasts.
type downError struct {
	gateway string // for people
	err     error  // what ails it, where it is not tried any more; else nil
}

func (e *downError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("not sent: %s is down", e.gateway)
	}
	return fmt.Sprintf("not sent: %s is down: %v", e.gateway, e.err)
}

// IsHeld tells the error of a body that is not sent, as its gateway is down: the
// status of the gateway says all that there is to say.
func IsHeld(err error) bool {
	var down *downError
	return errors.As(err, &down)
}
