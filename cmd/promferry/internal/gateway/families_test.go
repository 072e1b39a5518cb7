package gateway

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

const protobufType = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"

// gaugeFamily has one series with the value 1; labels are names and values in
// turn.
func gaugeFamily(name string, labels ...model.LabelValue) *dto.MetricFamily {
	metric := &dto.Metric{Gauge: &dto.Gauge{Value: new(1.0)}}
	for i := 0; i < len(labels); i += 2 {
		metric.Label = append(metric.Label, labelPair(model.LabelName(labels[i]), labels[i+1]))
	}
	return &dto.MetricFamily{Name: new(name), Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{metric}}
}

func delimited(t testing.TB, all ...*dto.MetricFamily) []byte {
	t.Helper()
	var out bytes.Buffer
	encoder := expfmt.NewEncoder(&out, expfmt.NewFormat(expfmt.TypeProtoDelim))
	for _, family := range all {
		if err := encoder.Encode(family); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func zip(t testing.TB, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, writeErr := writer.Write(plain)
	if err := errors.Join(writeErr, writer.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(body []byte, contentType, encoding string, limit int64) (families, error) {
	r := httptest.NewRequest(http.MethodPut, "/metrics/job/j", bytes.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Content-Encoding", encoding)
	return readFamilies(httptest.NewRecorder(), r, limit)
}

func TestReadFamilies(t *testing.T) {
	text := []byte("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE empty gauge\n")
	proto := delimited(t, gaugeFamily("a", "old", "1"), gaugeFamily("b"), gaugeFamily("a"))
	check := func(body []byte, contentType, encoding string) {
		t.Helper()
		got, err := read(body, contentType, encoding, maxBodyBytes)
		if err != nil {
			t.Errorf("%q %q: %v", contentType, encoding, err)
		}
		want := families{"a": gaugeFamily("a"), "b": gaugeFamily("b")}
		if diff := cmp.Diff(asText(t, want), asText(t, got)); diff != "" {
			t.Errorf("%q %q (-want +got):\n%s", contentType, encoding, diff)
		}
	}
	check(text, "", "")
	check(text, "text/plain; version=0.0.4", "identity")
	check(text, "application/openmetrics-text; version=1.0.0", "") // no reader for it, contract C42
	check(zip(t, text), "text/plain", "gzip")
	check(proto, protobufType, "")
	check(zip(t, proto), protobufType, "gzip")
}

// asText is the families in text format in order of their names.
func asText(t testing.TB, f families) string {
	t.Helper()
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if _, err := expfmt.MetricFamilyToText(&out, f[name]); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestReadFamiliesRefuses(t *testing.T) {
	proto := delimited(t, gaugeFamily("a"), gaugeFamily("b"))
	check := func(body []byte, contentType, encoding, want string) {
		t.Helper()
		got, err := read(body, contentType, encoding, maxBodyBytes)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got %v, error %v, want %q", body, got, err, want)
		}
	}
	check([]byte("a 1\nb"), "", "", "text format parsing error in line 2")
	check([]byte("\"a.b\" 1\n"), "", "", "text format parsing error in line 1")
	check([]byte("not gzip, though it says so\n"), "", "gzip", "decompress body: gzip: invalid header")
	check(zip(t, []byte("a 1\n"))[:20], "", "gzip", "unexpected EOF")
	check(proto[:len(proto)-1], protobufType, "", "decode family 2: unexpected EOF")
	check(binary.AppendUvarint(nil, 1<<40), protobufType, "", "decode family 1: ")
}

func TestBodyIsBounded(t *testing.T) {
	text := []byte("a 1\n" + strings.Repeat("# a comment\n", 1000))
	check := func(body []byte, contentType, encoding string) {
		t.Helper()
		_, err := read(body, contentType, encoding, 1000)
		var tooLarge *http.MaxBytesError
		if !errors.As(err, &tooLarge) {
			t.Errorf("%q %q: got error %v, want %T", contentType, encoding, err, tooLarge)
		}
		if got := New().pushStatus(err); got != http.StatusRequestEntityTooLarge {
			t.Errorf("%q %q: got status %d, want 413", contentType, encoding, got)
		}
	}
	check(text, "", "")
	check(zip(t, text), "", "gzip")
	check(bytes.Repeat(delimited(t, gaugeFamily("a")), 100), protobufType, "")
}

func TestSetLabels(t *testing.T) {
	check := func(grouping model.LabelSet, in, want string) {
		t.Helper()
		body, err := read([]byte(in), "", "", maxBodyBytes)
		if err != nil {
			t.Fatal(err)
		}
		body.setLabels(grouping)
		if got := asText(t, body); got != "# TYPE m untyped\n"+want {
			t.Errorf("%s with %v: got %s, want %s", in, grouping, got, want)
		}
	}
	job := model.LabelSet{"job": "j"}
	both := model.LabelSet{"job": "j", "instance": "i"}
	check(job, "m 1\n", "m{instance=\"\",job=\"j\"} 1\n")
	check(job, "m{instance=\"x\"} 1\n", "m{instance=\"x\",job=\"j\"} 1\n")
	check(job, "m{job=\"x\",z=\"1\",a=\"2\"} 1\n", "m{a=\"2\",instance=\"\",job=\"j\",z=\"1\"} 1\n")
	check(both, "m{instance=\"x\",job=\"y\"} 1\n", "m{instance=\"i\",job=\"j\"} 1\n")
}

func TestSetHelp(t *testing.T) {
	body := families{"a": gaugeFamily("a"), "b": gaugeFamily("b")}
	body.setHelp(map[string]string{"a": "own"})
	if got := body["a"].GetHelp(); got != "own" {
		t.Errorf("got HELP %q, want that of the gateway", got)
	}
	if body["b"].Help != nil {
		t.Errorf("got HELP %q for a name that is not the gateway's", body["b"].GetHelp())
	}
}
