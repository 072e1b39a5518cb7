package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
)

// A sampleText is what a WriteRequest has, for people: a line for each sample
// with its labels, value and time in milliseconds. Fields are numbered as in
// prometheus/prometheus prompb/types.proto and remote.proto.
type sampleText struct {
	lines   strings.Builder
	samples int // native histograms among them
}

// addRequest adds the lines of a WriteRequest. Its metadata are left out.
func (s *sampleText) addRequest(request []byte) error {
	return eachProto(request, func(f protoField) error {
		if f.number == 1 {
			return s.addSeries(f.bytes)
		}
		return nil
	})
}

// addSeries adds those of a TimeSeries.
func (s *sampleText) addSeries(series []byte) error {
	var labels convert.Labels
	var samples, exemplars []string
	err := eachProto(series, func(f protoField) error {
		var text string
		var err error
		switch f.number {
		case 1:
			var l convert.Label
			l, err = readLabel(f.bytes)
			labels = append(labels, l)
		case 2:
			text, err = readSample(f.bytes)
			samples = append(samples, text)
		case 3:
			text, err = readExemplar(f.bytes)
			exemplars = append(exemplars, text)
		case 4:
			text, err = readHistogram(f.bytes)
			samples = append(samples, text)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, sample := range samples {
		s.lines.WriteString(spelled(labels) + " " + sample + strings.Join(exemplars, "") + "\n")
	}
	s.samples += len(samples)
	return nil
}

// spelled is how the text format spells a series.
func spelled(labels convert.Labels) string {
	isName := func(l convert.Label) bool { return l.Name == model.MetricNameLabel }
	name := labels.Get(model.MetricNameLabel)
	if !model.LegacyValidation.IsValidMetricName(name) {
		return labels.String()
	}
	if rest := slices.DeleteFunc(slices.Clone(labels), isName); len(rest) > 0 {
		return name + rest.String()
	}
	return name
}

func readLabel(label []byte) (l convert.Label, err error) {
	err = eachProto(label, func(f protoField) error {
		switch f.number {
		case 1:
			l.Name = string(f.bytes)
		case 2:
			l.Value = string(f.bytes)
		}
		return nil
	})
	return l, err
}

func readSample(sample []byte) (string, error) {
	var value float64
	var at int64
	err := eachProto(sample, func(f protoField) error {
		switch f.number {
		case 1:
			value = math.Float64frombits(f.value)
		case 2:
			at = int64(f.value)
		}
		return nil
	})
	return numberText(value) + " " + strconv.FormatInt(at, 10), err
}

// readExemplar spells one as OpenMetrics does, without its time.
func readExemplar(exemplar []byte) (string, error) {
	var labels convert.Labels
	var value float64
	err := eachProto(exemplar, func(f protoField) error {
		switch f.number {
		case 1:
			l, err := readLabel(f.bytes)
			labels = append(labels, l)
			return err
		case 2:
			value = math.Float64frombits(f.value)
		}
		return nil
	})
	return " # " + labels.String() + " " + numberText(value), err
}

// readHistogram tells count and sum of a native histogram: its buckets say little
// to people.
func readHistogram(histogram []byte) (string, error) {
	var count, sum float64
	var at int64
	err := eachProto(histogram, func(f protoField) error {
		switch f.number {
		case 1:
			count = float64(f.value)
		case 2:
			count = math.Float64frombits(f.value)
		case 3:
			sum = math.Float64frombits(f.value)
		case 15:
			at = int64(f.value)
		}
		return nil
	})
	return fmt.Sprintf("{count:%s,sum:%s} %d", numberText(count), numberText(sum), at), err
}

func numberText(v float64) string {
	return strconv.FormatFloat(v, 'g', -1, 64)
}
