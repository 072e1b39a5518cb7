package remote

import "github.com/prometheus/client_golang/prometheus"

// Metrics count what all stores do. A nil *Metrics counts nothing.
type Metrics struct {
	samples      *prometheus.CounterVec
	dropped      *prometheus.CounterVec
	requests     *prometheus.CounterVec
	retries      *prometheus.CounterVec
	bytes        *prometheus.CounterVec
	seconds      *prometheus.HistogramVec
	lag          *prometheus.HistogramVec
	pending      *prometheus.GaugeVec
	oldest       *prometheus.GaugeVec
	up           *prometheus.GaugeVec
	lastSuccess  *prometheus.GaugeVec
	clockOffset  *prometheus.GaugeVec
	spoolUp      *prometheus.GaugeVec
	spoolSize    *prometheus.GaugeVec
	spoolMaxSize *prometheus.GaugeVec
	spoolFill    *prometheus.GaugeVec
	spoolPending *prometheus.GaugeVec
	spoolErrors  *prometheus.CounterVec
}

const prefix = "promferry_remote_write_"

// What a spool is asked for, as label values.
const (
	opOpen   = "open"
	opAppend = "append"
	opRead   = "read"
	opDelete = "delete"
)

var (
	dropReasons = []DropReason{DropRefused, DropAnswerLost, DropCapacity, DropMaxSize, DropMaxAge, DropDamaged, DropGaveUp, DropShutdown}
	startCodes  = []string{"200", "204", "400", "429", "500", "503"} // those that receivers usually have
	operations  = []string{opOpen, opAppend, opRead, opDelete}
)

// NewMetrics registers the metrics of stores.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, append([]string{"remote_write"}, labels...))
		reg.MustRegister(v)
		return v
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: prefix + name, Help: help}, []string{"remote_write"})
		reg.MustRegister(v)
		return v
	}
	histogram := func(name, help string, buckets ...float64) *prometheus.HistogramVec {
		v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: buckets}, []string{"remote_write"})
		reg.MustRegister(v)
		return v
	}
	return &Metrics{
		samples:      counter("samples_total", "Samples that a receiver has stored, native histograms among them."),
		dropped:      counter("samples_dropped_total", "Samples that were given up.", "reason"),
		requests:     counter("requests_total", "Requests that ended, by HTTP status or kind of error.", "code"),
		retries:      counter("retries_total", "Requests with something in them that was sent before."),
		bytes:        counter("bytes_total", "Bytes of the bodies that a receiver has stored, compressed."),
		seconds:      histogram("request_duration_seconds", "Time from the start of a request to the end of its answer.", .005, .025, .1, .5, 1, 2.5, 10, 30),
		lag:          histogram("lag_seconds", "Time from a scrape until a receiver has stored it, for each request that of its oldest.", .01, .1, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400),
		pending:      gauge("pending_samples", "Samples that wait for a receiver or are under way, in memory and in the spool."),
		oldest:       gauge("pending_oldest_timestamp_seconds", "When the oldest of the scrapes that wait was; 0 where none does."),
		up:           gauge("up", "0 while a receiver fails and gets one request at a time, or refuses what it gets."),
		lastSuccess:  gauge("last_success_timestamp_seconds", "When a receiver last stored a request."),
		clockOffset:  gauge("clock_offset_seconds", "How far this host's clock is ahead of the receiver's, below zero behind; 0 while less than a second shows."),
		spoolUp:      gauge("spool_up", "0 while the spool cannot be used and samples wait in memory."),
		spoolSize:    gauge("spool_bytes", "Size of the file of the spool."),
		spoolMaxSize: gauge("spool_max_bytes", "What the file of the spool may grow to."),
		spoolFill:    gauge("spool_fill_ratio", "How much of its largest size the spool holds, from 0 to 1; near 1 the oldest is dropped."),
		spoolPending: gauge("spool_pending_samples", "Samples that wait in the spool."),
		spoolErrors:  counter("spool_errors_total", "Operations of the spool that failed.", "operation"),
	}
}

// Forget takes the series of a store away that is there no more.
func (m *Metrics) Forget(name string) {
	if m == nil {
		return
	}
	forget(name, m.samples, m.dropped, m.requests, m.retries, m.bytes, m.seconds, m.lag, m.pending, m.oldest, m.up, m.lastSuccess, m.clockOffset)
	m.ForgetSpool(name)
}

// ForgetSpool takes those of its spool away, where another store of that name has
// none.
func (m *Metrics) ForgetSpool(name string) {
	if m != nil {
		forget(name, m.spoolUp, m.spoolSize, m.spoolMaxSize, m.spoolFill, m.spoolPending, m.spoolErrors)
	}
}

// labelled are metrics of many stores.
type labelled interface {
	DeletePartialMatch(labels prometheus.Labels) int
}

func forget(name string, from ...labelled) {
	for _, v := range from {
		v.DeletePartialMatch(prometheus.Labels{"remote_write": name})
	}
}
