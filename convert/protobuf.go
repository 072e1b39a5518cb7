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
	dst, start := begin(dst)
	dst = appendFamilyHeader(dst, f.Name, f.Help, f.Type)
	for set := range f.sets() {
		dst = appendMetric(dst, f, set)
	}
	return end(dst, start)
}

func appendFamilyHeader(dst []byte, name, help string, t Type) []byte {
	dst = appendString(dst, tagFamilyName, name)
	if help != "" {
		dst = appendString(dst, tagFamilyHelp, help)
	}
	return append(dst, tagFamilyType, protobufTypes[t].number)
}

// appendMetric appends a Metric message: of one series, or of the lines of one
// label set, of which the last two are sum and count.
func appendMetric(dst []byte, f *Family, lines []Series) []byte {
	dst, start := begin(append(dst, tagFamilyMetric))
	last := lines[len(lines)-1]
	for _, l := range last.Labels {
		dst = appendLabel(dst, l)
	}
	dst, value := begin(append(dst, protobufTypes[f.Type].tag))
	if f.Type.Simple() {
		dst = appendDouble(dst, tagValue, last.Value)
	} else {
		dst = appendPoints(dst, f.Type, lines)
	}
	return end(end(dst, value), start)
}

func appendLabel(dst []byte, l Label) []byte {
	dst, start := begin(append(dst, tagMetricLabel))
	dst = appendString(dst, tagLabelName, l.Name)
	dst = appendString(dst, tagLabelValue, l.Value)
	return end(dst, start)
}

func appendPoints(dst []byte, t Type, lines []Series) []byte {
	points, sum, count := lines[:len(lines)-2], lines[len(lines)-2], lines[len(lines)-1]
	dst = append(dst, tagSampleCount)
	dst = binary.AppendUvarint(dst, uint64(count.Value))
	dst = appendDouble(dst, tagSampleSum, sum.Value)
	for _, p := range points {
		at, _ := parseFloat(p.Labels.Get(pointLabel(t)))
		dst = appendPoint(dst, t, at, p.Value)
	}
	return append(dst, count.native...)
}

func appendPoint(dst []byte, t Type, at, value float64) []byte {
	dst, start := begin(append(dst, tagPoint))
	if t == Summary {
		return end(appendDouble(appendDouble(dst, tagQuantileAt, at), tagQuantileValue, value), start)
	}
	dst = binary.AppendUvarint(append(dst, tagBucketCount), uint64(value))
	return end(appendDouble(dst, tagBucketBound, at), start)
}

// begin leaves one byte for the length of the message that is appended next,
// which is all that most need, and returns where that starts.
func begin(dst []byte) (longer []byte, start int) {
	return append(dst, 0), len(dst) + 1
}

// end puts the length before the message that start is of.
func end(dst []byte, start int) []byte {
	var length [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(length[:], uint64(len(dst)-start))
	dst = append(dst, length[1:n]...) // for the room
	copy(dst[start-1+n:], dst[start:])
	copy(dst[start-1:], length[:n])
	return dst
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
