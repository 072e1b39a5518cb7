package push

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/promferry/promferry/convert"
)

// TestHeaders: a gateway takes protobuf for text where the type is not exact,
// and refuses a packed body without bytes (contract C4, C42).
func TestHeaders(t *testing.T) {
	check := func(p profile, method, text, media, packed string) {
		t.Helper()
		b := newBody(nil, p)
		b.Append([]byte(text), 1)
		b.seal()
		g := gatewayAt(t, "http://gateway.example")
		req, err := g.newRequest(t.Context(), method, testPath, b)
		if err != nil {
			t.Fatal(err)
		}
		if got := []string{req.Header.Get("Content-Type"), req.Header.Get("Content-Encoding")}; got[0] != media || got[1] != packed {
			t.Errorf("%s %v %q: got %q, want %q and %q", method, p, text, got, media, packed)
		}
		if want := int64(b.size()); req.ContentLength != want && method != http.MethodDelete {
			t.Errorf("%s %v %q: got length %d, want %d", method, p, text, req.ContentLength, want)
		}
	}
	const (
		text     = "text/plain; version=0.0.4; charset=utf-8"
		protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
	)
	check(plainText, "PUT", "a 1\n", text, "")
	check(profile{convert.Text, CompressionGzip, false}, "POST", "a 1\n", text, "gzip")
	check(profile{convert.Protobuf, CompressionNone, false}, "PUT", "x", protobuf, "")
	check(profile{convert.Protobuf, CompressionSnappy, false}, "PUT", "x", protobuf, "snappy")
	check(profile{convert.Text, CompressionGzip, false}, "PUT", "", text, "")
	check(profile{convert.Protobuf, CompressionSnappy, false}, "POST", "", protobuf, "")
	check(profile{convert.Text, CompressionGzip, false}, "DELETE", "a 1\n", "", "")
}

// TestRealGatewayStoresEachProfileAlike: what it shows is the same however it
// came.
func TestRealGatewayStoresEachProfileAlike(t *testing.T) {
	gateway := realGateway(t)
	var first map[string]storedFamily
	check := func(instance string, encoding Encoding, compression Compression, want profile) {
		t.Helper()
		transport := &http.Transport{}
		t.Cleanup(transport.CloseIdleConnections)
		b := newBench(t, transport)
		b.at(gateway)
		b.Encoding, b.Compression, b.Buffers = encoding, compression, new(Buffers)
		b.Learn(t.Context())
		if got := b.profile(); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
		stop := b.run(t)
		group := groupOf("format" + instance)
		batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
		for _, f := range eachType() {
			f.AppendTo(batch, group)
		}
		batch.Commit()
		b.drain(t)
		if err := b.Group(group).LastError; err != nil {
			t.Fatalf("%v: %v", want, err)
		}
		got := storedGroups(t, gateway)[group.Key()].families
		forget(got)
		if first == nil {
			first = got
		}
		if len(got) != len(eachType()) || !reflect.DeepEqual(got, first) {
			t.Errorf("%v: got %v, want %v", want, got, first)
		}
		Gateways{{b.Gateway}}.Delete(group)
		b.drain(t)
		stop()
		transport.CloseIdleConnections()
		wantAllBackSoon(t, b.Buffers)
	}
	check("text", EncodingText, CompressionNone, plainText)
	check("auto", EncodingAuto, CompressionAuto, profile{convert.Protobuf, CompressionNone, false}) // it is on loopback
	check("autogzip", EncodingAuto, CompressionGzip, profile{convert.Protobuf, CompressionGzip, false})
	check("protobuf", EncodingProtobuf, CompressionNone, profile{convert.Protobuf, CompressionNone, false})
	check("protobufgzip", EncodingProtobuf, CompressionGzip, profile{convert.Protobuf, CompressionGzip, false})
	check("textgzip", EncodingText, CompressionGzip, profile{convert.Text, CompressionGzip, false})
}

