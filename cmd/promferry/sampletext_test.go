package main

import (
	"math"
	"testing"

	"github.com/prometheus/prometheus/prompb"
)

func TestSampleText(t *testing.T) {
	labels := func(pairs ...string) (all []prompb.Label) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, prompb.Label{Name: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	request := prompb.WriteRequest{
		Timeseries: []prompb.TimeSeries{
			{Labels: labels("__name__", "a"), Samples: []prompb.Sample{{Value: 1.5, Timestamp: 1000}, {Value: math.Inf(1), Timestamp: -5}}},
			{Labels: labels("__name__", "b_total", "job", "j", "path", "a\"\n"), Samples: []prompb.Sample{{Timestamp: 7}},
				Exemplars: []prompb.Exemplar{{Labels: labels("trace_id", "x"), Value: 2, Timestamp: 3}}},
			{Labels: labels("__name__", "über"), Samples: []prompb.Sample{{Value: math.NaN(), Timestamp: 1}}},
			{Labels: labels("__name__", "h", "job", "j"), Histograms: []prompb.Histogram{
				{Count: &prompb.Histogram_CountInt{CountInt: 5}, Sum: 2.5, Schema: -4, Timestamp: 9, ZeroCount: &prompb.Histogram_ZeroCountInt{ZeroCountInt: 1}},
				{Count: &prompb.Histogram_CountFloat{CountFloat: 0.5}, Timestamp: 10},
			}},
		},
		Metadata: []prompb.MetricMetadata{{MetricFamilyName: "a", Help: "text"}},
	}
	body, err := request.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var s sampleText
	if err := s.addRequest(body); err != nil {
		t.Fatal(err)
	}
	want := `a 1.5 1000
a +Inf -5
b_total{job="j",path="a\"\n"} 0 7 # {trace_id="x"} 2
{__name__="über"} NaN 1
h{job="j"} {count:5,sum:2.5} 9
h{job="j"} {count:0.5,sum:0} 10
`
	if got := s.lines.String(); got != want || s.samples != 6 {
		t.Errorf("got %d samples, want 6:\n%s\nwant:\n%s", s.samples, got, want)
	}
	if err := new(sampleText).addRequest(body[:len(body)-1]); err == nil {
		t.Error("half a field is no error")
	}
}

func FuzzSampleText(f *testing.F) {
	f.Add([]byte("\x0a\x10\x0a\x0d\x0a\x08__name__\x12\x01a"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var s sampleText
		var request prompb.WriteRequest
		if s.addRequest(body) != nil || request.Unmarshal(body) != nil {
			return
		}
		samples := 0
		for _, series := range request.Timeseries {
			samples += len(series.Samples) + len(series.Histograms)
		}
		if s.samples != samples {
			t.Errorf("%d samples, prompb has %d", s.samples, samples)
		}
	})
}
