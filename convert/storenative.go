package convert

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protowire"
)

// storeNative hands over a native histogram, beside the classic one that its
// lines are: as a Prometheus does that has scrape_native_histograms and
// always_scrape_classic_histograms.
func (r *run) storeNative(f *dto.MetricFamily, m *dto.Metric, written []Label) {
	if !r.storesNative(m.GetHistogram()) {
		return
	}
	g, own := r.place(written)
	r.storeLabels(g, f.GetName(), own)
	r.store.native(m.GetHistogram(), f.GetType() == dto.MetricType_GAUGE_HISTOGRAM, momentOfMetric(r, m))
}

// storeRelabeledNative is storeNative for one that the verdict is on.
func (r *run) storeRelabeledNative(i int, f *dto.MetricFamily, m *dto.Metric) {
	if !r.storesNative(m.GetHistogram()) {
		return
	}
	e := &r.store
	e.labels = append(e.labels[:0], r.verdicts.storedOf(r.verdicts.get(i))...)
	e.native(m.GetHistogram(), f.GetType() == dto.MetricType_GAUGE_HISTOGRAM, momentOfMetric(r, m))
}

// storesNative tells whether there are stores for a native histogram. One that
// contradicts itself is counted: a store would refuse all that comes with it.
func (r *run) storesNative(h *dto.Histogram) bool {
	if !r.store.on {
		return false
	}
	fits := consistent(h) || isFloat(h) && consistentFloat(h)
	if !fits && r.StoresOnly {
		r.stats.Natives++
	}
	return fits
}

// momentOfMetric is the time of a metric of protobuf.
func momentOfMetric(r *run, m *dto.Metric) moment {
	return r.momentOf(&sample{timestamp: m.GetTimestampMs() != 0, at: m.GetTimestampMs()})
}

// native hands over a native histogram of which the encoder has the labels.
func (e *storeEncoder) native(h *dto.Histogram, gauge bool, at moment) {
	hash := maphash.Bytes(e.series.seed, e.labels)
	if !e.takes(hash, at) {
		return
	}
	e.tail = e.appendNative(e.tail[:0], h, gauge, at)
	for _, x := range exemplarsOf(h) {
		e.tail = e.appendExemplar(e.tail, exemplarOf(x), at)
	}
	e.emit(e.labels, hash, at)
}

// exemplarsOf are those of a native histogram, or of its classic buckets where it
// has none. Prometheus takes no others than those with a time.
func exemplarsOf(h *dto.Histogram) (all []*dto.Exemplar) {
	all = slices.Clone(h.GetExemplars())
	if len(all) == 0 {
		for _, b := range h.GetBucket() {
			all = append(all, b.GetExemplar())
		}
	}
	return slices.DeleteFunc(all, func(x *dto.Exemplar) bool { return x.GetTimestamp() == nil })
}

// The fields of a Histogram in prompb/types.proto.
const (
	tagNativeCount         = 1 << 3
	tagNativeCountFloat    = 2<<3 | 1
	tagNativeSum           = 3<<3 | 1
	tagNativeSchema        = 4 << 3
	tagNativeThreshold     = 5<<3 | 1
	tagNativeZero          = 6 << 3
	tagNativeZeroFloat     = 7<<3 | 1
	tagNativeNegativeSpan  = 8<<3 | 2
	tagNativeNegativeDelta = 9<<3 | 2
	tagNativeNegativeCount = 10<<3 | 2
	tagNativePositiveSpan  = 11<<3 | 2
	tagNativePositiveDelta = 12<<3 | 2
	tagNativePositiveCount = 13<<3 | 2
	tagNativeReset         = 14 << 3
	tagNativeTime          = 15 << 3

	resetGauge = 3

	tagSpanOffset = 1 << 3
	tagSpanLength = 2 << 3
)

// appendNative appends a Histogram as a field of its TimeSeries.
func (e *storeEncoder) appendNative(dst []byte, h *dto.Histogram, gauge bool, at moment) []byte {
	dst, start := begin(append(dst, tagSeriesHistogram))
	if isFloat(h) {
		dst = appendDouble(dst, tagNativeCountFloat, h.GetSampleCountFloat())
	} else {
		dst = binary.AppendUvarint(append(dst, tagNativeCount), h.GetSampleCount())
	}
	dst = appendDouble(dst, tagNativeSum, h.GetSampleSum())
	dst = appendZigZag(append(dst, tagNativeSchema), int64(h.GetSchema()))
	dst = appendDouble(dst, tagNativeThreshold, h.GetZeroThreshold())
	if isFloat(h) {
		dst = appendDouble(dst, tagNativeZeroFloat, h.GetZeroCountFloat())
	} else {
		dst = binary.AppendUvarint(append(dst, tagNativeZero), h.GetZeroCount())
	}
	dst = appendSpans(dst, tagNativeNegativeSpan, h.GetNegativeSpan())
	dst = appendDeltas(dst, tagNativeNegativeDelta, h.GetNegativeDelta())
	dst = appendCounts(dst, tagNativeNegativeCount, h.GetNegativeCount())
	dst = appendSpans(dst, tagNativePositiveSpan, h.GetPositiveSpan())
	dst = appendDeltas(dst, tagNativePositiveDelta, h.GetPositiveDelta())
	dst = appendCounts(dst, tagNativePositiveCount, h.GetPositiveCount())
	if gauge {
		dst = append(dst, tagNativeReset, resetGauge)
	}
	return end(appendVarint(append(dst, tagNativeTime), e.timeOf(at)), start)
}

func (e *storeEncoder) timeOf(at moment) int64 {
	if at.own {
		return at.ms
	}
	return e.now
}

func appendSpans(dst []byte, tag byte, spans []*dto.BucketSpan) []byte {
	for _, s := range spans {
		var start int
		dst, start = begin(append(dst, tag))
		dst = appendZigZag(append(dst, tagSpanOffset), int64(s.GetOffset()))
		dst = end(binary.AppendUvarint(append(dst, tagSpanLength), uint64(s.GetLength())), start)
	}
	return dst
}

func appendDeltas(dst []byte, tag byte, deltas []int64) []byte {
	if len(deltas) == 0 {
		return dst
	}
	dst, start := begin(append(dst, tag))
	for _, d := range deltas {
		dst = appendZigZag(dst, d)
	}
	return end(dst, start)
}

func appendCounts(dst []byte, tag byte, counts []float64) []byte {
	if len(counts) == 0 {
		return dst
	}
	dst, start := begin(append(dst, tag))
	for _, c := range counts {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(c))
	}
	return end(dst, start)
}

func appendZigZag(dst []byte, v int64) []byte {
	return binary.AppendUvarint(dst, protowire.EncodeZigZag(v))
}

func appendVarint(dst []byte, v int64) []byte { return binary.AppendUvarint(dst, uint64(v)) }
