package convert

import (
	"math"
	"strconv"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/proto"
)

// takeMetric takes the lines of a metric, in the order of the text format.
func (r *run) takeMetric(f *dto.MetricFamily, m *dto.Metric) error {
	labels, err := labelsOf(f.GetName(), m)
	if err != nil {
		return err
	}
	lines := metricLines{
		run: r, family: f.GetName(), labels: labels, timestamp: m.GetTimestampMs() != 0, at: m.GetTimestampMs(),
		refused: repeatedLabel(f, m, labels),
	}
	switch f.GetType() {
	case dto.MetricType_SUMMARY:
		lines.summary(m.GetSummary())
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		r.closePoints() // what is there after the lines is then theirs
		held := len(r.held)
		h := m.GetHistogram()
		lines.classicOnly = isNative(h) && len(h.GetBucket()) == 0
		lines.histogram(h)
		if lines.err == nil && isNative(h) {
			lines.err = r.native(f, m, labels, r.held[held:])
		}
	case dto.MetricType_COUNTER:
		lines.add("", m.GetCounter().GetValue(), m.GetCounter().GetExemplar())
	case dto.MetricType_GAUGE:
		lines.add("", m.GetGauge().GetValue(), nil)
	default:
		lines.add("", m.GetUntyped().GetValue(), nil)
	}
	return lines.err
}

func labelsOf(family string, m *dto.Metric) ([]Label, error) {
	labels := make([]Label, 0, len(m.Label)+1)
	for _, l := range m.Label {
		if !model.UTF8Validation.IsValidLabelName(l.GetName()) || !utf8.ValidString(l.GetValue()) {
			return nil, familyError(family, "label %.50q: name and value must be UTF-8, and the name not empty", l.GetName())
		}
		labels = append(labels, Label{l.GetName(), l.GetValue()})
	}
	return labels, nil
}

// repeatedLabel is an error where a label stands twice, the one of the type's
// points among them. Prometheus has counted a line by then.
func repeatedLabel(f *dto.MetricFamily, m *dto.Metric, labels []Label) error {
	seen := map[string]bool{model.MetricNameLabel: true}
	switch f.GetType() {
	case dto.MetricType_SUMMARY:
		seen[model.QuantileLabel] = len(m.GetSummary().GetQuantile()) > 0
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		seen[model.BucketLabel] = true
	}
	for _, l := range labels {
		if seen[l.Name] {
			return familyError(f.GetName(), "label name %.50q is not unique", l.Name)
		}
		seen[l.Name] = true
	}
	return nil
}

// metricLines makes lines of one metric until one fails.
type metricLines struct {
	run       *run
	family    string
	labels    []Label
	timestamp bool
	at        int64
	refused   error // of each line
	// classicOnly is that of sample.
	classicOnly bool
	err         error
}

// add takes one line, with one label more if that has a name.
func (l *metricLines) add(suffix string, value float64, exemplar *dto.Exemplar, point ...Label) {
	if l.err != nil {
		return
	}
	labels := append(l.labels, point...) // there is room, and the line before is done with
	s := sample{labels: labels, value: value, timestamp: l.timestamp, at: l.at, refused: l.refused, classicOnly: l.classicOnly}
	if exemplar != nil {
		s.exemplar = exemplarOf(exemplar)
	}
	l.err = l.run.takeSample(entry{kind: entrySample, name: l.family + suffix, sample: s})
}

func (l *metricLines) summary(s *dto.Summary) {
	for _, q := range s.GetQuantile() {
		l.add("", q.GetValue(), nil, Label{model.QuantileLabel, formatPoint(q.GetQuantile())})
	}
	l.add("_sum", s.GetSampleSum(), nil)
	l.add("_count", float64(s.GetSampleCount()), nil)
}

// histogram takes the buckets up to +Inf, which is made where it is missing.
func (l *metricLines) histogram(h *dto.Histogram) {
	count := countOf(h.GetSampleCountFloat(), h.GetSampleCount())
	last := math.Inf(-1)
	for _, b := range h.GetBucket() {
		if math.IsInf(last, 1) {
			break
		}
		last = b.GetUpperBound()
		l.add("_bucket", countOf(b.GetCumulativeCountFloat(), b.GetCumulativeCount()), b.GetExemplar(), Label{model.BucketLabel, formatPoint(last)})
	}
	if !math.IsInf(last, 1) {
		l.add("_bucket", count, nil, Label{model.BucketLabel, "+Inf"})
	}
	l.add("_sum", h.GetSampleSum(), nil)
	l.add("_count", count, nil)
}

// countOf is what Prometheus takes for the count where both are there.
func countOf(float float64, integer uint64) float64 {
	if float != 0 {
		return float
	}
	return float64(integer)
}

// formatPoint writes le or quantile. As in Prometheus there is no minus zero.
func formatPoint(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "+Inf"
	case v == 0:
		return "0"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// native adds what makes a histogram a native one to the set of lines that was
// just read, or to the last of those that wait. What text cannot carry, or a
// gateway not keep, is counted. Rules must have made of it what they made of the
// lines; where these wait, they are not asked for that.
func (r *run) native(f *dto.MetricFamily, m *dto.Metric, labels []Label, held []namedSeries) error {
	h := m.GetHistogram()
	attached := r.points.lines+len(held) > 0
	if r.relabels() {
		v, err := r.verdictOf(f.GetName(), labels, nil)
		if err != nil || r.verdicts.get(v).ruling == rulingDrop {
			return err
		}
		r.storeRelabeledNative(v, f, m)
		attached = r.points.lines > 0 && r.isOfPoints(v)
	} else {
		r.storeNative(f, m, labels)
	}
	if r.StoresOnly {
		return nil
	}
	r.stats.Exemplars += len(h.GetExemplars())
	if !attached || !consistent(h) {
		r.stats.Natives++
		return nil
	}
	fields := &dto.Histogram{
		Schema: h.Schema, ZeroThreshold: h.ZeroThreshold, ZeroCount: h.ZeroCount,
		NegativeSpan: h.NegativeSpan, NegativeDelta: h.NegativeDelta,
		PositiveSpan: h.PositiveSpan, PositiveDelta: h.PositiveDelta,
	}
	encoded, err := proto.Marshal(fields)
	if err != nil {
		r.stats.Natives++
		return nil
	}
	if r.points.lines > 0 {
		r.points.native = encoded
	} else {
		held[len(held)-1].native = encoded
	}
	if r.encoders.has(Text) {
		r.stats.Natives++
	}
	return nil
}

// isNative is isNativeHistogram of Prometheus's model/textparse.
func isNative(h *dto.Histogram) bool {
	return len(h.GetPositiveSpan()) > 0 || len(h.GetNegativeSpan()) > 0 || h.GetZeroThreshold() > 0 || h.GetZeroCount() > 0
}
