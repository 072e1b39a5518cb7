package convert

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func TestAppendText(t *testing.T) {
	f := &Family{
		Name: "a", Help: "A \\ and a\nline, \"quoted\".", Type: Counter,
		Series: []Series{
			{Name: "a", Labels: Labels{{"x", "\\ \n \" é"}, {"y", "\r\t\x00"}}, Value: 1},
			{Name: "a", Value: math.Inf(1)},
			{Name: "a", Value: math.Inf(-1)},
			{Name: "a", Value: math.NaN()},
			{Name: "a", Value: math.Copysign(0, -1)},
			{Name: "a", Value: 1e21},
		},
	}
	want := `before
# HELP a A \\ and a\nline, "quoted".
# TYPE a counter
a{x="\\ \n \" é",y="` + "\r\t\x00" + `"} 1
a +Inf
a -Inf
a NaN
a -0
a 1e+21
`
	if got := string(appendText([]byte("before\n"), f)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAppendTextWithoutHelp(t *testing.T) {
	const want = "# TYPE a untyped\na 1\n"
	if got := string(appendText(nil, &Family{Name: "a", Type: Untyped, Series: []Series{{Name: "a", Value: 1}}})); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzAppendText: what we write expfmt, which is a gateway's reader, reads back
// equal: text, values, number for number.
func FuzzAppendText(f *testing.F) {
	f.Add("a", "help \\ \n \" \\n", "l", "value \\ \n \" \\\" é \x00 \r", 1.5, uint8(0))
	f.Add("a_b:c", " leading", "le", "", math.Inf(1), uint8(1))
	f.Add("x", "trailing ", "quantile", "0.5", math.NaN(), uint8(2))
	f.Add("x", "\t", "_", "}", 5e-324, uint8(2))
	f.Add("up", "#", "a", "# TYPE a", math.Copysign(0, -1), uint8(0))
	f.Fuzz(func(t *testing.T, name, help, labelName, labelValue string, value float64, kind uint8) {
		if !model.LegacyValidation.IsValidMetricName(name) || !model.LegacyValidation.IsValidLabelName(labelName) ||
			labelName == model.MetricNameLabel || labelValue == "" || !utf8.ValidString(labelValue) || !utf8.ValidString(help) {
			return // the converter makes no such family
		}
		types := []Type{Counter, Gauge, Untyped}
		in := &Family{Name: name, Help: help, Type: types[int(kind)%len(types)], Series: []Series{
			{Name: name, Labels: Labels{{labelName, labelValue}}, Value: value},
			{Name: name, Value: -value},
		}}
		checkReadBack(t, in, appendText(nil, in))
	})
}

func checkReadBack(t *testing.T, in *Family, text []byte) {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("expfmt: %v\n%q", err, text)
	}
	out := families[in.Name]
	if len(families) != 1 || out == nil || len(out.Metric) != len(in.Series) {
		t.Fatalf("got %v, want one family with %d series\n%q", families, len(in.Series), text)
	}
	if got := strings.ToLower(out.GetType().String()); got != string(in.Type) {
		t.Errorf("type: got %s, want %s", got, in.Type)
	}
	// A reader takes blanks in front for the separator.
	if got, want := out.GetHelp(), strings.TrimLeft(in.Help, " \t"); got != want {
		t.Errorf("help: got %q, want %q\n%q", got, want, text)
	}
	for i, m := range out.Metric {
		checkSeries(t, in.Series[i], m)
	}
}

func checkSeries(t *testing.T, want Series, got *dto.Metric) {
	t.Helper()
	value := got.GetCounter().GetValue() + got.GetGauge().GetValue() + got.GetUntyped().GetValue()
	if !sameValue(value, want.Value) {
		t.Errorf("value: got %v, want %v", value, want.Value)
	}
	if len(got.Label) != len(want.Labels) {
		t.Fatalf("labels: got %v, want %v", got.Label, want.Labels)
	}
	for i, l := range got.Label {
		if l.GetName() != want.Labels[i].Name || l.GetValue() != want.Labels[i].Value {
			t.Errorf("label: got %s=%q, want %v", l.GetName(), l.GetValue(), want.Labels[i])
		}
	}
}

// A number reads back bit for bit.
func TestAppendValue(t *testing.T) {
	for _, v := range []float64{
		0, math.Copysign(0, -1), 1, -1, 0.1, 1.0 / 3, math.MaxFloat64, math.SmallestNonzeroFloat64,
		1 << 53, 1<<53 + 2, 1 << 63, 1e21, 1e-7, math.Inf(1), math.Inf(-1), math.NaN(),
	} {
		got, err := parseFloat(string(appendValue(nil, v)))
		if err != nil || math.Float64bits(got) != math.Float64bits(v) {
			t.Errorf("%v reads back as %v, %v", v, got, err)
		}
	}
}
