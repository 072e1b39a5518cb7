package convert

import (
	"math/rand/v2"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// TestStoreNativesMatchPrometheus: native histograms, of whole numbers and of
// floats, beside their classic buckets where they have any, with exemplars and
// with times of their own.
func TestStoreNativesMatchPrometheus(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	natives, floats, exemplars := 0, 0, 0
	for range 400 {
		family := randomNativeFamily(random)
		body := string(delimited(t, family))
		for _, got := range compareWithAgent(t, body, mediaTypeProtobuf) {
			for _, s := range got {
				natives += strings.Count(s.value, "count:")
				floats += strings.Count(s.value, "float ")
				exemplars += min(1, len(s.exemplars))
			}
		}
	}
	t.Logf("%d native histograms, %d of them of floats, %d series with exemplars", natives, floats, exemplars)
	if natives < 1000 || floats < 200 || exemplars < 200 {
		t.Error("that is less than there should be")
	}
}

// randomNativeFamily has histograms that hold together, as Prometheus gives up
// the scrape for others.
func randomNativeFamily(random *rand.Rand) *dto.MetricFamily {
	f := &dto.MetricFamily{Name: new("h"), Type: dto.MetricType_HISTOGRAM.Enum()}
	if random.IntN(4) == 0 {
		f.Type = dto.MetricType_GAUGE_HISTOGRAM.Enum()
	}
	for i := range 1 + random.IntN(3) {
		h := soundNative(random)
		if h.GetSampleCount() > 0 && random.IntN(3) == 0 { // one of nothing is of whole numbers
			makeFloat(h)
		}
		if random.IntN(2) == 0 {
			h.Bucket = []*dto.Bucket{{UpperBound: new(1.0), CumulativeCount: new(uint64(0)), Exemplar: randomExemplar(random)}}
		}
		for range random.IntN(3) {
			h.Exemplars = append(h.Exemplars, randomExemplar(random))
		}
		m := &dto.Metric{Histogram: h, Label: []*dto.LabelPair{{Name: new("l"), Value: new(strings.Repeat("x", i))}}}
		if random.IntN(4) == 0 {
			m.TimestampMs = new(storeTime.UnixMilli() - int64(random.IntN(100_000)))
		}
		f.Metric = append(f.Metric, m)
	}
	return f
}

func soundNative(random *rand.Rand) *dto.Histogram {
	for {
		if h := randomNative(random); consistent(h) && isNative(h) {
			return h
		}
	}
}

// makeFloat has the counts of a histogram as floats.
func makeFloat(h *dto.Histogram) {
	absolute := func(deltas []int64) (counts []float64) {
		n := int64(0)
		for _, d := range deltas {
			n += d
			counts = append(counts, float64(n))
		}
		return counts
	}
	h.PositiveCount, h.NegativeCount = absolute(h.PositiveDelta), absolute(h.NegativeDelta)
	h.PositiveDelta, h.NegativeDelta = nil, nil
	h.SampleCountFloat, h.ZeroCountFloat = new(float64(h.GetSampleCount())), new(float64(h.GetZeroCount()))
	h.SampleCount, h.ZeroCount = nil, nil
}

func randomExemplar(random *rand.Rand) *dto.Exemplar {
	x := &dto.Exemplar{Value: new(random.Float64()), Label: []*dto.LabelPair{{Name: new("trace"), Value: new("t")}}}
	if random.IntN(2) == 0 {
		x.Timestamp = &timestamppb.Timestamp{Seconds: storeTime.Unix() - random.Int64N(1000), Nanos: random.Int32N(1e9)}
	}
	return x
}

// The exemplars of a native histogram are its own, or those of its buckets, where
// they have a time.
func TestStoreNativeExemplars(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	timed := &dto.Exemplar{Value: new(1.0), Timestamp: &timestamppb.Timestamp{Seconds: 5}, Label: []*dto.LabelPair{{Name: new("trace"), Value: new("t")}}}
	untimed := &dto.Exemplar{Value: new(2.0)}
	bucket := func(x *dto.Exemplar) []*dto.Bucket {
		return []*dto.Bucket{{UpperBound: new(1.0), CumulativeCount: new(uint64(0)), Exemplar: x}}
	}
	for name, test := range map[string]struct {
		own     []*dto.Exemplar
		buckets []*dto.Bucket
		want    int
	}{
		"own":                      {[]*dto.Exemplar{timed, untimed, timed}, bucket(timed), 2},
		"own without time":         {[]*dto.Exemplar{untimed}, bucket(timed), 0},
		"of a bucket":              {nil, bucket(timed), 1},
		"of a bucket without time": {nil, bucket(untimed), 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := soundNative(random)
			h.Exemplars, h.Bucket = test.own, test.buckets
			body := delimited(t, &dto.MetricFamily{Name: new("h"), Type: dto.MetricType_HISTOGRAM.Enum(), Metric: []*dto.Metric{{Histogram: h}}})
			to := new(recordedStore)
			c := &Converter{Target: oracleTarget, StoresOnly: true}
			if _, err := c.Convert(Input{Body: strings.NewReader(string(body)), MediaType: mediaTypeProtobuf, Stores: to.at(storeTime)}, &textBatch{}); err != nil {
				t.Fatal(err)
			}
			for _, series := range to.request(t).Timeseries {
				if len(series.Histograms) == 0 {
					continue
				}
				if len(series.Exemplars) != test.want || test.want > 0 && series.Exemplars[0].Timestamp != 5000 {
					t.Errorf("got %v, want %d", series.Exemplars, test.want)
				}
			}
		})
	}
}

// A native histogram that contradicts itself would have the store refuse all
// that comes with it: its lines go alone, and that is counted.
func TestStoreGetsNoBrokenNative(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	broken := soundNative(random)
	broken.SampleCount = new(broken.GetSampleCount() + 1)
	broken.Bucket = []*dto.Bucket{{UpperBound: new(1.0), CumulativeCount: new(uint64(0))}}
	body := delimited(t, &dto.MetricFamily{Name: new("h"), Type: dto.MetricType_HISTOGRAM.Enum(), Metric: []*dto.Metric{{Histogram: broken}}})
	c := &Converter{Target: oracleTarget, StoresOnly: true}
	got, stats, err := storedBy(t, c, string(body), mediaTypeProtobuf)
	if err != nil || stats.Natives != 1 || len(got) != 4 {
		t.Errorf("got %v, %d native histograms cut, %v; want the four lines and one cut", got, stats.Natives, err)
	}
}
