package push

import (
	"net/url"
	"testing"

	"github.com/promferry/promferry/convert"
)

func TestParseVersion(t *testing.T) {
	check := func(text string, want version) {
		t.Helper()
		if got := parseVersion(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
	check("1.5.1", version{1, 5})
	check("1.11.3", version{1, 11})
	check("v1.8.0", version{1, 8})
	check("1.10.0-rc.1", version{1, 10})
	check("1.9-dev", version{1, 9})
	check("2.0.0", version{2, 0})
	for _, text := range []string{"", "devel", "1", "1.", ".5", "1.x.3", "-1.5", "1.-5", "victoria-metrics-1.93.0", "HEAD"} {
		check(text, version{})
	}
}

// TestProfile has what each version gets: the first column of a row is what the
// gateway says, the second its profile.
func TestProfile(t *testing.T) {
	const text, protobuf, none, gzip, snappy = convert.Text, convert.Protobuf, CompressionNone, CompressionGzip, CompressionSnappy
	const unasked = "not asked"
	check := func(encoding Encoding, compression Compression, host, says string, want profile) {
		t.Helper()
		g := &Gateway{Encoding: encoding, Compression: compression, URL: &url.URL{Host: host}}
		if says != unasked {
			g.reception.learn(facts{answered: true, version: parseVersion(says)}, nil)
		}
		if got := g.profile(); got != want {
			t.Errorf("%s, %s at %s, %q: got %v, want %v", encoding, compression, host, says, got, want)
		}
	}
	for version, want := range map[string]profile{
		unasked:  {text, none, false},
		"":       {text, none, false},
		"devel":  {text, none, false},
		"0.10.0": {text, none, false},
		"1.4.3":  {text, none, false},
		"1.5.0":  {protobuf, gzip, false},
		"1.5.1":  {protobuf, gzip, false},
		"1.6.0":  {text, snappy, false},
		"1.7.0":  {text, snappy, false},
		"1.8.0":  {protobuf, snappy, false},
		"1.11.3": {protobuf, snappy, false},
		"2.0.0":  {protobuf, snappy, false},
	} {
		check(EncodingAuto, CompressionAuto, "gw:9091", version, want)
		for _, host := range []string{"localhost:9091", "LOCALHOST.", "a.localhost", "127.0.0.1:9091", "127.1.2.3", "[::1]:9091"} {
			check(EncodingAuto, CompressionAuto, host, version, profile{want.format, none, false})
		}
		check(EncodingAuto, "", "gw", version, profile{want.format, none, false})
		check(EncodingAuto, CompressionNone, "gw", version, profile{want.format, none, false})
		check("", "", "gw", version, profile{text, none, false})
		check(EncodingText, CompressionGzip, "gw", unasked, profile{text, gzip, false}) // the user's word
		check(EncodingProtobuf, CompressionSnappy, "localhost", version, profile{protobuf, snappy, false})
	}
	check(EncodingText, CompressionAuto, "gw", "1.5.1", profile{text, none, false}) // would be stored cut off
	check(EncodingAuto, CompressionGzip, "gw", "1.4.0", profile{text, none, false})
	check(EncodingAuto, CompressionGzip, "gw", unasked, profile{text, none, false})
	check(EncodingAuto, CompressionGzip, "gw", "1.5.1", profile{protobuf, gzip, false})
	check(EncodingAuto, CompressionGzip, "gw", "1.6.0", profile{text, gzip, false})
	check(EncodingAuto, CompressionGzip, "localhost", "devel", profile{text, gzip, false})
	check(EncodingText, CompressionAuto, "gw", "1.11.0", profile{text, snappy, false})
	check(EncodingProtobuf, CompressionAuto, "gw", "1.5.1", profile{protobuf, gzip, false})
	check(EncodingProtobuf, CompressionAuto, "gw", "devel", profile{protobuf, none, false})
	check(EncodingAuto, CompressionAuto, "localhost.example", "1.8.0", profile{protobuf, snappy, false})
	check(EncodingAuto, CompressionAuto, "10.0.0.1:9091", "1.8.0", profile{protobuf, snappy, false})
}

// TestBatchEncodesOnceForEachProfile: two gateways that take the same share a
// body.
func TestBatchEncodesOnceForEachProfile(t *testing.T) {
	var gateways Gateways
	for _, version := range []string{"1.11.0", "1.5.1", "1.11.3", ""} {
		b := newBench(t, nil)
		b.Encoding, b.Compression = EncodingAuto, CompressionAuto
		b.reception.learn(facts{answered: true, version: parseVersion(version)}, nil)
		gateways = append(gateways, Shards{b.Gateway})
	}
	batch := gateways.Begin(Replace, Origin{})
	gauge("a", 1).AppendTo(batch, groupOf("a"))
	outputs := batch.Outputs(groupOf("a"))
	if len(outputs) != 3 {
		t.Errorf("got %d outputs, want 3", len(outputs))
	}
	batch.Commit()
	var bodies []*body
	for _, g := range gateways.All() {
		_, r := g.take(t.Context())
		bodies = append(bodies, r.body)
		if text, err := contentOf(r.body).in(convert.Text); err != nil || string(text) != "# TYPE a gauge\na 1\n" {
			t.Errorf("%v: got %q, %v, want the gauge", r.body.profile, text, err)
		}
	}
	if bodies[0] != bodies[2] || bodies[0] == bodies[1] || bodies[1] == bodies[3] {
		t.Errorf("got %v, want the first and the third shared", bodies)
	}
}
