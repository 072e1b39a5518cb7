package remote

import "time"

// A meter counts what one store does. That of a nil *Metrics counts nothing.
type meter struct {
	all   *Metrics
	name  string
	spool *Spool // nil: there is none
}

// start makes the metrics before anything happens: Prometheus sees no increase of
// a counter that begins above zero.
func (m meter) start() {
	if m.all == nil {
		return
	}
	m.all.up.WithLabelValues(m.name).Set(1)
	m.all.samples.WithLabelValues(m.name)
	m.all.retries.WithLabelValues(m.name)
	m.all.bytes.WithLabelValues(m.name)
	for _, reason := range dropReasons {
		m.all.dropped.WithLabelValues(m.name, string(reason))
	}
	for _, code := range startCodes {
		m.all.requests.WithLabelValues(m.name, code)
	}
	if m.spool == nil {
		return
	}
	for _, operation := range operations {
		m.all.spoolErrors.WithLabelValues(m.name, operation)
	}
}

func (m meter) maxSize(bytes int64) {
	if m.all != nil {
		m.all.spoolMaxSize.WithLabelValues(m.name).Set(float64(bytes))
	}
}

// done counts a request that ended.
func (m meter) done(r *request, out Outcome, now time.Time) {
	if m.all == nil {
		return
	}
	m.all.requests.WithLabelValues(m.name, codeOf(out.Err, r.code)).Inc()
	m.all.seconds.WithLabelValues(m.name).Observe(out.Took.Seconds())
	if out.Err != nil {
		return
	}
	m.all.samples.WithLabelValues(m.name).Add(float64(out.Samples))
	m.all.bytes.WithLabelValues(m.name).Add(float64(out.Bytes))
	m.all.lag.WithLabelValues(m.name).Observe(out.Lag.Seconds())
	m.all.lastSuccess.WithLabelValues(m.name).Set(unix(now))
}

func (m meter) drop(reason DropReason, samples int) {
	if m.all != nil {
		m.all.dropped.WithLabelValues(m.name, string(reason)).Add(float64(samples))
	}
}

func (m meter) retried() {
	if m.all != nil {
		m.all.retries.WithLabelValues(m.name).Inc()
	}
}

func (m meter) clock(offset time.Duration) {
	if m.all != nil {
		m.all.clockOffset.WithLabelValues(m.name).Set(offset.Seconds())
	}
}

func (m meter) spoolError(operation string) { m.spoolErrors(operation, 1) }

func (m meter) spoolErrors(operation string, n int) {
	if m.all != nil {
		m.all.spoolErrors.WithLabelValues(m.name, operation).Add(float64(n))
	}
}

// size sets the size of the spool's file, how full it is, and whether it is in use.
func (m meter) size(size int64, fill float64, err error) {
	if m.all == nil {
		return
	}
	m.all.spoolSize.WithLabelValues(m.name).Set(float64(size))
	m.all.spoolFill.WithLabelValues(m.name).Set(fill)
	up := 1.0
	if err != nil {
		up = 0
	}
	m.all.spoolUp.WithLabelValues(m.name).Set(up)
}

// gauge sets what is how it is now. s.mu is held.
func (s *Store) gauge() {
	m := s.meter
	if m.all == nil {
		return
	}
	m.all.pending.WithLabelValues(m.name).Set(float64(s.queue.samples))
	m.all.oldest.WithLabelValues(m.name).Set(unix(s.queue.oldest()))
	up := 0.0
	if s.health.state == StateAnswering {
		up = 1
	}
	m.all.up.WithLabelValues(m.name).Set(up)
	if m.spool != nil {
		m.all.spoolPending.WithLabelValues(m.name).Set(float64(s.queue.spooled))
	}
}

// unix is a moment in seconds, as a metric has it; 0: none.
func unix(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return float64(at.UnixMilli()) / 1000
}
