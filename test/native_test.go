package test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/proto"
)

// TestNativeHistograms relays a target that answers protobuf: Debian's gateway
// hands native histograms on as they were to who asks for protobuf, and their
// classic lines to all others.
func TestNativeHistograms(t *testing.T) {
	t.Parallel()
	classic := []*dto.Bucket{
		{UpperBound: new(0.5), CumulativeCount: new(uint64(3))},
		{UpperBound: new(4.0), CumulativeCount: new(uint64(9))},
	}
	families := []*dto.MetricFamily{
		histogram("both", nativeHistogram(classic...)),
		histogram("native", nativeHistogram()),
		{Name: new("plain"), Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: new(6.0)}}}},
	}
	gw := startPushgateway(t)
	target := startScripted(t, typed(asProtobuf, delimited(t, families)))
	once(t, settingsConfig(t, gw.url, leisurely, "", target)).mustBeSilent(t)

	got := gw.families(t)
	for _, want := range families[:2] {
		checkNative(t, got[want.GetName()], want)
	}
	if err := gw.groupHolds("app", seriesSet{
		`both_bucket{le="0.5"}`: 3, `both_bucket{le="4"}`: 9, `both_bucket{le="+Inf"}`: 12, "both_count": 12, "both_sum": 20.5,
		`native_bucket{le="+Inf"}`: 12, "native_count": 12, "native_sum": 20.5,
		"plain": 6,
	}, 1)(); err != nil {
		t.Error(err)
	}
}

// TestNativeHistogramsAreAskedFor from a target that answers in protobuf only
// where that is what is wanted most, as one with client_golang does.
func TestNativeHistogramsAreAskedFor(t *testing.T) {
	t.Parallel()
	families := []*dto.MetricFamily{histogram("native", nativeHistogram())}
	target := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Accept"), "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=") {
			typed(asProtobuf, delimited(t, families))(w, r)
			return
		}
		exposition("native_sum 20.5\nnative_count 12\n")(w, r)
	})
	for name, gw := range map[string]gateway{"debian": startPushgateway(t), "newest": startNewestPushgateway(t)} {
		once(t, protocolsConfig(t, gw, target, "")).mustBeSilent(t)
		if f := gw.families(t)["native"]; f != nil {
			t.Errorf("%s: got %v by default, want text", name, f)
		}
		once(t, protocolsConfig(t, gw, target, `scrape_protocols = ["PrometheusProto", "PrometheusText0.0.4"]`)).mustBeSilent(t)
		checkNative(t, gw.families(t)["native"], families[0])
	}
}

// protocolsConfig is one job "app", instance i, with what it says of protocols.
func protocolsConfig(t testing.TB, gw gateway, target *scripted, protocols string) string {
	t.Helper()
	return config(t, `
		gateway "default" { url = %q }
		job "app" {
			targets  = [%q]
			instance = "i"
			%s
		}
	`, gw.url, target.address(), protocols)
}

// TestBrokenNativeHistogramHarmsNoOther: Prometheus takes nothing of an answer
// with a native histogram that contradicts itself. A target's own must not be
// the end of all that the gateway has.
func TestBrokenNativeHistogramHarmsNoOther(t *testing.T) {
	t.Parallel()
	broken := map[string]func(*dto.Histogram){
		"count":    func(h *dto.Histogram) { h.SampleCount = new(uint64(13)) },
		"negative": func(h *dto.Histogram) { h.PositiveDelta = []int64{-1, 5, 0} },
		"offset":   func(h *dto.Histogram) { h.PositiveSpan[1].Offset = new(int32(-1)) },
		"schema":   func(h *dto.Histogram) { h.Schema = new(int32(99)) },
	}
	gw := startPushgateway(t)
	sound := startScripted(t, typed(asProtobuf, delimited(t, []*dto.MetricFamily{histogram("sound", nativeHistogram())})))
	once(t, settingsConfig(t, gw.url, leisurely, "", sound)).mustBeSilent(t)
	for name, do := range broken {
		h := nativeHistogram()
		do(h)
		target := startScripted(t, typed(asProtobuf, delimited(t, []*dto.MetricFamily{histogram(name, h)})))
		once(t, clashConfig(t, gw, leisurely, name, target)).mustBeSilent(t)
	}
	prom := startPrometheus(t, scrapeOf(gw), "--enable-feature=native-histograms")
	eventually(t, "native histogram in Prometheus", func() error {
		return prom.finds(`histogram_count(sound)`, seriesSet{`{instance="i",job="app"}`: 12})
	})
	for name := range broken {
		eventually(t, name+" in Prometheus", func() error {
			return prom.finds(name+"_sum", seriesSet{name + `_sum{instance="i",job="` + name + `"}`: 20.5})
		})
	}
}

