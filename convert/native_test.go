package convert

import (
	"math"
	"math/rand/v2"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/model/histogram"
)

// TestConsistentAsPrometheus compares the verdict on native histograms, most of
// which are nearly right, with Prometheus's own.
func TestConsistentAsPrometheus(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sound := 0
	const rounds = 20_000
	for range rounds {
		h := randomNative(random)
		want := ofPrometheus(h).Validate()
		if got := consistent(h); got != (want == nil) {
			t.Fatalf("consistent %t, Prometheus says %v: %v", got, want, h)
		}
		if want == nil {
			sound++
		}
	}
	if sound < rounds/10 || sound > rounds*9/10 {
		t.Errorf("%d of %d are sound: that tries one verdict only", sound, rounds)
	}
}

// randomNative has up to one fault in each of its parts.
func randomNative(random *rand.Rand) *dto.Histogram {
	rarely := func(n int) int { // another number now and then
		if random.IntN(10) == 0 {
			n += random.IntN(5) - 2
		}
		return n
	}
	h := &dto.Histogram{SampleSum: new(1.0), ZeroCount: new(uint64(random.IntN(3)))}
	h.Schema = new(int32(random.IntN(13) - 4))
	if random.IntN(20) == 0 {
		h.Schema = new(int32([]int{-5, 9, 99}[random.IntN(3)]))
	}
	if random.IntN(5) == 0 {
		h.SampleSum = new(math.NaN())
	}
	total := int(h.GetZeroCount())
	side := func() (spans []*dto.BucketSpan, deltas []int64) {
		last := 0
		for i := range random.IntN(3) {
			length := random.IntN(3)
			spans = append(spans, &dto.BucketSpan{Offset: new(int32(rarely(2 - 2*i))), Length: new(uint32(max(0, rarely(length))))})
			for range length {
				count := rarely(random.IntN(4))
				deltas = append(deltas, int64(count-last))
				total, last = total+count, count
			}
		}
		return spans, deltas
	}
	h.NegativeSpan, h.NegativeDelta = side()
	h.PositiveSpan, h.PositiveDelta = side()
	h.SampleCount = new(uint64(max(0, rarely(total))))
	return h
}

func ofPrometheus(h *dto.Histogram) *histogram.Histogram {
	spans := func(from []*dto.BucketSpan) (all []histogram.Span) {
		for _, s := range from {
			all = append(all, histogram.Span{Offset: s.GetOffset(), Length: s.GetLength()})
		}
		return all
	}
	return &histogram.Histogram{
		Schema: h.GetSchema(), ZeroThreshold: h.GetZeroThreshold(), ZeroCount: h.GetZeroCount(), Count: h.GetSampleCount(), Sum: h.GetSampleSum(),
		NegativeSpans: spans(h.GetNegativeSpan()), NegativeBuckets: h.GetNegativeDelta(),
		PositiveSpans: spans(h.GetPositiveSpan()), PositiveBuckets: h.GetPositiveDelta(),
	}
}
