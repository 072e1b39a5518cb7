package remote

import "time"

// How fast a backlog goes: at drainFactor times the rate of what comes in, so
// that it is drained at more than five times that while the same goes on, and a
// receiver that has just come back is not flooded.
const (
	drainFactor = 10
	liveWindow  = time.Minute      // what the live rate is measured over
	liveStep    = 10 * time.Second // in steps of
	liveLeast   = 15 * time.Second // and at the least: all targets are scraped at the start
	drainBurst  = 200 * time.Millisecond
)

// A pace says when the next request of a backlog may go. Store.mu guards it.
type pace struct {
	steps  [liveWindow/liveStep + 1]int // samples that came in, by step modulo their number
	step   int64                        // the newest one
	tokens float64                      // samples that may go; below zero: too many went
	at     time.Duration                // of tokens
}

// came counts samples that came in.
func (p *pace) came(now time.Duration, samples int) {
	p.advance(now)
	p.steps[p.step%int64(len(p.steps))] += samples
}

// advance begins the steps that have come since.
func (p *pace) advance(now time.Duration) {
	for newest := int64(now / liveStep); p.step < newest; {
		p.step = max(p.step+1, newest-int64(len(p.steps)))
		p.steps[p.step%int64(len(p.steps))] = 0
	}
}

// live is the rate of what comes in, in samples a second.
func (p *pace) live(now time.Duration) float64 {
	p.advance(now)
	sum := 0
	for _, samples := range p.steps {
		sum += samples
	}
	window := min(now, liveWindow+now%liveStep)
	return float64(sum) / max(window, liveLeast).Seconds()
}

// rate is that of a backlog: one request of that many samples a second at least.
func (p *pace) rate(now time.Duration, full int) float64 {
	return max(drainFactor*p.live(now), float64(full))
}

// wait is how long the next request of a backlog has to wait; 0: it may go.
func (p *pace) wait(now time.Duration, full int) time.Duration {
	rate := p.rate(now, full)
	p.tokens = min(p.tokens+rate*(now-p.at).Seconds(), max(rate*drainBurst.Seconds(), 1))
	p.at = now
	if p.tokens > 0 {
		return 0
	}
	return time.Duration(-p.tokens/rate*float64(time.Second)) + time.Millisecond
}

// went counts samples of a request of a backlog.
func (p *pace) went(samples int) { p.tokens -= float64(samples) }
