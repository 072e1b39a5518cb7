package relay

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/promferry/promferry/convert"
)

// Metrics count what all targets do. A nil *Metrics counts nothing.
type Metrics struct {
	scrapes    *prometheus.CounterVec
	errors     *prometheus.CounterVec
	skips      *prometheus.CounterVec
	samples    *prometheus.CounterVec
	dropped    *prometheus.CounterVec
	timestamps *prometheus.CounterVec
	exemplars  *prometheus.CounterVec
	natives    *prometheus.CounterVec
	flattened  *prometheus.CounterVec
	escaped    *prometheus.CounterVec
	stored     *prometheus.CounterVec
	stale      *prometheus.CounterVec
	notStored  *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	inFlight   prometheus.Gauge
}

// NewMetrics registers the metrics of cycles.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"job"}, labels...))
		reg.MustRegister(v)
		return v
	}
	m := &Metrics{
		scrapes:    counter("promferry_scrapes_total", "Scrapes that ended, failed ones among them."),
		errors:     counter("promferry_scrape_errors_total", "Scrapes that failed, by reason.", "reason"),
		skips:      counter("promferry_scrapes_skipped_total", "Ticks without a scrape, as the one before still ran or no worker was free."),
		samples:    counter("promferry_samples_scraped_total", "Samples in the answers of targets."),
		dropped:    counter("promferry_series_dropped_total", "Series left out of a push, by reason.", "reason"),
		timestamps: counter("promferry_timestamps_stripped_total", "Samples whose timestamp a gateway would refuse."),
		exemplars:  counter("promferry_exemplars_stripped_total", "Samples whose exemplar a gateway cannot keep."),
		natives:    counter("promferry_native_histograms_cut_total", "Native histograms of which only count, sum and classic buckets went out."),
		flattened:  counter("promferry_families_flattened_total", "Histograms and summaries sent as plain series, as a gateway would change their numbers."),
		escaped:    counter("promferry_names_escaped_total", "Series whose name or label names were written with underscores, as the gateway takes no UTF-8 names."),
		stored:     counter("promferry_samples_appended_total", "Samples and native histograms for remote_write, each once however many stores get it."),
		stale:      counter("promferry_stale_markers_total", "Stale markers for remote_write: series that a target no longer has."),
		notStored:  counter("promferry_remote_write_series_dropped_total", "Series left out of remote_write, by reason.", "reason"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "promferry_cycle_duration_seconds", Help: "Time from the start of a scrape to its conversion.",
			Buckets: []float64{.005, .025, .1, .5, 1, 2.5, 10},
		}, []string{"job"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "promferry_scrapes_in_flight", Help: "Scrapes under way.",
		}),
	}
	reg.MustRegister(m.seconds, m.inFlight)
	return m
}

// start makes the metrics of a job before anything happens: Prometheus sees no
// increase of a counter that begins above zero. That of failed scrapes has too
// many reasons for it.
func (m *Metrics) start(t *Target) {
	if m == nil {
		return
	}
	job := t.Job
	m.startStores(t)
	for _, v := range []*prometheus.CounterVec{
		m.scrapes, m.skips, m.samples, m.timestamps, m.exemplars, m.natives, m.flattened, m.escaped,
	} {
		v.WithLabelValues(job)
	}
	for _, reason := range convert.DropReasons() {
		m.dropped.WithLabelValues(job, string(reason))
	}
}

// startStores is start for what only targets with stores have.
func (m *Metrics) startStores(t *Target) {
	if len(t.Stores) == 0 {
		return
	}
	m.stored.WithLabelValues(t.Job)
	m.stale.WithLabelValues(t.Job)
	for _, reason := range convert.StoreDropReasons() {
		m.notStored.WithLabelValues(t.Job, string(reason))
	}
}

func (m *Metrics) begin() {
	if m != nil {
		m.inFlight.Inc()
	}
}

func (m *Metrics) end(t *Target, res result) {
	if m == nil {
		return
	}
	m.inFlight.Dec()
	if res.stopped {
		return
	}
	m.scrapes.WithLabelValues(t.Job).Inc()
	m.seconds.WithLabelValues(t.Job).Observe(res.took.Seconds())
	m.samples.WithLabelValues(t.Job).Add(float64(res.stats.Samples))
	if res.err != nil {
		m.errors.WithLabelValues(t.Job, reasonOf(res.err)).Inc()
		return
	}
	m.timestamps.WithLabelValues(t.Job).Add(float64(res.stats.Timestamps))
	m.exemplars.WithLabelValues(t.Job).Add(float64(res.stats.Exemplars))
	m.natives.WithLabelValues(t.Job).Add(float64(res.stats.Natives))
	m.flattened.WithLabelValues(t.Job).Add(float64(res.stats.Flattened))
	m.escaped.WithLabelValues(t.Job).Add(float64(res.stats.Escaped))
	for reason, n := range res.stats.Dropped {
		m.dropped.WithLabelValues(t.Job, string(reason)).Add(float64(n))
	}
	if len(t.Stores) > 0 {
		m.endStores(t.Job, res.stats)
	}
}

// endStores is end for what only targets with stores have.
func (m *Metrics) endStores(job string, stats convert.Stats) {
	m.stored.WithLabelValues(job).Add(float64(stats.Stored))
	m.stale.WithLabelValues(job).Add(float64(stats.Stale))
	for reason, n := range stats.StoreDropped {
		m.notStored.WithLabelValues(job, string(reason)).Add(float64(n))
	}
}

func (m *Metrics) skipped(job string, ticks int) {
	if m != nil && ticks > 0 {
		m.skips.WithLabelValues(job).Add(float64(ticks))
	}
}

// Forget takes away the series of a job that is gone.
func (m *Metrics) Forget(job string) {
	for _, v := range []interface {
		DeletePartialMatch(labels prometheus.Labels) int
	}{
		m.scrapes, m.errors, m.skips, m.samples, m.dropped,
		m.timestamps, m.exemplars, m.natives, m.flattened, m.escaped, m.seconds,
		m.stored, m.stale, m.notStored,
	} {
		v.DeletePartialMatch(prometheus.Labels{"job": job})
	}
}
