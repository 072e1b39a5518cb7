package push

import (
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/promferry/promferry/push/internal/answers"
)

// Metrics count what all gateways do. A nil *Metrics counts nothing.
type Metrics struct {
	pushes           *prometheus.CounterVec
	errors           *prometheus.CounterVec
	supersededPushes *prometheus.CounterVec
	droppedPushes    *prometheus.CounterVec
	bytes            *prometheus.CounterVec
	retries          *prometheus.CounterVec
	authErrors       *prometheus.CounterVec
	seconds          *prometheus.HistogramVec
	lag              *prometheus.HistogramVec
	lastSuccess      *prometheus.GaugeVec
	gatewayUp        *prometheus.GaugeVec
	clockOffset      *prometheus.GaugeVec
	retyped          *prometheus.CounterVec
	refused          *prometheus.CounterVec
	duplicates       *prometheus.CounterVec
}

// An address names a gateway in metrics.
type address struct{ gateway, shard string }

// Why a body was dropped.
const (
	dropPendingBytes = "max_pending_bytes"
	dropGatewayDown  = "gateway_down" // it was not even encoded, or is older than one that was not
	dropRefused      = "refused"      // by an answer
	dropGaveUp       = "gave_up"      // after Gateway.GiveUp
	dropDelete       = "delete"       // too many wait
	dropShutdown     = "shutdown"
)

var (
	dropReasons    = []string{dropPendingBytes, dropGatewayDown, dropRefused, dropGaveUp, dropDelete, dropShutdown}
	refusedReasons = []string{refusedType, refusedInconsistent, refusedUndecided}
	methods        = []string{http.MethodPut, http.MethodPost, http.MethodDelete}
)

// NewMetrics registers the metrics of pushes. budget may be nil.
func NewMetrics(reg prometheus.Registerer, budget *Budget) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"gateway", "shard"}, labels...))
		reg.MustRegister(v)
		return v
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"gateway", "shard"})
		reg.MustRegister(v)
		return v
	}
	histogram := func(name, help string, buckets ...float64) *prometheus.HistogramVec {
		v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, []string{"gateway", "shard"})
		reg.MustRegister(v)
		return v
	}
	m := &Metrics{
		pushes:           counter("promferry_pushes_total", "Requests that a gateway has stored.", "method"),
		errors:           counter("promferry_push_errors_total", "Requests that failed, by HTTP status or kind of error.", "reason"),
		retries:          counter("promferry_push_retries_total", "Requests that were sent again after a failure."),
		authErrors:       counter("promferry_push_auth_errors_total", "Requests that a gateway refused for their credentials."),
		supersededPushes: counter("promferry_pushes_superseded_total", "Bodies that waited until a newer one of their group took their place."),
		droppedPushes:    counter("promferry_pushes_dropped_total", "Bodies and deletes that were given up.", "reason"),
		bytes:            counter("promferry_push_bytes_total", "Bytes of the bodies that a gateway has stored."),
		retyped:          counter("promferry_families_retyped_total", "Families sent with the type that the gateway has for their name."),
		refused:          counter("promferry_families_refused_total", "Families left out of a push because of what the gateway holds.", "reason"),
		duplicates:       counter("promferry_duplicates_dropped_total", "Series left out of a push because they stood in it twice."),
		seconds:          histogram("promferry_push_duration_seconds", "Time from the start of a request to the end of its answer.", .005, .025, .1, .5, 1, 2.5, 10),
		lag:              histogram("promferry_push_lag_seconds", "Time from the end of a scrape until a gateway has stored it.", .01, .1, .5, 1, 2.5, 5, 10, 30, 60, 300),
		lastSuccess:      gauge("promferry_push_last_success_timestamp_seconds", "When a gateway last stored a push."),
		gatewayUp:        gauge("promferry_gateway_up", "0 while a gateway fails and gets one request at a time only."),
		clockOffset:      gauge("promferry_gateway_clock_offset_seconds", "How far this host's clock is ahead of the gateway's, below zero behind; 0 while less than a second shows."),
	}
	if budget != nil {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "promferry_pending_bytes", Help: "Bytes of the bodies that wait for gateways.",
		}, func() float64 { return float64(budget.Used()) }))
	}
	return m
}

