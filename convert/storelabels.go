package convert

import "github.com/prometheus/common/model"

// report returns the labels of a report series.
func (e *storeEncoder) report(name string) []byte {
	e.encode(name, e.target, nil)
	return e.labels
}

// encode makes e.labels those of a series: the labels of its group and its own,
// none of which is in both.
func (e *storeEncoder) encode(name string, group, own []Label) {
	all := append(append(append(e.merged[:0], Label{model.MetricNameLabel, name}), group...), own...)
	sortLabels(all)
	e.labels = e.labels[:0]
	for _, l := range all {
		e.labels = appendLabel(e.labels, l)
	}
	e.merged = all
}

// spell is normalNumber with a memory.
func (e *storeEncoder) spell(written []byte) string {
	if known, ok := e.numbers[string(written)]; ok {
		return known
	}
	spelled := normalNumber(string(written))
	if len(written) > longestNumber {
		return spelled
	}
	if e.numbers == nil || len(e.numbers) >= maxNumbers {
		e.numbers = make(map[string]string)
	}
	e.numbers[string(written)] = spelled
	return spelled
}

// What bounds the numbers that are remembered: how many, and how many bytes each
// has as it is written; it may be anything.
const (
	maxNumbers    = 1024
	longestNumber = 32
)
