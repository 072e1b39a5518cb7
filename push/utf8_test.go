package push

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/promferry/promferry/convert"
)

// utf8Exposition has names that are not classic, some of which become others.
const utf8Exposition = `# TYPE "http.requests" counter
{"http.requests",code="200"} 1
{"http.requests","status.code"="500"} 2
{"http_requests",code="200"} 3
# TYPE took gauge
took{"in.seconds"="yes"} 4
`

const (
	asItIs = "PUT protobuf # TYPE http_requests untyped\nhttp_requests{code=\"200\"} 3\n# TYPE \"http.requests\" counter\n" +
		"{\"http.requests\",code=\"200\"} 1\n{\"http.requests\",\"status.code\"=\"500\"} 2\n# TYPE took gauge\ntook{\"in.seconds\"=\"yes\"} 4"
	withUnderscores = "# TYPE http_requests untyped\nhttp_requests{code=\"200\"} 3\nhttp_requests{status_code=\"500\"} 2\n# TYPE took gauge\ntook{in_seconds=\"yes\"} 4"
)

// utf8Gateway returns one that runs, and that has said whether it takes UTF-8
// names.
func utf8Gateway(t testing.TB, f *fake, encoding Encoding, says string) *Gateway {
	t.Helper()
	f.says = says
	b := newBench(t, f)
	b.Encoding, b.Compression = encoding, CompressionAuto
	b.URL.Host = "localhost"
	b.Learn(t.Context())
	b.run(t)
	return b.Gateway
}

func convertTo(t testing.TB, text string, gateways Gateways) convert.Stats {
	t.Helper()
	batch := gateways.Begin(Replace, Origin{})
	c := convert.Converter{Target: groupOf("a"), NoReport: true}
	stats, err := c.Convert(convert.Input{Body: strings.NewReader(text)}, batch)
	if err != nil {
		t.Fatal(err)
	}
	batch.Commit()
	return stats
}

func drainAll(t testing.TB, gateways Gateways) {
	t.Helper()
	for _, g := range gateways.All() {
		if unsent := g.Drain(t.Context()); unsent != 0 {
			t.Errorf("got %d unsent, want 0", unsent)
		}
	}
}

// TestEachGatewayGetsTheNamesThatItTakes from one conversion.
func TestEachGatewayGetsTheNamesThatItTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var takes, refuses, old, text, self fake
		gateways := Gateways{
			{utf8Gateway(t, &takes, EncodingAuto, saysUTF8("true"))},
			{utf8Gateway(t, &refuses, EncodingAuto, saysUTF8("false"))},
			{utf8Gateway(t, &old, EncodingAuto, says("1.5.1"))},
			{utf8Gateway(t, &text, EncodingText, saysUTF8("true"))},
			{utf8Gateway(t, &self, EncodingProtobuf, strings.Replace(saysUTF8("true"), "1.11.3", "", 1))},
		}
		stats := convertTo(t, utf8Exposition, gateways)
		drainAll(t, gateways)
		if stats.Escaped != 2 || stats.Dropped[convert.DropUTF8Name] != 1 {
			t.Errorf("got %+v, want 2 series escaped and 1 left out", stats)
		}
		wantSent(t, &takes, asItIs)
		wantSent(t, &self, asItIs)
		wantSent(t, &refuses, "PUT protobuf "+withUnderscores)
		wantSent(t, &old, "PUT protobuf "+withUnderscores)
		wantSent(t, &text, "PUT "+withUnderscores)
	})
}

// TestNothingIsEscapedForGatewaysThatTakeAll, nor counted.
func TestNothingIsEscapedForGatewaysThatTakeAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fake
		gateways := Gateways{{utf8Gateway(t, &f, EncodingAuto, saysUTF8("true"))}}
		if stats := convertTo(t, utf8Exposition, gateways); stats.Escaped != 0 || len(stats.Dropped) != 0 {
			t.Errorf("got %+v, want nothing lost", stats)
		}
		drainAll(t, gateways)
		wantSent(t, &f, asItIs)
	})
}

