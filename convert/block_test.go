package convert

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var formats = []Format{Text, Protobuf}

// blockFamilies has a family of each type.
func blockFamilies() []Family {
	ls := Labels{{"a", "\\ \n \" é"}, {"z", "}# "}}
	bucket := func(le string, v float64) Series {
		return Series{"h_bucket", Labels{ls[0], {"le", le}, ls[1]}, v, nil}
	}
	return []Family{
		{"c", "A \\ and a\nline, \"quoted\".", Counter, []Series{{"c", ls, 1, nil}, {"c", nil, math.Inf(1), nil}}},
		{"g", "", Gauge, []Series{{"g", ls, math.NaN(), nil}, {"g", nil, -1e-7, nil}}},
		{"h", "# TYPE h gauge", Histogram, []Series{
			bucket("0.1", 1), bucket("+Inf", 3), {"h_sum", ls, math.Inf(-1), nil}, {"h_count", ls, 3, nil},
			{"h_bucket", Labels{{"le", "+Inf"}}, 0, nil}, {"h_sum", nil, 0, nil}, {"h_count", nil, 0, nil},
		}},
		{"s", "é", Summary, []Series{
			{"s", Labels{{"a", "b"}, {"quantile", "0.5"}}, math.NaN(), nil}, {"s", Labels{{"a", "b"}, {"quantile", "1"}}, 2, nil},
			{"s_sum", Labels{{"a", "b"}}, 5, nil}, {"s_count", Labels{{"a", "b"}}, 3, nil},
			{"s_sum", nil, 0, nil}, {"s_count", nil, 0, nil},
		}},
		{"u", "\n", Untyped, []Series{{"u", nil, math.Copysign(0, -1), nil}}},
	}
}

func encode(f Format, families []Family) (body []byte) {
	for i := range families {
		body = f.AppendFamily(body, &families[i])
	}
	return body
}

// checkBlocks: what AppendFamily writes, Blocks gives back.
func checkBlocks(t *testing.T, format Format, families []Family) {
	t.Helper()
	i, body, joined := 0, encode(format, families), ""
	for b := range format.Blocks(body) {
		want := families[i]
		if b.Name != want.Name || b.Type != want.Type || b.Series() != len(want.Series) {
			t.Errorf("%s: got %s %s of %d series, want %s %s of %d", format, b.Type, b.Name, b.Series(), want.Type, want.Name, len(want.Series))
		}
		got, err := b.Family()
		if err != nil {
			t.Fatalf("%s: %v\n%q", format, err, b.Raw)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty(), cmp.AllowUnexported(Series{})); diff != "" {
			t.Errorf("%s: -want +got:\n%s\n%q", format, diff, b.Raw)
		}
		checkOtherTypes(t, format, b, want)
		joined += string(b.Raw)
		i++
	}
	if i != len(families) || joined != string(body) {
		t.Errorf("%s: got %d families, %q, want %d, %q", format, i, joined, len(families), body)
	}
}

func checkOtherTypes(t *testing.T, format Format, b Block, f Family) {
	t.Helper()
	if again := b.AppendAs([]byte("x"), b.Type); string(again) != "x"+string(b.Raw) {
		t.Errorf("%s: as its own type: got %q, want %q", format, again, b.Raw)
	}
	if !b.Type.Simple() {
		return
	}
	for _, f.Type = range []Type{Counter, Gauge, Untyped} {
		if got, want := b.AppendAs(nil, f.Type), format.AppendFamily(nil, &f); string(got) != string(want) {
			t.Errorf("%s: as %s: got %q, want %q", format, f.Type, got, want)
		}
	}
}

func TestBlocks(t *testing.T) {
	for _, format := range formats {
		checkBlocks(t, format, blockFamilies())
		checkBlocks(t, format, nil)
	}
}

// A loop over the blocks may end early, and be run again.
func TestBlocksTwice(t *testing.T) {
	for _, format := range formats {
		blocks := format.Blocks(encode(format, blockFamilies()))
		for range 2 {
			for b := range blocks {
				if b.Name != "c" {
					t.Errorf("%s: got %s first, want c", format, b.Name)
				}
				break
			}
		}
	}
}

