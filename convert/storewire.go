package convert

import "encoding/binary"

// The fields of prompb/types.proto and prompb/remote.proto of
// prometheus/prometheus, each with its wire type. Labels are those of
// io.prometheus.client.
const (
	tagRequestSeries   = 1<<3 | 2
	tagRequestMetadata = 3<<3 | 2

	tagSeriesSample    = 2<<3 | 2
	tagSeriesExemplar  = 3<<3 | 2
	tagSeriesHistogram = 4<<3 | 2

	tagSampleValue = 1<<3 | 1
	tagSampleTime  = 2 << 3
)

func appendTimeSeries(dst, ls, tail []byte) []byte {
	dst = binary.AppendUvarint(append(dst, tagRequestSeries), uint64(len(ls)+len(tail)))
	return append(append(dst, ls...), tail...)
}

func appendSampleOf(dst []byte, bits uint64, stamp []byte) []byte {
	dst = append(dst, tagSeriesSample, byte(1+8+len(stamp)), tagSampleValue)
	return append(binary.LittleEndian.AppendUint64(dst, bits), stamp...)
}

// appendStamp appends the time of a sample, with its tag.
func appendStamp(dst []byte, ms int64) []byte {
	return binary.AppendUvarint(append(dst, tagSampleTime), uint64(ms))
}

// The values that Prometheus has for "no number" and for the end of a series
// (prometheus/prometheus model/value).
const (
	normalNaN   = 0x7ff8000000000001
	staleMarker = 0x7ff0000000000002
)

// appendMetadata appends a MetricMetadata as a field of a WriteRequest.
func appendMetadata(dst []byte, n *name, unit string) []byte {
	dst, start := begin(append(dst, tagRequestMetadata))
	if number := metadataTypes[n.kind]; number != 0 {
		dst = append(dst, tagMetadataType, number)
	}
	dst = appendBytes(dst, tagMetadataFamily, n.text)
	if len(n.help) > 0 {
		dst = appendBytes(dst, tagMetadataHelp, n.help)
	}
	if unit != "" {
		dst = appendString(dst, tagMetadataUnit, unit)
	}
	return end(dst, start)
}

const (
	tagMetadataType   = 1 << 3
	tagMetadataFamily = 2<<3 | 2
	tagMetadataHelp   = 4<<3 | 2
	tagMetadataUnit   = 5<<3 | 2
)

// metadataTypes are the numbers of MetricType in prompb/types.proto.
var metadataTypes = [kinds]byte{
	kindCounter: 1, kindGauge: 2, kindHistogram: 3, kindGaugeHistogram: 4, kindSummary: 5, kindInfo: 6, kindStateset: 7,
}
