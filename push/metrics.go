package push

import (
	"context"
	"errors"
	"net"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count what all gateways do. A nil *Metrics counts nothing.
type Metrics struct {
	pushes           *prometheus.CounterVec
	errors           *prometheus.CounterVec
	supersededPushes *prometheus.CounterVec
	droppedPushes    *prometheus.CounterVec
	bytes            *prometheus.CounterVec
	seconds          *prometheus.HistogramVec
	lastSuccess      *prometheus.GaugeVec
	retyped          *prometheus.CounterVec
	refused          *prometheus.CounterVec
	duplicates       *prometheus.CounterVec
}

const (
	dropPendingBytes = "max_pending_bytes"
	dropShutdown     = "shutdown"
)

// NewMetrics registers the metrics of pushes. budget may be nil.
func NewMetrics(reg prometheus.Registerer, budget *Budget) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"gateway"}, labels...))
		reg.MustRegister(v)
		return v
	}
	m := &Metrics{
		pushes:           counter("promferry_pushes_total", "Requests that a gateway has stored.", "method"),
		errors:           counter("promferry_push_errors_total", "Requests that failed, by HTTP status or kind of error.", "reason"),
		supersededPushes: counter("promferry_pushes_superseded_total", "Bodies that waited until a newer one of their group took their place."),
		droppedPushes:    counter("promferry_pushes_dropped_total", "Bodies that were dropped before they could be sent.", "reason"),
		bytes:            counter("promferry_push_bytes_total", "Bytes of the bodies that a gateway has stored."),
		retyped:          counter("promferry_families_retyped_total", "Families sent with the type that the gateway has for their name."),
		refused:          counter("promferry_families_refused_total", "Families left out of a push because of what the gateway holds.", "reason"),
		duplicates:       counter("promferry_duplicates_dropped_total", "Series left out of a push because they stood in it twice."),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "promferry_push_duration_seconds", Help: "Time from the begin of a request to the end of its answer.",
			Buckets: []float64{.005, .025, .1, .5, 1, 2.5, 10},
		}, []string{"gateway"}),
		lastSuccess: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "promferry_push_last_success_timestamp_seconds", Help: "When a gateway last stored a push.",
		}, []string{"gateway"}),
	}
	reg.MustRegister(m.seconds, m.lastSuccess)
	if budget != nil {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "promferry_pending_bytes", Help: "Bytes of the bodies that wait for gateways.",
		}, func() float64 { return float64(budget.Used()) }))
	}
	return m
}

func (m *Metrics) superseded(gateway string) {
	if m != nil {
		m.supersededPushes.WithLabelValues(gateway).Inc()
	}
}

func (m *Metrics) dropped(gateway, reason string) {
	if m != nil {
		m.droppedPushes.WithLabelValues(gateway, reason).Inc()
	}
}

func (m *Metrics) done(out Outcome) {
	if m == nil {
		return
	}
	m.seconds.WithLabelValues(out.Gateway).Observe(out.Took.Seconds())
	if out.Err != nil {
		m.errors.WithLabelValues(out.Gateway, reason(out.Err)).Inc()
	}
	if out.Err != nil && !errors.Is(out.Err, errReportLost) {
		return
	}
	m.pushes.WithLabelValues(out.Gateway, out.Method).Inc()
	m.bytes.WithLabelValues(out.Gateway).Add(float64(out.Bytes))
	m.lastSuccess.WithLabelValues(out.Gateway).SetToCurrentTime()
	m.retyped.WithLabelValues(out.Gateway).Add(float64(out.Retyped))
	m.duplicates.WithLabelValues(out.Gateway).Add(float64(out.Duplicates))
	m.refused.WithLabelValues(out.Gateway, "type").Add(float64(len(out.Refused)))
}

// reason names the kind of a failed push in one word.
func reason(err error) string {
	var status *StatusError
	var dns *net.DNSError
	var timeout net.Error
	var dial *net.OpError
	var group *groupError
	var panicked *panicError
	switch {
	case errors.As(err, &panicked):
		return "panic"
	case errors.As(err, &group):
		return "group"
	case errors.As(err, &status):
		return strconv.Itoa(status.Code)
	case errors.Is(err, errReportLost):
		return "report_series"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.As(err, &dns):
		return "dns"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.As(err, &dial) && dial.Op == "dial":
		return "connect"
	}
	return "connection"
}
