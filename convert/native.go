package convert

import (
	"math"

	dto "github.com/prometheus/client_model/go"
)

// The schemas that every Prometheus with native histograms takes
// (ExponentialSchemaMin and Max of model/histogram); that of custom buckets has
// bounds, for which protobuf has no field.
const (
	minSchema = -4
	maxSchema = 8
)

// consistent tells whether a native histogram has whole counts, which a gateway
// before 1.10.0 needs, and is one of which Prometheus says so (Validate of
// model/histogram): for another it would refuse all that the gateway has, not
// only this target.
func consistent(h *dto.Histogram) bool {
	if h.GetSampleCountFloat() != 0 || h.GetZeroCountFloat() != 0 || h.GetSchema() < minSchema || h.GetSchema() > maxSchema {
		return false
	}
	below, okBelow := observations(h.GetNegativeSpan(), h.GetNegativeDelta())
	above, okAbove := observations(h.GetPositiveSpan(), h.GetPositiveDelta())
	all := below + above + h.GetZeroCount()
	if math.IsNaN(h.GetSampleSum()) { // NaN was observed, which is in no bucket
		return okBelow && okAbove && all <= h.GetSampleCount()
	}
	return okBelow && okAbove && all == h.GetSampleCount()
}

// observations adds up the buckets of one side. It is false where the spans are
// not in order or not as long as there are buckets, or a bucket has less than
// none.
func observations(spans []*dto.BucketSpan, deltas []int64) (n uint64, ok bool) {
	length := uint64(0)
	for i, s := range spans {
		if i > 0 && s.GetOffset() < 0 {
			return 0, false
		}
		length += uint64(s.GetLength())
	}
	var count int64
	for _, d := range deltas {
		count += d
		if count < 0 {
			return 0, false
		}
		n += uint64(count)
	}
	return n, length == uint64(len(deltas))
}

// isFloat tells a native histogram of float counts, as Prometheus does.
func isFloat(h *dto.Histogram) bool { return h.GetSampleCountFloat() > 0 || h.GetZeroCountFloat() > 0 }

// consistentFloat is consistent for one of float counts, which a gateway cannot
// keep and a store can.
func consistentFloat(h *dto.Histogram) bool {
	if h.GetSchema() < minSchema || h.GetSchema() > maxSchema {
		return false
	}
	return spansHold(h.GetNegativeSpan(), h.GetNegativeCount()) && spansHold(h.GetPositiveSpan(), h.GetPositiveCount()) &&
		h.GetZeroCountFloat() >= 0 && h.GetSampleCountFloat() >= 0
}

// spansHold tells whether spans are in order and as long as there are counts,
// none of which is below zero.
func spansHold(spans []*dto.BucketSpan, counts []float64) bool {
	length := uint64(0)
	for i, s := range spans {
		if i > 0 && s.GetOffset() < 0 {
			return false
		}
		length += uint64(s.GetLength())
	}
	for _, c := range counts {
		if !(c >= 0) {
			return false
		}
	}
	return length == uint64(len(counts))
}