// nativeHistogram has 12 observations: 2 around zero, 3 below and 7 above.
func nativeHistogram(classic ...*dto.Bucket) *dto.Histogram {
	return &dto.Histogram{
		SampleCount: new(uint64(12)), SampleSum: new(20.5), Bucket: classic,
		Schema: new(int32(3)), ZeroThreshold: new(0.001), ZeroCount: new(uint64(2)),
		NegativeSpan:  []*dto.BucketSpan{{Offset: new(int32(-2)), Length: new(uint32(2))}},
		NegativeDelta: []int64{1, 1},
		PositiveSpan: []*dto.BucketSpan{
			{Offset: new(int32(-4)), Length: new(uint32(1))},
			{Offset: new(int32(7)), Length: new(uint32(2))},
		},
		PositiveDelta: []int64{2, 1, -1},
	}
}

func histogram(name string, h *dto.Histogram) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Type: dto.MetricType_HISTOGRAM.Enum(), Metric: []*dto.Metric{{Histogram: h}}}
}

func delimited(t testing.TB, families []*dto.MetricFamily) string {
	t.Helper()
	var out bytes.Buffer
	encoder := expfmt.NewEncoder(&out, expfmt.NewFormat(expfmt.TypeProtoDelim))
	for _, f := range families {
		if err := encoder.Encode(f); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// families returns all that the gateway says to who asks for protobuf.
func (g gateway) families(t testing.TB) map[string]*dto.MetricFamily {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, g.url+"/metrics", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", asProtobuf)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), asProtobuf) {
		t.Fatalf("status %d, Content-Type %q, want 200 and %q", resp.StatusCode, resp.Header.Get("Content-Type"), asProtobuf)
	}
	all := make(map[string]*dto.MetricFamily)
	decoder := expfmt.NewDecoder(resp.Body, expfmt.ResponseFormat(resp.Header))
	for {
		f := new(dto.MetricFamily)
		if err := decoder.Decode(f); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[f.GetName()] = f
	}
}

// checkNative compares the fields of native histograms, and what comes with
// them. The gateway may add the bucket of all.
func checkNative(t *testing.T, got, want *dto.MetricFamily) {
	t.Helper()
	if got.GetType() != dto.MetricType_HISTOGRAM || len(got.GetMetric()) != 1 {
		t.Fatalf("family %s: got %v, want one histogram", want.GetName(), got)
	}
	stored, sent := nativePart(got), nativePart(want)
	if !proto.Equal(stored, sent) {
		t.Errorf("family %s: got %v, want %v", want.GetName(), stored, sent)
	}
}

func nativePart(f *dto.MetricFamily) *dto.Histogram {
	h := f.GetMetric()[0].GetHistogram()
	return &dto.Histogram{
		SampleCount: h.SampleCount, SampleSum: h.SampleSum,
		Schema: h.Schema, ZeroThreshold: h.ZeroThreshold, ZeroCount: h.ZeroCount,
		NegativeSpan: h.NegativeSpan, NegativeDelta: h.NegativeDelta,
		PositiveSpan: h.PositiveSpan, PositiveDelta: h.PositiveDelta,
	}
}
