package convert

import (
	"encoding/binary"
	"math"
)

// The fields of io.prometheus.client, as in prometheus/client_model
// metrics.proto; each with its wire type.
const (
	tagFamilyName   = 1<<3 | 2
	tagFamilyHelp   = 2<<3 | 2
	tagFamilyType   = 3 << 3
	tagFamilyMetric = 4<<3 | 2

	tagMetricLabel     = 1<<3 | 2
	tagMetricGauge     = 2<<3 | 2
	tagMetricCounter   = 3<<3 | 2
	tagMetricSummary   = 4<<3 | 2
	tagMetricUntyped   = 5<<3 | 2
	tagMetricHistogram = 7<<3 | 2

	tagLabelName  = 1<<3 | 2
	tagLabelValue = 2<<3 | 2

	tagValue = 1<<3 | 1 // of a counter, gauge or untyped value

	tagSampleCount = 1 << 3 // of histograms and summaries
	tagSampleSum   = 2<<3 | 1
	tagPoint       = 3<<3 | 2 // a bucket or a quantile

	tagBucketCount = 1 << 3
	tagBucketBound = 2<<3 | 1

	tagQuantileAt    = 1<<3 | 1
	tagQuantileValue = 2<<3 | 1
)

// protobufTypes are the numbers of MetricType, and the tag of a metric's value.
var protobufTypes = map[Type]struct{ number, tag byte }{
	Counter:   {0, tagMetricCounter},
	Gauge:     {1, tagMetricGauge},
	Summary:   {2, tagMetricSummary},
	Untyped:   {3, tagMetricUntyped},
	Histogram: {4, tagMetricHistogram},
}

// appendProtobuf appends a family as a delimited message. The lines of a
// histogram or summary are those of assemble.
func appendProtobuf(dst []byte, f *Family) []byte {
	family := appendFamilyHeader(nil, f)
	for series := f.Series; len(series) > 0; {
		n := 1
		if !f.Type.Simple() {
			for series[n-1].Name != f.Name+"_count" {
				n++
			}
		}
		family = appendBytes(family, tagFamilyMetric, appendMetric(nil, f, series[:n]))
		series = series[n:]
	}
	dst = binary.AppendUvarint(dst, uint64(len(family)))
	return append(dst, family...)
}

func appendFamilyHeader(dst []byte, f *Family) []byte {
	dst = appendString(dst, tagFamilyName, f.Name)
	if f.Help != "" {
		dst = appendString(dst, tagFamilyHelp, f.Help)
	}
	return append(dst, tagFamilyType, protobufTypes[f.Type].number)
}

// appendMetric appends a Metric message: of one series, or of the lines of one
// label set, of which the last two are sum and count.
func appendMetric(dst []byte, f *Family, lines []Series) []byte {
	last := lines[len(lines)-1]
	for _, l := range last.Labels {
		dst = appendLabel(dst, l)
	}
	var value []byte
	switch f.Type {
	case Histogram, Summary:
		value = appendPoints(nil, f.Type, lines)
	default:
		value = appendDouble(nil, tagValue, last.Value)
	}
	return appendBytes(dst, protobufTypes[f.Type].tag, value)
}

func appendLabel(dst []byte, l Label) []byte {
	pair := appendString(nil, tagLabelName, l.Name)
	pair = appendString(pair, tagLabelValue, l.Value)
	return appendBytes(dst, tagMetricLabel, pair)
}

func appendPoints(dst []byte, t Type, lines []Series) []byte {
	points, sum, count := lines[:len(lines)-2], lines[len(lines)-2], lines[len(lines)-1]
	dst = append(dst, tagSampleCount)
	dst = binary.AppendUvarint(dst, uint64(count.Value))
	dst = appendDouble(dst, tagSampleSum, sum.Value)
	for _, p := range points {
		_, at, _ := splitPoint(t, p.Labels)
		number, _ := parseFloat(at)
		dst = appendBytes(dst, tagPoint, appendPoint(nil, t, number, p.Value))
	}
	return dst
}

func appendPoint(dst []byte, t Type, at, value float64) []byte {
	if t == Summary {
		return appendDouble(appendDouble(dst, tagQuantileAt, at), tagQuantileValue, value)
	}
	dst = append(dst, tagBucketCount)
	dst = binary.AppendUvarint(dst, uint64(value))
	return appendDouble(dst, tagBucketBound, at)
}

func appendDouble(dst []byte, tag byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(append(dst, tag), math.Float64bits(v))
}

func appendString(dst []byte, tag byte, s string) []byte {
	dst = binary.AppendUvarint(append(dst, tag), uint64(len(s)))
	return append(dst, s...)
}

func appendBytes(dst []byte, tag byte, p []byte) []byte {
	dst = binary.AppendUvarint(append(dst, tag), uint64(len(p)))
	return append(dst, p...)
}
