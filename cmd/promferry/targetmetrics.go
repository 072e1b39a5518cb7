package main

import "github.com/prometheus/client_golang/prometheus"

// targetMetrics say which targets there are, as they are when they are asked for.
type targetMetrics struct{ ferry *ferry }

var (
	targetsDesc   = prometheus.NewDesc("promferry_targets", "Targets that are scraped.", []string{"job"}, nil)
	droppedDesc   = prometheus.NewDesc("promferry_targets_dropped", "Targets that relabeling drops.", []string{"job"}, nil)
	refusedDesc   = prometheus.NewDesc("promferry_targets_refused", "Discovered targets that are not scraped, by reason.", []string{"job", "reason"}, nil)
	discoveryDesc = prometheus.NewDesc("promferry_discovery_failures_total", "Looks for targets that failed, in part or wholly.", []string{"job", "mechanism"}, nil)
)

// Describe implements prometheus.Collector.
func (m targetMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{targetsDesc, droppedDesc, refusedDesc, discoveryDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector. Jobs and builtins of one name count
// together.
func (m targetMetrics) Collect(to chan<- prometheus.Metric) {
	gauges, failures := make(map[metricKey]float64), make(map[metricKey]float64)
	for _, job := range m.ferry.current().jobs {
		name := job.settings.Name
		gauges[metricKey{targetsDesc, name, ""}] += float64(len(job.of))
		gauges[metricKey{droppedDesc, name, ""}] += float64(len(job.dropped))
		for _, reason := range []string{refusedInvalid, refusedKeyTaken} {
			gauges[metricKey{refusedDesc, name, reason}] += float64(job.countRefused(reason))
		}
		for _, fi := range job.finders {
			failures[metricKey{discoveryDesc, name, fi.settings.Kind()}] += float64(fi.Status().Failures)
		}
	}
	emit(to, prometheus.GaugeValue, gauges)
	emit(to, prometheus.CounterValue, failures)
}

// A metricKey tells a series; more is "" where the job is all.
type metricKey struct {
	desc      *prometheus.Desc
	job, more string
}

func emit(to chan<- prometheus.Metric, kind prometheus.ValueType, values map[metricKey]float64) {
	for key, value := range values {
		labels := []string{key.job}
		if key.more != "" {
			labels = append(labels, key.more)
		}
		to <- prometheus.MustNewConstMetric(key.desc, kind, value, labels...)
	}
}

func (j *jobPart) countRefused(reason string) (n int) {
	for _, t := range j.refused {
		if t.reason == reason {
			n++
		}
	}
	return n
}
