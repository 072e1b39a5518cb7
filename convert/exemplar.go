package convert

import (
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
)

// An exemplar is what stands behind a sample of OpenMetrics or protobuf.
type exemplar struct {
	labels []Label // sorted
	value  float64
	at     int64 // its time, in Unix milliseconds
	timed  bool  // it has one
	// refused says that Prometheus does not take the labels.
	refused bool
}

// appendExemplar appends an exemplar, if there is one that Prometheus takes, as a
// field of its TimeSeries. Without a time it has that of its sample.
func (e *storeEncoder) appendExemplar(dst []byte, x *exemplar, sample moment) []byte {
	if x == nil || x.refused || runes(x.labels) > maxExemplarRunes {
		return dst
	}
	at := x.at
	switch {
	case x.timed:
	case sample.own:
		at = sample.ms
	default:
		at = e.now
	}
	dst, start := begin(append(dst, tagSeriesExemplar))
	for _, l := range x.labels {
		dst = appendLabel(dst, l)
	}
	dst = appendDouble(dst, tagExemplarValue, x.value)
	return end(appendVarint(append(dst, tagExemplarTime), at), start)
}

const (
	tagExemplarValue = 2<<3 | 1
	tagExemplarTime  = 3 << 3
)

// maxExemplarRunes bounds names and values of an exemplar's labels together, as
// OpenMetrics and Prometheus do (ExemplarMaxLabelSetLength of its model/exemplar).
const maxExemplarRunes = 128

func runes(ls []Label) (n int) {
	for _, l := range ls {
		n += len([]rune(l.Name)) + len([]rune(l.Value))
	}
	return n
}

// exemplarOf takes an exemplar of protobuf.
func exemplarOf(x *dto.Exemplar) *exemplar {
	of := &exemplar{value: x.GetValue(), timed: x.GetTimestamp() != nil}
	for _, l := range x.GetLabel() {
		of.refused = of.refused || hasLabel(of.labels, l.GetName()) || !utf8.ValidString(l.GetValue())
		of.labels = append(of.labels, Label{l.GetName(), l.GetValue()})
	}
	sortLabels(of.labels)
	if of.timed {
		of.at = x.GetTimestamp().GetSeconds()*1000 + int64(x.GetTimestamp().GetNanos()/1_000_000)
	}
	return of
}
