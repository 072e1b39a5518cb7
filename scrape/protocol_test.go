package scrape

import (
	"net/http"
	"testing"
)

// TestAcceptHeader has the headers that Prometheus 3.15 sends for the same
// scrape_protocols.
func TestAcceptHeader(t *testing.T) {
	const (
		proto  = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
		om1    = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
		om0    = "application/openmetrics-text;version=0.0.1"
		text1  = "text/plain;version=1.0.0;escaping=allow-utf-8"
		text04 = "text/plain;version=0.0.4"
	)
	check := func(want string, protocols ...Protocol) {
		t.Helper()
		if got := acceptHeader(protocols); got != want {
			t.Errorf("%v: got %q, want %q", protocols, got, want)
		}
	}
	check(om1 + ";q=0.7," + om0 + ";q=0.6," + text1 + ";q=0.5," + text04 + ";q=0.4,*/*;q=0.3")
	check(proto+";q=0.7,"+om1+";q=0.6,"+om0+";q=0.5,"+text1+";q=0.4,"+text04+";q=0.3,*/*;q=0.2",
		PrometheusProto, OpenMetricsText1_0_0, OpenMetricsText0_0_1, PrometheusText1_0_0, PrometheusText0_0_4)
	check(text04+";q=0.7,*/*;q=0.6", PrometheusText0_0_4)
	check(text1+";q=0.7,"+proto+";q=0.6,*/*;q=0.5", PrometheusText1_0_0, PrometheusProto)
}

// TestHTTPProtocols has each request ask for what the source is told to ask for.
func TestHTTPProtocols(t *testing.T) {
	var got string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Accept")
		serveText(w, r)
	})
	s := newHTTP(t, server.URL)
	s.Protocols = []Protocol{PrometheusProto, PrometheusText0_0_4}
	for range 2 {
		checkText(t, s, sample)
		if want := acceptHeader(s.Protocols); got != want {
			t.Errorf("got Accept %q, want %q", got, want)
		}
	}
}