// start makes the metrics of a gateway before anything happens: Prometheus sees
// no increase of a counter that begins above zero.
func (m *Metrics) start(at address) {
	if m == nil {
		return
	}
	m.up(at, 1)
	for _, v := range []*prometheus.CounterVec{m.supersededPushes, m.bytes, m.retries, m.authErrors, m.retyped, m.duplicates} {
		v.WithLabelValues(at.gateway, at.shard)
	}
	m.startEach(m.pushes, at, methods)
	m.startEach(m.droppedPushes, at, dropReasons)
	m.startEach(m.refused, at, refusedReasons)
}

func (m *Metrics) startEach(v *prometheus.CounterVec, at address, values []string) {
	for _, value := range values {
		v.WithLabelValues(at.gateway, at.shard, value)
	}
}

func (m *Metrics) up(at address, up float64) {
	if m != nil {
		m.gatewayUp.WithLabelValues(at.gateway, at.shard).Set(up)
	}
}

func (m *Metrics) clock(at address, offset time.Duration) {
	if m != nil {
		m.clockOffset.WithLabelValues(at.gateway, at.shard).Set(offset.Seconds())
	}
}

func (m *Metrics) retried(at address) {
	if m != nil {
		m.retries.WithLabelValues(at.gateway, at.shard).Inc()
	}
}

func (m *Metrics) superseded(at address) {
	if m != nil {
		m.supersededPushes.WithLabelValues(at.gateway, at.shard).Inc()
	}
}

func (m *Metrics) dropped(at address, reason string) {
	if m != nil {
		m.droppedPushes.WithLabelValues(at.gateway, at.shard, reason).Inc()
	}
}

func (m *Metrics) done(out Outcome) {
	if m == nil {
		return
	}
	m.seconds.WithLabelValues(out.Gateway, out.Shard).Observe(out.Took.Seconds())
	if out.Err != nil {
		m.errors.WithLabelValues(out.Gateway, out.Shard, reason(out.Err)).Inc()
	}
	if isAuth(out.Err) {
		m.authErrors.WithLabelValues(out.Gateway, out.Shard).Inc()
	}
	if out.Err != nil && !errors.Is(out.Err, errReportLost) {
		return
	}
	m.pushes.WithLabelValues(out.Gateway, out.Shard, out.Method).Inc()
	m.bytes.WithLabelValues(out.Gateway, out.Shard).Add(float64(out.Bytes))
	m.lastSuccess.WithLabelValues(out.Gateway, out.Shard).SetToCurrentTime()
	if out.Lag > 0 {
		m.lag.WithLabelValues(out.Gateway, out.Shard).Observe(out.Lag.Seconds())
	}
	m.retyped.WithLabelValues(out.Gateway, out.Shard).Add(float64(out.Retyped))
	m.duplicates.WithLabelValues(out.Gateway, out.Shard).Add(float64(out.Duplicates))
	for _, reason := range refusedReasons {
		m.refused.WithLabelValues(out.Gateway, out.Shard, reason).Add(float64(out.reasons[reason]))
	}
}

// Forget takes the series of a gateway, or of one shard, away that is there no
// more.
func (m *Metrics) Forget(g *Gateway) {
	for _, v := range []interface {
		DeletePartialMatch(labels prometheus.Labels) int
	}{
		m.pushes, m.errors, m.supersededPushes, m.droppedPushes, m.bytes, m.retries, m.authErrors,
		m.seconds, m.lag, m.lastSuccess, m.gatewayUp, m.clockOffset, m.retyped, m.refused, m.duplicates,
	} {
		v.DeletePartialMatch(prometheus.Labels{"gateway": g.Name, "shard": g.Shard})
	}
}

// reason names the kind of a failed push in one word.
func reason(err error) string {
	var status *StatusError
	var group *groupError
	switch {
	case errors.As(err, &group):
		return "group"
	case isAggregating(err):
		return "aggregating"
	case isPage(err):
		return "web_page"
	case errors.Is(err, errNotStored):
		return "not_stored"
	case errors.Is(err, errNothingLeft):
		return "nothing_left"
	case errors.As(err, &status):
		return answers.StatusReason(status.Code)
	case errors.Is(err, errReportLost):
		return "report_series"
	}
	return answers.Reason(err)
}