// TestWaitingNamesAreEscaped where another gateway came in the meantime: one
// without UTF-8 names, or one that gets text.
func TestWaitingNamesAreEscaped(t *testing.T) {
	for now, want := range map[facts]string{
		{answered: true, version: version{1, 11}}: "PUT protobuf ",
		{answered: true, version: version{1, 7}}:  "PUT ",
	} {
		f := fake{says: saysUTF8("true")}
		b := auto(t, &f)
		b.URL.Host = "localhost"
		b.Learn(t.Context())
		convertTo(t, utf8Exposition, Gateways{{b.Gateway}})
		_, r := b.take(t.Context())
		b.reception.learn(now, nil)
		out := b.send(t.Context(), r)
		// A family that goes out as it is is not opened again.
		want += "# TYPE http_requests untyped\nhttp_requests{code=\"200\"} 3\n# TYPE took gauge\ntook{in_seconds=\"yes\"} 4"
		wantSent(t, &f, want)
		if out.Err != nil || out.Series != 2 || out.Duplicates != 2 {
			t.Errorf("got %+v, want 2 series of 4", out)
		}
	}
}

// TestPostJoinsEscapedNames: what waits was made for a gateway with UTF-8 names,
// the newer part of the group was not.
func TestPostJoinsEscapedNames(t *testing.T) {
	family := func(name string) *convert.Family {
		return &convert.Family{Name: name, Type: convert.Gauge, Series: []convert.Series{{Name: name, Value: 1}}}
	}
	bodyIn := func(p profile, families ...*convert.Family) *body {
		b := newBody(nil, p)
		for _, f := range families {
			b.Append(p.format.AppendFamily(nil, f), 1)
		}
		b.seal()
		return b
	}
	older := &request{method: http.MethodPut, body: bodyIn(profile{convert.Protobuf, CompressionNone, true}, family("a.b"), family("c"))}
	post := &request{method: http.MethodPost, body: bodyIn(plainText, family("up"))}
	got := post.over(older, nil)
	const want = "# TYPE up gauge\nup 1\n# TYPE c gauge\nc 1\n# TYPE a_b gauge\na_b 1\n"
	if text := string(contentOf(got.body).bytes()); text != want || got.series() != 3 {
		t.Errorf("got %q, want %q", text, want)
	}
}

// TestUTF8NamesAreFitted: a clash of types, and a culprit among the halves, are
// found under such names, too.
func TestUTF8NamesAreFitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(_ int, s sent) (int, string) {
			text, _ := s.text()
			switch {
			case s.method == http.MethodGet:
				return 200, "# TYPE \"a.b\" counter\n# TYPE \"odd \\\"name\\\\\" counter\n# TYPE up gauge\n"
			case strings.Contains(text, `"a.b" gauge`), strings.Contains(text, "culprit"):
				return 400, inconsistent + "no"
			}
			return 200, ""
		}}
		g := utf8Gateway(t, &f, EncodingAuto, saysUTF8("true"))
		var last Outcome
		g.OnDone = func(out Outcome) { last = out }
		gateways := Gateways{{g}}
		convertTo(t, "# TYPE \"a.b\" gauge\n{\"a.b\"} 1\n# TYPE \"odd \\\"name\\\\\" gauge\n{\"odd \\\"name\\\\\"} 2\n{\"culprit\\n\"} 3\nlast 4\n", gateways)
		drainAll(t, gateways)
		if last.Err != nil || last.Retyped != 2 || !slices.Equal(last.Refused, []string{`"culprit\n"`}) {
			t.Errorf("got %+v, want two families retyped and the culprit refused", last)
		}
		got := f.sent()
		const want = "PUT protobuf # TYPE last untyped\nlast 4\n# TYPE \"a.b\" counter\n{\"a.b\"} 1\n# TYPE \"odd \\\"name\\\\\" counter\n{\"odd \\\"name\\\\\"} 2"
		if got[len(got)-1] != want {
			t.Errorf("got %q, want %q at last", got, want)
		}
	})
}
