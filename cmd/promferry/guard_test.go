package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// S12: a page of another origin, and one that has its own name point here.
func TestGuardedRequests(t *testing.T) {
	fine := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	loopback, all := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9097}, &net.TCPAddr{IP: net.IPv6unspecified, Port: 9097}
	for _, test := range []struct {
		listens                   net.Addr
		method, host, origin, say string
		want                      int
	}{
		{loopback, "POST", "127.0.0.1:9097", "", "curl", 200},
		{loopback, "POST", "localhost:9097", "http://localhost:9097", "the own page", 200},
		{loopback, "POST", "[::1]:9097", "", "IPv6", 200},
		{loopback, "POST", "[::1]", "", "IPv6 without a port", 200},
		{loopback, "POST", "app.localhost", "", "a name of loopback", 200},
		{loopback, "POST", "LOCALHOST.", "", "a name with a dot", 200},
		{loopback, "POST", "localhost:9097", "http://evil.example", "another origin", 403},
		{loopback, "POST", "localhost:9097", "null", "an origin that is hidden", 403},
		{loopback, "POST", "evil.example", "http://evil.example", "a rebound name", 403},
		{loopback, "POST", "evil.example:9097", "", "a rebound name without an origin", 403},
		{loopback, "POST", "localhost.evil.example", "", "a name that begins well", 403},
		{loopback, "POST", "10.0.0.1", "", "an address, which cannot be rebound", 200},
		{loopback, "POST", "10.0.0.1", "http://evil.example", "another origin at an address", 403},
		{loopback, "GET", "", "", "HTTP/1.0", 200},
		{loopback, "GET", "localhost:9097", "", "the page", 200},
		{loopback, "GET", "127.0.0.1:19097", "", "the page through ssh -L", 200},
		{loopback, "GET", "10.0.0.1:9097", "", "a port that is forwarded here", 200},
		{loopback, "GET", "evil.example:9097", "", "the page by a rebound name", 403},
		{loopback, "GET", "10.0.0.1.evil.example", "", "a name that begins as an address", 403},
		{loopback, "HEAD", "evil.example", "", "HEAD by a rebound name", 403},
		{loopback, "PUT", "evil.example", "", "another method", 403},
		{all, "GET", "status.example", "", "the page by a name of this host", 200},
		{all, "GET", "10.1.2.3:9097", "", "a probe of the kubelet", 200},
		{all, "POST", "relay.example", "", "a name of this host", 200},
		{all, "POST", "relay.example", "http://evil.example", "another origin, anywhere", 403},
	} {
		r := httptest.NewRequest(test.method, "/-/reload", nil)
		r.Host = test.host
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		w := httptest.NewRecorder()
		guarded(fine, test.listens).ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: %s with Host %q: status %d, want %d", test.say, test.method, test.host, w.Code, test.want)
		}
	}
}