// TestTextFamily decodes what the converter's fast path writes: numbers and
// orders that AppendFamily does not.
func TestTextFamily(t *testing.T) {
	check := func(body string, want ...Series) {
		t.Helper()
		for b := range Text.Blocks([]byte(body)) {
			got, err := b.Family()
			if diff := cmp.Diff(want, got.Series, cmpopts.EquateEmpty(), cmp.AllowUnexported(Series{})); err != nil || diff != "" {
				t.Errorf("%q: %v, -want +got:\n%s", body, err, diff)
			}
		}
	}
	check("# TYPE a gauge\na{z=\"1\",b=\"2\"} 1e3\na{} +1\na{b=\"\",c=\"d\",} .5\n",
		Series{"a", Labels{{"b", "2"}, {"z", "1"}}, 1000, nil}, Series{"a", nil, 1, nil}, Series{"a", Labels{{"c", "d"}}, 0.5, nil})
	check("# TYPE a counter\na{b=\"\\\\\",c=\"\\\\\\\"}\"} 1\n", Series{"a", Labels{{"b", `\`}, {"c", `\"}`}}, 1, nil})
	check("# TYPE h histogram\nh_bucket{le=\"1.0\",b=\"c\"} 1\nh_bucket{le=\"+Inf\",b=\"c\"} 1\nh_count{b=\"c\"} 1\nh_sum{b=\"c\"} 5\n",
		Series{"h_bucket", Labels{{"b", "c"}, {"le", "1.0"}}, 1, nil}, Series{"h_bucket", Labels{{"b", "c"}, {"le", "+Inf"}}, 1, nil},
		Series{"h_sum", Labels{{"b", "c"}}, 5, nil}, Series{"h_count", Labels{{"b", "c"}}, 1, nil})
}

func TestBlockErrors(t *testing.T) {
	check := func(format Format, body, want string) {
		t.Helper()
		for b := range format.Blocks([]byte(body)) {
			if _, err := b.Family(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: got %v, want %q", body, err, want)
			}
			if got := b.AppendAs(nil, b.Type); string(got) != body {
				t.Errorf("got %q, want it as it was: %q", got, body)
			}
		}
	}
	check(Text, "a 1\n", `family "": type ""`)
	check(Text, "# TYPE a gauge", `family "": type ""`)
	check(Text, "# TYPE a\n", `family "": type ""`)
	check(Text, "# HELP a\na 1\n", `family "": type ""`)
	check(Text, "# TYPE a stateset\na 1\n", `family "a": type "stateset"`)
	check(Text, "# TYPE a gauge\na\n", `line "a\n": `)
	check(Text, "# TYPE a gauge\na{b=\"} 1\n", "labels do not end")
	check(Text, "# TYPE a gauge\na{b=\"\" } 1\n", "labels do not end")
	check(Text, "# TYPE a gauge\na{b=\"1\",b=\"1\"} 1\n", "label b stands twice")
	check(Text, "# TYPE a summary\na_sum 1\n", "the lines do not make a summary")
	check(Protobuf, "\x05\x0a", `family "": type ""`)
	check(Protobuf, "\x01\x0a", "broken")
	check(Protobuf, "\x02\x18\x05", `type ""`)
	check(Protobuf, "\x02\x22\x00", "metric {} has no value of type counter")
	check(Protobuf, "\x03\x22\x01\x0a", "broken")
}

func FuzzBlocks(f *testing.F) {
	f.Add("", "value", 1.5, uint8(2))
	f.Add("# TYPE a gauge\n# HELP", "\n# TYPE b counter\n", math.NaN(), uint8(0))
	f.Add("\r\n\\", "\"}\x00# ", math.Inf(-1), uint8(3))
	f.Add(" é \\n \\\"", "\\\",a=\"", math.Inf(1), uint8(7))
	f.Fuzz(func(t *testing.T, help, value string, number float64, lines uint8) {
		if math.IsNaN(number) {
			number = math.NaN() // the one that a text has
		}
		families := fuzzFamilies(help, value, number, int(lines%8))
		for _, format := range formats {
			checkBlocks(t, format, families)
		}
		if utf8.ValidString(help) && utf8.ValidString(value) {
			checkFormatsAgree(t, families)
		}
	})
}

// fuzzFamilies are those of blockFamilies with other texts, numbers and lines.
func fuzzFamilies(help, value string, number float64, lines int) []Family {
	families := blockFamilies()
	for i := range families {
		f := &families[i]
		f.Help = help[:len(help)*i/(len(families)-1)]
		for j := range f.Series {
			s := &f.Series[j]
			if value != "" && len(s.Labels) > 0 && s.Labels[0].Name == "a" {
				s.Labels[0].Value = value
			}
			if !strings.HasSuffix(s.Name, "_count") && !strings.HasSuffix(s.Name, "_bucket") {
				s.Value = number
			}
		}
		if f.Type.Simple() {
			f.Series = f.Series[:1]
			for n := range lines {
				f.Series = append(f.Series, Series{Name: f.Name, Labels: Labels{{"n", strings.Repeat("n", n+1)}}, Value: number * float64(n)})
			}
		}
	}
	return families
}

// FuzzBrokenBlocks: no body is a reason to panic, and none loses a byte.
func FuzzBrokenBlocks(f *testing.F) {
	for _, format := range formats {
		f.Add(encode(format, blockFamilies()))
	}
	f.Add([]byte("# HELP a\n# TYPE a"))
	f.Add([]byte("# TYPE a summary\n\n \n{}\n{\"\na{b=\"c\"d} 1"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, format := range formats {
			var joined []byte
			for b := range format.Blocks(body) {
				joined = append(joined, b.Raw...)
				b.Series()
				b.Family()
				b.AppendAs(nil, Untyped)
				b.distinct()
			}
			format.Distinct(body)
			if !bytes.Equal(joined, body) {
				t.Errorf("%s: got %q, want %q", format, joined, body)
			}
		}
	})
}
