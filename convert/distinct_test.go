package convert

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/promferry/promferry/test/bodies"
)

func TestDistinctText(t *testing.T) {
	check := func(body, want string, dropped int) {
		t.Helper()
		got, n := Text.Distinct([]byte(body))
		if string(got) != want || n != dropped {
			t.Errorf("%q: got %q, %d dropped, want %q, %d", body, got, n, want, dropped)
		}
	}
	same := func(body string) { t.Helper(); check(body, body, 0) }
	const a, z = "# HELP a A.\n# TYPE a gauge\n", "# TYPE z counter\nz 1\n"
	same("")
	same(z)
	same(z + a + "a 1\na{b=\"c\"} 1\na{b=\"c\",d=\"e\"} 1\n")
	same(a + "a{b=\"c\",d=\"e\"} 1\na{b=\"e\",d=\"c\"} 1\na{d=\"b\",c=\"e\"} 1\n")
	same(a + "a{b=\"\\\\\"} 1\na{b=\"\\n\"} 1\na{b=\"\\\"\"} 1\n")
	same("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a_b gauge\na_b 1\n")
	check(z+a+"a 1\na 2\n", z+a+"a 1\n", 1)
	check(a+"a 1\na{} 2\na{b=\"\"} 3\n"+z, a+"a 1\n"+z, 2)
	check(a+"a{b=\"c\",d=\"e\"} 1\na{b=\"x\"} 2\na{d=\"e\",b=\"c\"} 3\n"+z, a+"a{b=\"c\",d=\"e\"} 1\na{b=\"x\"} 2\n"+z, 1)
	check(a+"a 1\na 1\n"+z+"z 2\n", a+"a 1\n"+z, 2)
	const h = "# TYPE h histogram\nh_bucket{le=\"1\"} 1\n"
	check(h+"h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 1\nh_count 3\n", h+"h_bucket{le=\"+Inf\"} 3\nh_sum 1\nh_count 3\n", 1)
}

func TestDistinctProtobuf(t *testing.T) {
	families := blockFamilies()
	body := encode(Protobuf, families)
	if got, n := Protobuf.Distinct(body); n != 0 || &got[0] != &body[0] {
		t.Errorf("got %d dropped, want none and the body itself", n)
	}
	for i := range families {
		families[i].Series = append(families[i].Series, families[i].Series...)
	}
	if got, n := Protobuf.Distinct(encode(Protobuf, families)); n != 2+2+7+6+1 || !bytes.Equal(got, body) {
		t.Errorf("got %d dropped, %q, want 18, %q", n, got, body)
	}
}

// Other encoders write labels in other orders, and empty ones.
func TestDistinctProtobufLabels(t *testing.T) {
	metric := func(value float64, labels ...string) *dto.Metric {
		m := &dto.Metric{Counter: &dto.Counter{Value: &value}}
		for i := 0; i < len(labels); i += 2 {
			m.Label = append(m.Label, &dto.LabelPair{Name: &labels[i], Value: &labels[i+1]})
		}
		return m
	}
	in := &dto.MetricFamily{Name: proto.String("a"), Unit: proto.String("s"), Metric: []*dto.Metric{
		metric(1, "a", "b", "c", "d"), metric(2, "a", "d", "c", "b"),
		metric(3, "c", "d", "a", "b"), metric(4), metric(5, "e", ""),
	}}
	got, n := Protobuf.Distinct(delimited(t, in))
	in.Metric = []*dto.Metric{in.Metric[0], in.Metric[1], in.Metric[3]}
	if want := delimited(t, in); n != 2 || !bytes.Equal(got, want) {
		t.Errorf("got %d dropped, %q, want 2, %q", n, got, want)
	}
}

// Equal hashes alone drop nothing.
func TestDistinctComparesSeries(t *testing.T) {
	for _, format := range formats {
		families := blockFamilies()
		for b := range format.Blocks(encode(format, families)) {
			if kept, n := b.distinct(); n != 0 || !bytes.Equal(kept, b.Raw) {
				t.Errorf("%s: got %d dropped, %q, want none, %q", format, n, kept, b.Raw)
			}
		}
	}
}

func TestHashSet(t *testing.T) {
	var s hashSet
	for n := 1; n < 40; n++ {
		s.reset(n)
		for i := range n {
			hash := uint64(i) << 32 // all want the same slot
			if !s.add(hash) || s.add(hash) {
				t.Errorf("of %d: hash %d is not new once", n, i)
			}
		}
	}
}

// FuzzDistinct holds it against a map, with few names and values, so that many
// series repeat.
func FuzzDistinct(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, uint8(seed*3))
	}
	f.Fuzz(func(t *testing.T, seed uint64, lines uint8) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		var families, want []Family
		dropped := 0
		for i := range 3 {
			name := fmt.Sprint("a", i)
			all := Family{Name: name, Type: Gauge, Series: randomSeries(rnd, name, int(lines%64)+1)}
			kept := all
			kept.Series = firstOfEach(all.Series)
			families, want = append(families, all), append(want, kept)
			dropped += len(all.Series) - len(kept.Series)
		}
		for _, format := range formats {
			got, n := format.Distinct(encode(format, families))
			if n != dropped || !bytes.Equal(got, encode(format, want)) {
				t.Errorf("%s: got %d dropped, %q, want %d, %q", format, n, got, dropped, encode(format, want))
			}
		}
	})
}

func randomSeries(rnd *rand.Rand, name string, n int) (series []Series) {
	values := []string{"", "x", "y", "\\\"\n", "x,y=\"x"}
	for i := range n {
		var ls Labels
		for _, label := range strings.Fields("a b ab")[:rnd.IntN(4)] {
			if v := values[rnd.IntN(len(values))]; v != "" {
				ls = append(ls, Label{label, v})
			}
		}
		rnd.Shuffle(len(ls), func(i, j int) { ls[i], ls[j] = ls[j], ls[i] })
		series = append(series, Series{name, ls, float64(i), nil})
	}
	return series
}

func firstOfEach(series []Series) (first []Series) {
	seen := make(map[string]bool)
	for _, s := range series {
		labels := make(map[string]string)
		for _, l := range s.Labels {
			labels[l.Name] = l.Value
		}
		if key := fmt.Sprintf("%q", labels); !seen[key] { // fmt sorts maps
			seen[key] = true
			first = append(first, s)
		}
	}
	return first
}

// BenchmarkDistinct/<format>/<series>: bodies without duplicates, as nearly
// all are.
func BenchmarkDistinct(b *testing.B) {
	for _, format := range formats {
		for _, series := range []int{2000, 50_000} {
			body := convertedBody(b, format, series)
			b.Run(fmt.Sprint(format, "/", series), func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					if _, n := format.Distinct(body); n != 0 {
						b.Fatalf("%d dropped", n)
					}
				}
			})
		}
	}
}

func convertedBody(t testing.TB, format Format, series int) []byte {
	t.Helper()
	out := &oneBody{format: format}
	in := Input{Body: bytes.NewReader(bodies.Big(series))}
	if _, err := (&Converter{Target: oracleTarget}).Convert(in, out); err != nil {
		t.Fatal(err)
	}
	return out.body
}
