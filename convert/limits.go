package convert

import (
	"fmt"

	"github.com/prometheus/common/model"
)

// Limits are those of a Prometheus scrape configuration. Zero is no limit.
type Limits struct {
	Samples          int // samples in one scrape
	Labels           int // labels of a series, its name and its target's labels among them
	LabelNameLength  int // bytes
	LabelValueLength int // bytes
	Groups           int // groups that one scrape may make with honor_labels or rules
}

// checkSamples checks the samples of a scrape. n is without the repetitions of a
// series: Prometheus forgives those without a timestamp.
func (l Limits) checkSamples(n int) error {
	if l.Samples > 0 && n > l.Samples {
		return &LimitError{"sample_limit", fmt.Sprintf("%d samples, limit %d", n, l.Samples)}
	}
	return nil
}

// checkSamples is called after the whole body was read, as in Prometheus, so
// that the report counts all of its samples. Repetitions are looked for only
// where they matter.
func (r *run) checkSamples() error {
	n := r.stored
	if r.relabels() { // series that rules have made alike are not repetitions
		return r.Limits.checkSamples(n - r.repeats)
	}
	if r.Limits.Samples == 0 || n <= r.Limits.Samples || r.timed {
		return r.Limits.checkSamples(n)
	}
	if r.StoresOnly {
		return r.Limits.checkSamples(n - r.stats.StoreDropped[DropDuplicate])
	}
	n -= r.stats.Dropped[DropDuplicate]
	if outputs := r.batch.Outputs(r.Target); len(outputs) > 0 {
		outputs[0].Rewrite(func(body []byte, series int) ([]byte, int) {
			_, repeated := outputs[0].Format().Distinct(body)
			n -= repeated
			return body, series
		})
	}
	return r.Limits.checkSamples(n)
}

func (l Limits) checkGroups(n int) error {
	if l.Groups > 0 && n > l.Groups {
		return &LimitError{"group_limit", fmt.Sprintf("honor_labels or metric relabeling makes more than %d groups", l.Groups)}
	}
	return nil
}

// ofLabels tells whether there is a limit for single labels.
func (l Limits) ofLabels() bool { return l.Labels+l.LabelNameLength+l.LabelValueLength > 0 }

// checkLine is checkLabels for a line. Only one that may be over a limit is
// looked at closely: as long as it is within them with its escapes, it is.
func (r *run) checkLine(l *line) error {
	limits := r.Limits
	within := limits.Labels == 0 || 1+len(r.Target)+l.labels <= limits.Labels
	within = within && limits.isWithin(len(model.MetricNameLabel), len(r.scanner.name))
	for _, label := range r.Target {
		within = within && limits.isWithin(len(label.Name), len(label.Value))
	}
	for i := range l.labels {
		value, _ := l.labelValue(i)
		within = within && limits.isWithin(len(l.labelName(i)), len(value))
	}
	if within {
		return nil
	}
	return limits.checkLabels(text(r.scanner.name), r.Target, l.series().Labels)
}

func (l Limits) isWithin(name, value int) bool {
	return (l.LabelNameLength == 0 || name <= l.LabelNameLength) && (l.LabelValueLength == 0 || value <= l.LabelValueLength)
}

// checkLabels checks the labels that a series has in Prometheus: its name,
// those of its group and its own.
func (l Limits) checkLabels(name string, sets ...Labels) error {
	n := 1
	for _, ls := range sets {
		n += len(ls)
	}
	if l.Labels > 0 && n > l.Labels {
		return &LimitError{"label_limit", fmt.Sprintf("%.50s has %d labels, limit %d", name, n, l.Labels)}
	}
	if err := l.checkLabel(name, Label{model.MetricNameLabel, name}); err != nil {
		return err
	}
	for _, ls := range sets {
		for _, label := range ls {
			if err := l.checkLabel(name, label); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l Limits) checkLabel(metric string, label Label) error {
	if n := len(label.Name); l.LabelNameLength > 0 && n > l.LabelNameLength {
		return &LimitError{"label_name_length_limit",
			fmt.Sprintf("%.50s: name of label %.50s has %d bytes, limit %d", metric, label.Name, n, l.LabelNameLength)}
	}
	if n := len(label.Value); l.LabelValueLength > 0 && n > l.LabelValueLength {
		return &LimitError{"label_value_length_limit",
			fmt.Sprintf("%.50s: value of label %.50s has %d bytes, limit %d", metric, label.Name, n, l.LabelValueLength)}
	}
	return nil
}
