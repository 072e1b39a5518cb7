package push

import (
	"sync"
	"time"
)

const (
	// halvingRequests bound the search in one push, and in all pushes to a gateway
	// in halvingInterval: each is a full check of its store (contract C49).
	halvingRequests        = 32
	gatewayHalvingRequests = 64
	halvingInterval        = typesInterval
	// halvingTime bounds it at a gateway that is slow, and the wait for another's:
	// the other groups must not wait for long.
	halvingTime = 30 * time.Second
)

// halvings are what is known of the searches at one gateway. The zero value is
// ready.
type halvings struct {
	turn turn // one at a time: what one finds spares the next

	mu      sync.Mutex
	spent   int       // requests since then
	since   time.Time // zero: none yet
	broken  error     // why the gateway takes nothing at all
	expires time.Time // of broken

	exposure  error     // of the last reading of /metrics
	exposedAt time.Time // zero: it was not read
}

// exposureLifetime is how long the last reading of /metrics says whether it
// works: for the push that it was for.
const exposureLifetime = 10 * time.Second

// exposed notes how a reading of /metrics ended.
func (h *halvings) exposed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.exposure, h.exposedAt = err, time.Now()
}

// lastExposure returns how it ended a moment ago, or that it was not read.
func (h *halvings) lastExposure() (err error, read bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.exposure, time.Since(h.exposedAt) < exposureLifetime
}

// spend takes a request, unless there were too many.
func (h *halvings) spend() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.since) >= halvingInterval {
		h.since, h.spent = time.Now(), 0
	}
	h.spent++
	return h.spent <= gatewayHalvingRequests
}

// isBroken returns why no push can help, or nil.
func (h *halvings) isBroken() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken == nil || time.Now().After(h.expires) {
		return nil
	}
	return h.broken
}

// breaks notes why the gateway takes nothing.
func (h *halvings) breaks(why error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.broken, h.expires = why, time.Now().Add(jittered(typesInterval))
}

// works notes that the gateway took something.
func (h *halvings) works() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.broken = nil
}
