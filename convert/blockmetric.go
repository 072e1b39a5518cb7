package convert

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

var errBroken = errors.New("the message is broken")

func (b Block) decodeProtobuf(f *Family) error {
	for field := range fields(b.message) {
		switch field.tag {
		case 0:
			return errBroken
		case tagFamilyHelp:
			f.Help = string(field.data)
		case tagFamilyMetric:
			if err := decodeMetric(f, field.data); err != nil {
				return err
			}
		}
	}
	return nil
}

// decodeMetric appends the lines of a metric to the family.
func decodeMetric(f *Family, metric []byte) error {
	ls, err := decodeLabels(metric)
	if err != nil {
		return err
	}
	value := valueOf(metric, f.Type)
	switch {
	case value.tag == 0:
		return fmt.Errorf("metric %v has no value of type %s", ls, f.Type)
	case f.Type.Simple():
		f.Series = append(f.Series, Series{Name: f.Name, Labels: ls, Value: decodeValue(value.data)})
		return nil
	}
	return decodePoints(f, ls, value.data)
}

func decodeLabels(metric []byte) (ls Labels, err error) {
	for f := range fields(metric) {
		switch f.tag {
		case 0:
			return nil, errBroken
		case tagMetricLabel:
			name, value := decodeLabel(f.data)
			ls = append(ls, Label{string(name), string(value)})
		}
	}
	return sorted(ls)
}

func decodeLabel(pair []byte) (name, value []byte) {
	for f := range fields(pair) {
		switch f.tag {
		case tagLabelName:
			name = f.data
		case tagLabelValue:
			value = f.data
		}
	}
	return name, value
}

// decodePoints appends the lines of a histogram or summary. What a native
// histogram has beside its buckets cannot be lines, and stays with the count.
func decodePoints(f *Family, ls Labels, message []byte) error {
	name, label := f.pointName(), pointLabel(f.Type)
	if ls.Has(label) {
		return fmt.Errorf("metric %v has a label of its %s's points", ls, f.Type)
	}
	points, sum, count, native := pointsOf(message, f.Type)
	for _, p := range points {
		p.series.Name = name
		p.series.Labels = with(ls, Label{label, string(appendValue(nil, p.at))})
		f.Series = append(f.Series, p.series)
	}
	f.Series = append(f.Series, Series{Name: f.Name + "_sum", Labels: ls, Value: sum}, Series{Name: f.Name + "_count", Labels: ls, Value: count, native: native})
	return nil
}

// pointsOf returns what a histogram or summary has, in order. The bucket of
// +Inf is optional in protobuf, as it is the count again.
func pointsOf(message []byte, t Type) (points []point, sum, count float64, native []byte) {
	for f := range fields(message) {
		switch f.tag {
		case tagSampleCount:
			count = float64(f.number)
		case tagSampleSum:
			sum = math.Float64frombits(f.number)
		case tagPoint:
			points = append(points, decodePoint(f.data, t))
		default:
			if f.tag != 0 {
				native = append(native, f.raw...)
			}
		}
	}
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	if t == Histogram && (len(points) == 0 || !math.IsInf(points[len(points)-1].at, 1)) {
		points = append(points, point{math.Inf(1), Series{Value: count}})
	}
	return points, sum, count, native
}

// decodePoint reads a bucket or a quantile; its series has a value only.
func decodePoint(message []byte, t Type) (p point) {
	for f := range fields(message) {
		switch {
		case t == Histogram && f.tag == tagBucketCount:
			p.series.Value = float64(f.number)
		case t == Histogram && f.tag == tagBucketBound, t == Summary && f.tag == tagQuantileAt:
			p.at = math.Float64frombits(f.number)
		case t == Summary && f.tag == tagQuantileValue:
			p.series.Value = math.Float64frombits(f.number)
		}
	}
	return p
}

// with returns the labels and one more.
func with(ls Labels, l Label) Labels {
	i, _ := slices.BinarySearchFunc(ls, l, byName)
	return slices.Insert(slices.Clip(ls), i, l)
}
