package convert

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"
)

func delimited(t testing.TB, families ...*dto.MetricFamily) []byte {
	t.Helper()
	var body bytes.Buffer
	for _, f := range families {
		if _, err := protodelim.MarshalTo(&body, f); err != nil {
			t.Fatal(err)
		}
	}
	return body.Bytes()
}

// TestProtobufFamily decodes what other encoders write, as client_golang does.
func TestProtobufFamily(t *testing.T) {
	check := func(in *dto.MetricFamily, want ...Series) {
		t.Helper()
		for b := range Protobuf.Blocks(delimited(t, in)) {
			got, err := b.Family()
			if diff := cmp.Diff(want, got.Series, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Series{})); err != nil || diff != "" || b.Series() != len(want) {
				t.Errorf("%d series, %v, -want +got:\n%s", b.Series(), err, diff)
			}
		}
	}
	name, pair := proto.String("a"), func(n, v string) *dto.LabelPair { return &dto.LabelPair{Name: &n, Value: &v} }
	check(&dto.MetricFamily{Name: name, Metric: []*dto.Metric{{ // no type is counter
		Label:   []*dto.LabelPair{pair("z", "1"), pair("b", "2"), pair("c", "")},
		Counter: &dto.Counter{Value: proto.Float64(2), Exemplar: &dto.Exemplar{Value: proto.Float64(3)}},
	}}}, Series{"a", Labels{{"b", "2"}, {"z", "1"}}, 2, nil})
	ls, withInf := Labels{{"z", "1"}}, Labels{{"le", "+Inf"}, {"z", "1"}}
	check(&dto.MetricFamily{Name: name, Type: dto.MetricType_HISTOGRAM.Enum(), Metric: []*dto.Metric{{
		Label: []*dto.LabelPair{pair("z", "1")},
		Histogram: &dto.Histogram{
			SampleCount: proto.Uint64(7), SampleSum: proto.Float64(8), Schema: proto.Int32(3), ZeroThreshold: proto.Float64(1),
			PositiveSpan: []*dto.BucketSpan{{Offset: proto.Int32(1), Length: proto.Uint32(1)}}, PositiveDelta: []int64{7},
			Bucket: []*dto.Bucket{
				{UpperBound: proto.Float64(1e6), CumulativeCount: proto.Uint64(6)},
				{UpperBound: proto.Float64(1), CumulativeCount: proto.Uint64(5), Exemplar: &dto.Exemplar{Value: proto.Float64(1)}},
			},
		},
	}}}, Series{"a_bucket", Labels{{"le", "1"}, {"z", "1"}}, 5, nil}, Series{"a_bucket", Labels{{"le", "1e+06"}, {"z", "1"}}, 6, nil},
		Series{"a_bucket", withInf, 7, nil}, Series{"a_sum", ls, 8, nil}, Series{"a_count", ls, 7, nil})
	check(&dto.MetricFamily{Name: name, Type: dto.MetricType_SUMMARY.Enum(), Metric: []*dto.Metric{{Summary: &dto.Summary{}}}},
		Series{"a_sum", nil, 0, nil}, Series{"a_count", nil, 0, nil})
	check(&dto.MetricFamily{})
}

// What only counters have is gone in another type; the rest stays.
func TestProtobufCounterAsGauge(t *testing.T) {
	in := &dto.MetricFamily{Name: proto.String("a"), Unit: proto.String("s"), Metric: []*dto.Metric{{
		Label:   []*dto.LabelPair{{Name: proto.String("b"), Value: proto.String("c")}},
		Counter: &dto.Counter{Value: proto.Float64(2), Exemplar: &dto.Exemplar{Value: proto.Float64(3)}},
	}}}
	var got dto.MetricFamily
	for b := range Protobuf.Blocks(delimited(t, in)) {
		if err := protodelim.UnmarshalFrom(bytes.NewReader(b.AppendAs(nil, Gauge)), &got); err != nil {
			t.Fatal(err)
		}
	}
	want := proto.CloneOf(in)
	want.Type, want.Metric[0].Counter, want.Metric[0].Gauge = dto.MetricType_GAUGE.Enum(), nil, &dto.Gauge{Value: proto.Float64(2)}
	if !proto.Equal(&got, want) {
		t.Errorf("got %v, want %v", &got, want)
	}
}

// checkFormatsAgree: expfmt, which is a gateway's reader, reads the same from
// both bodies.
func checkFormatsAgree(t *testing.T, families []Family) {
	t.Helper()
	body := encode(Text, families)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	want, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("expfmt: %v\n%q", err, body)
	}
	decoder := expfmt.NewDecoder(bytes.NewReader(encode(Protobuf, families)), expfmt.NewFormat(expfmt.TypeProtoDelim))
	n := 0
	for ; ; n++ {
		var got dto.MetricFamily
		if err := decoder.Decode(&got); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		text := want[got.GetName()]
		got.Help, text.Help = proto.String(strings.TrimLeft(got.GetHelp(), " \t")), proto.String(text.GetHelp())
		if !proto.Equal(&got, text) {
			t.Errorf("protobuf %v, text %v", &got, text)
		}
	}
	if n != len(want) || n != len(families) {
		t.Errorf("got %d families of protobuf, %d of text, want %d", n, len(want), len(families))
	}
}

func TestFormatsAgree(t *testing.T) { checkFormatsAgree(t, blockFamilies()) }
