package verify

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// A Window is the time that is compared. What happens at a target is seen by the
// relayed way later, by up to the intervals of the push and of the gateway's
// scrape: a quarter of the window is left for that.
type Window struct {
	End    model.Time
	Length time.Duration
}

// ago is the time at which the last quarters of the window begin.
func (w Window) ago(quarters time.Duration) model.Time {
	return w.End.Add(-w.Length * quarters / 4)
}

// A Series is what a Prometheus has of one series within a window.
type Series struct {
	Labels model.Metric // with the name

	steady  bool // from its first quarter to its last
	present bool // in its newer half

	least, most float64 // of the values that are numbers; least > most: there are none
	nan         bool    // one is not a number
	native      bool    // a native histogram, of which the values are the counts
}

// NewSeries sums up the samples, which are sorted by time, as Prometheus's are.
func NewSeries(of model.SampleStream, w Window) Series {
	s := Series{Labels: of.Metric, least: math.Inf(1), most: math.Inf(-1), native: len(of.Histograms) > 0}
	first, last := model.Latest, model.Earliest
	add := func(at model.Time, value float64) {
		first, last = min(first, at), max(last, at)
		s.add(value)
	}
	for _, v := range of.Values {
		add(v.Timestamp, float64(v.Value))
	}
	for _, h := range of.Histograms {
		if h.Histogram != nil {
			add(h.Timestamp, float64(h.Histogram.Count))
		}
	}
	s.steady = first <= w.ago(3) && last >= w.ago(1)
	s.present = last >= w.ago(2)
	return s
}

func (s *Series) add(value float64) {
	if math.IsNaN(value) {
		s.nan = true
		return
	}
	s.least, s.most = min(s.least, value), max(s.most, value)
}

func (s *Series) name() string { return string(s.Labels[model.MetricNameLabel]) }

// moves tells whether the value changed within the window.
func (s *Series) moves() bool { return s.least < s.most || s.nan && s.least == s.most }

// meets tells whether there is a value that both series may have had at one
// time.
func (s *Series) meets(other *Series) bool {
	return s.nan && other.nan || s.least <= other.most && other.least <= s.most
}

// values are those of the window, for people.
func (s *Series) values() string {
	text := strconv.FormatFloat(s.least, 'g', -1, 64)
	switch {
	case s.least > s.most:
		return "NaN"
	case s.least < s.most:
		text += " to " + strconv.FormatFloat(s.most, 'g', -1, 64)
	}
	if s.nan {
		text += " or NaN"
	}
	if s.native {
		text += " observations"
	}
	return text
}

// String is the series as PromQL writes it.
func (s *Series) String() string {
	name := s.name()
	var parts []string
	if !model.LegacyValidation.IsValidMetricName(name) {
		name, parts = "", []string{strconv.Quote(name)}
	}
	for _, label := range s.sorted(nil) {
		written := string(label)
		if !model.LegacyValidation.IsValidLabelName(written) {
			written = strconv.Quote(written)
		}
		parts = append(parts, fmt.Sprintf("%s=%q", written, s.Labels[label]))
	}
	return name + "{" + strings.Join(parts, ",") + "}"
}

// sorted are the names of the labels but those ignored and the name's. An empty
// label is none.
func (s *Series) sorted(ignored map[string]bool) []model.LabelName {
	names := make([]model.LabelName, 0, len(s.Labels))
	for name, value := range s.Labels {
		if name != model.MetricNameLabel && value != "" && !ignored[string(name)] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// key is equal for the series that two ways are to have alike.
func (s *Series) key(ignored map[string]bool) string {
	var b strings.Builder
	b.WriteString(s.name())
	for _, name := range s.sorted(ignored) {
		b.WriteByte(0xff) // not in UTF-8
		b.WriteString(string(name))
		b.WriteByte(0xff)
		b.WriteString(number(name, string(s.Labels[name])))
	}
	return b.String()
}

// number writes what a gateway writes anew in one way: le="1.0" comes back as
// le="1".
func number(name model.LabelName, value string) string {
	if name != model.BucketLabel && name != model.QuantileLabel {
		return value
	}
	f, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return value
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
