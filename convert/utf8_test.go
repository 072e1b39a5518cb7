package convert

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"google.golang.org/protobuf/proto"
)

func isUTF8(ls labels.Labels) (found bool) {
	ls.Range(func(l labels.Label) {
		found = found || !model.LegacyValidation.IsValidLabelName(l.Name) ||
			l.Name == model.MetricNameLabel && !model.LegacyValidation.IsValidMetricName(l.Value)
	})
	return found
}

// ofKind returns the series that a gateway must have.
func (d direct) ofKind(kind outputKind) seriesSet {
	if !kind.utf8 {
		return d.series
	}
	all := maps.Clone(d.series)
	maps.Copy(all, d.utf8)
	return all
}

// unescaped checks the series that have names made of UTF-8 ones, and returns
// the others. Each of the direct scrape has come with its value, under the name
// that its target would have given it for a Prometheus without UTF-8 names, or is
// counted.
func (d direct) unescaped(t *testing.T, got seriesSet, stats Stats, kind outputKind) seriesSet {
	t.Helper()
	if kind.utf8 {
		if stats.Escaped != 0 {
			t.Errorf("%d series are escaped for a gateway that takes their names", stats.Escaped)
		}
		return got
	}
	candidates := d.escaped()
	others, escaped := make(seriesSet), 0
	for key, spellings := range got {
		if len(d.series[key]) > 0 || len(candidates[key]) == 0 {
			others[key] = spellings
			continue
		}
		escaped += len(spellings)
		for _, v := range spellings {
			if !hasFloat(candidates[key], v) {
				t.Errorf("series %s: got %v, want one of %v", key, v, candidates[key])
			}
		}
	}
	if stats.Escaped != escaped {
		t.Errorf("%d series are counted as escaped, there are %d", stats.Escaped, escaped)
	}
	if n := escaped + stats.Dropped[DropUTF8Name]; n < len(d.utf8) {
		t.Errorf("%d series are escaped or left out, the direct scrape has %d: %v", n, len(d.utf8), d.utf8)
	}
	return others
}

func hasFloat(all []float64, v float64) bool {
	for _, other := range all {
		if sameValue(other, v) {
			return true
		}
	}
	return false
}

// escaped returns the values of the UTF-8 series by what they may be called.
func (d direct) escaped() map[string][]float64 {
	values := make(map[string][]float64)
	for _, spellings := range d.utf8 {
		for written, v := range spellings {
			key := escapedKey(d.labels[written])
			values[key] = append(values[key], v)
		}
	}
	return values
}

func escapedKey(ls labels.Labels) string {
	b := labels.NewScratchBuilder(ls.Len())
	ls.Range(func(l labels.Label) {
		name := strings.ReplaceAll(model.EscapeName(l.Name, model.UnderscoreEscaping), ":", "_")
		if l.Name == model.MetricNameLabel {
			l.Value = model.EscapeName(l.Value, model.UnderscoreEscaping)
		}
		b.Add(name, l.Value)
	})
	b.Sort()
	return seriesKey(b.Labels())
}

// TestNamesThatBecomeOne compares expositions of families whose names, labels
// and lines collide in all ways.
func TestNamesThatBecomeOne(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		body := collidingBody(random)
		if !compareWithPrometheus(t, body, textType) {
			t.Errorf("Prometheus takes it, and we do not, or the other way round")
		}
		if t.Failed() {
			t.Fatalf("of\n%s", body)
		}
	}
}

func collidingBody(random *rand.Rand) string {
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	var b strings.Builder
	for range 1 + random.IntN(5) {
		name := pick("a.b", "a-b", "a_b", "a_b", "a.b_count", "a_b_sum", "a-b_bucket", "scrape.samples_scraped")
		kind := pick("gauge", "counter", "untyped", "histogram", "summary", "histogram")
		if random.IntN(4) > 0 {
			fmt.Fprintf(&b, "# TYPE %q %s\n", name, kind)
		}
		for range 1 + random.IntN(3) {
			label := pick("", `x_y="1",`, `"x.y"="1",`, `"x.y"="1",x_y="2",`, `"x-y"="1",`, `job="o",`, `"jo.b"="1",job="o",`)
			switch n := random.IntN(4); {
			case kind == "histogram" && n > 0:
				fmt.Fprintf(&b, "{%q,%sle=\"1\"} 0\n{%q,%sle=\"+Inf\"} %d\n", name+"_bucket", label, name+"_bucket", label, n)
				fmt.Fprintf(&b, "{%q,%s} 1\n{%q,%s} %d\n", name+"_sum", label, name+"_count", label, n)
			case kind == "summary" && n > 0:
				fmt.Fprintf(&b, "{%q,%squantile=\"0.5\"} 0\n", name, label)
				fmt.Fprintf(&b, "{%q,%s} 1\n{%q,%s} 2\n", name+"_sum", label, name+"_count", label)
			default:
				fmt.Fprintf(&b, "{%q,%s} %d\n", name, label, n)
			}
		}
	}
	return b.String()
}

// TestNativeHistogramsThatWait stay native: with their names, escaped, and where
// their family opens again.
func TestNativeHistogramsThatWait(t *testing.T) {
	native := func(name string, labels ...string) string {
		var out strings.Builder
		fmt.Fprintf(&out, "name: %q type: HISTOGRAM", name)
		for _, label := range labels {
			fmt.Fprintf(&out, ` metric { label { name: %q value: "1" } histogram { sample_count: 3 sample_sum: 4.5 schema: 2 zero_threshold: 0.001
				zero_count: 1 positive_span { offset: 0 length: 1 } positive_delta: 2 bucket { cumulative_count: 3 upper_bound: inf } } }`, label)
		}
		return delimitedOf(t, out.String())
	}
	check := func(utf8 bool, body string, want ...string) {
		t.Helper()
		batch := textBatch{outputKind: outputKind{Protobuf, utf8}}
		c := Converter{Target: oracleTarget}
		stats, err := c.Convert(Input{Body: strings.NewReader(body), MediaType: mediaTypeProtobuf}, &batch)
		if err != nil || stats.Natives != 0 {
			t.Fatalf("%v, %d native histograms cut", err, stats.Natives)
		}
		got, err := batch.groups[0].families()
		if err != nil || len(got) != len(want) {
			t.Fatalf("got %v, %v, want %d families", got, err, len(want))
		}
		for _, family := range want {
			f := decodeOne(t, family)
			if !proto.Equal(got[f.GetName()], f) {
				t.Errorf("got %v, want %v", got[f.GetName()], f)
			}
		}
	}
	body := native("a.b", "c") + native("b", "c.d")
	check(true, body, native("a.b", "c"), native("b", "c.d"))
	check(false, body, native("a_b", "c"), native("b", "c_d"))
	check(false, native("b", "c")+native("x", "c")+native("b", "d"), native("x", "c"), native("b", "c", "d"))
}
