package scrape

import (
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/textparse"
)

// TestMediaType holds each judgement to that of Prometheus too.
func TestMediaType(t *testing.T) {
	const refused = ""
	check := func(contentType, fallback, want string) {
		t.Helper()
		got, err := mediaType(contentType, fallback)
		if got != want || (err == nil) != (want != refused) {
			t.Errorf("%q, fallback %q: got %q, %v, want %q", contentType, fallback, got, err, want)
		}
		if oracle := prometheusMediaType(contentType, fallback); got != oracle {
			t.Errorf("%q, fallback %q: got %q, but Prometheus takes it for %q", contentType, fallback, got, oracle)
		}
	}
	check("text/plain", "", MediaTypeText)
	check("text/plain; version=0.0.4; charset=utf-8; escaping=underscores", "", MediaTypeText)
	check("text/plain; version=1.0.0; escaping=allow-utf-8", MediaTypeOpenMetrics, MediaTypeText)
	check("Text/Plain;charset=UTF-8", "", MediaTypeText)
	check("application/openmetrics-text; version=1.0.0; charset=utf-8", "", MediaTypeOpenMetrics)
	check("application/openmetrics-text", MediaTypeText, MediaTypeOpenMetrics)
	check("application/openmetrics-text; version=0.0.1; charset=utf-8", "", MediaTypeOpenMetrics)
	check("application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores", "", MediaTypeOpenMetrics)
	check("application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8", "", MediaTypeOpenMetrics)
	check("text/plain; version=1.0.0; charset=utf-8; escaping=dots", "", MediaTypeText)
	for _, unknown := range []string{
		"", "text/html", "text/html; charset=utf-8", "application/json", "text", "*/*",
		"text/plain; version", "text/plain;;;=", "text/plain, text/html", "\x00",
		"application/openmetrics-text; version=2.0.0",
		"application/x-protobuf", "application/vnd.google.protobuf; encoding",
		"application/vnd.google.protobuf; encoding=delimited; encoding=text",
	} {
		check(unknown, "", refused)
		check(unknown, MediaTypeText, MediaTypeText)
		check(unknown, MediaTypeOpenMetrics, MediaTypeOpenMetrics)
		check(unknown, MediaTypeProtobuf, MediaTypeProtobuf)
	}
	for _, protobuf := range []string{
		"application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
		"application/vnd.google.protobuf;encoding=delimited;proto=io.prometheus.client.MetricFamily;escaping=underscores",
		`Application/Vnd.Google.Protobuf; PROTO="io.prometheus.client.MetricFamily"; encoding="delimited"`,
		"application/vnd.google.protobuf",
		"application/vnd.google.protobuf; proto=other.Message; encoding=text",
	} {
		check(protobuf, "", MediaTypeProtobuf)
		check(protobuf, MediaTypeText, MediaTypeProtobuf)
	}
}

// prometheusMediaType tells by the parser that Prometheus chooses.
func prometheusMediaType(contentType, fallback string) string {
	parser, _ := textparse.New(nil, contentType, nil, textparse.ParserOptions{FallbackContentType: fallback})
	switch parser.(type) {
	case *textparse.PromParser:
		return MediaTypeText
	case *textparse.OpenMetricsParser:
		return MediaTypeOpenMetrics
	case *textparse.ProtobufParser:
		return MediaTypeProtobuf
	}
	return ""
}

func TestMediaTypeErrors(t *testing.T) {
	check := func(contentType, want string) {
		t.Helper()
		_, err := mediaType(contentType, "")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	const remedy = `set fallback_scrape_protocol = "PrometheusText0.0.4"`
	check("", "no Content-Type")
	check("", remedy)
	check("application/json", `Content-Type "application/json" is not a metrics format; `+remedy)
	check(strings.Repeat("x", 1000)+"\n", `"`+strings.Repeat("x", 100)+`"`)
}