// forget takes away what differs between any two pushes.
func forget(families map[string]storedFamily) {
	delete(families, "push_time_seconds")
	delete(families, "push_failure_time_seconds")
	for _, f := range families {
		for _, m := range f.Metrics {
			delete(m.Labels, "instance")
		}
	}
}

// TestRealGatewayKnowsNoSnappy: 1.5.1 takes the bytes for text.
func TestRealGatewayKnowsNoSnappy(t *testing.T) {
	gateway := realGateway(t)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	for _, encoding := range []Encoding{EncodingText, EncodingProtobuf} {
		b := newBench(t, transport)
		b.at(gateway)
		b.Encoding, b.Compression = encoding, CompressionSnappy
		b.run(t)
		for range 2 {
			batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
			gauge("format_snappy", 1).AppendTo(batch, groupOf("formatsnappy"))
			batch.Commit()
			b.drain(t)
			if err := b.Group(groupOf("formatsnappy")).LastError; err != nil {
				t.Errorf("%s: got %v, want it stored without", encoding, err)
			}
		}
		b.wantLog(t, "gateway does not take this compression, its bodies go uncompressed", 1)
		Gateways{{b.Gateway}}.Delete(groupOf("formatsnappy"))
		b.drain(t)
	}
}

// TestRealGatewayRefusesDuplicates in both formats, and takes the rest.
func TestRealGatewayRefusesDuplicates(t *testing.T) {
	gateway := realGateway(t)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	for _, encoding := range []Encoding{EncodingText, EncodingProtobuf} {
		b := newBench(t, transport)
		b.at(gateway)
		b.Encoding = encoding
		b.reception.learn(facts{checks: checked}, nil)
		var last Outcome
		b.OnDone = func(out Outcome) { last = out }
		b.run(t)
		group := groupOf("formattwice")
		batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
		f := gauge("format_twice", 1)
		f.Series = append(f.Series, f.Series[0], convert.Series{Name: f.Name, Labels: labelsOf("l", "v"), Value: 2})
		f.AppendTo(batch, group)
		batch.Commit()
		b.drain(t)
		if last.Err != nil || last.Duplicates != 1 || last.Series != 2 {
			t.Errorf("%s: got %+v, want two series and one duplicate", encoding, last)
		}
		if got := storedGroups(t, gateway)[group.Key()].families["format_twice"].Metrics; len(got) != 2 {
			t.Errorf("%s: got %v stored, want 2 series", encoding, got)
		}
		Gateways{{b.Gateway}}.Delete(group)
		b.drain(t)
	}
}

// eachType returns a family of each type.
func eachType() []*convert.Family {
	label := func(pairs ...string) convert.Labels { return labelsOf(pairs...) }
	return []*convert.Family{
		{Name: "format_c", Help: "Back\\slash,\nline.", Type: convert.Counter, Series: []convert.Series{{Name: "format_c", Labels: label("l", "\"\\\n"), Value: 1e21}}},
		{Name: "format_g", Type: convert.Gauge, Series: []convert.Series{{Name: "format_g", Value: -0.5}, {Name: "format_g", Labels: label("l", "é"), Value: 3}}},
		{Name: "format_u", Type: convert.Untyped, Series: []convert.Series{{Name: "format_u", Value: 1}}},
		{Name: "format_h", Type: convert.Histogram, Series: []convert.Series{
			{Name: "format_h_bucket", Labels: label("le", "0.5"), Value: 1}, {Name: "format_h_bucket", Labels: label("le", "+Inf"), Value: 2},
			{Name: "format_h_sum", Value: 1.5}, {Name: "format_h_count", Value: 2},
		}},
		{Name: "format_s", Type: convert.Summary, Series: []convert.Series{
			{Name: "format_s", Labels: label("quantile", "0.9"), Value: 7}, {Name: "format_s_sum", Value: 9}, {Name: "format_s_count", Value: 3},
		}},
	}
}
