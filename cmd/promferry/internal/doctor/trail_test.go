package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/test/certs"
	"github.com/promferry/promferry/transport"
)

// serve is a server with a certificate for 127.0.0.1.
func serve(t *testing.T, certificate tls.Certificate) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// garble is a server that answers a handshake as some in Python do: with a web page
// and no head.
func garble(t *testing.T) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		if conn, err := l.Accept(); err == nil {
			_, _ = io.WriteString(conn, "<html>Bad request version</html>")
			conn.Close()
		}
	}()
	return l.Addr().String()
}

// TestTrail makes a request over each way, as a gateway or a target is asked.
func TestTrail(t *testing.T) {
	authority := certs.New()
	loopback := []net.IP{net.IPv4(127, 0, 0, 1)}
	good := serve(t, authority.Server())
	trusting := promconfig.TLSConfig{CA: authority.PEM()}
	soon := serve(t, authority.Issue(&x509.Certificate{IPAddresses: loopback, NotAfter: time.Now().Add(50 * time.Hour)}))
	lasting := serve(t, authority.Issue(&x509.Certificate{IPAddresses: loopback, NotAfter: time.Now().Add(100 * 24 * time.Hour)}))
	expired := serve(t, authority.Issue(&x509.Certificate{IPAddresses: loopback, NotAfter: time.Now().Add(-time.Hour)}))
	named := serve(t, authority.Issue(&x509.Certificate{DNSNames: []string{"other"}}))

	check := func(what, url string, cfg promconfig.HTTPClientConfig, reached bool, link string, outcome Outcome, says string) {
		t.Helper()
		seen := new(trail)
		req, err := http.NewRequestWithContext(seen.watch(t.Context()), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := transport.New(cfg, transport.Options{}).RoundTrip(req)
		if err == nil {
			resp.Body.Close()
		}
		var cs Checks
		if got := seen.links(&cs, strings.HasPrefix(url, "https"), err, speaker{"gateway \"g\"", "the Pushgateway", "url", true}); got != reached {
			t.Errorf("%s: reached %v, want %v: %+v", what, got, reached, cs)
		}
		for _, c := range cs {
			if c.Name == link && c.Outcome == outcome && strings.Contains(c.Found+" "+c.Advice, says) {
				return
			}
		}
		t.Errorf("%s: want %s %s with %q: %+v", what, link, outcome, says, cs)
	}
	secure := promconfig.HTTPClientConfig{TLSConfig: trusting}
	check("lasting", lasting, secure, true, linkTLS, OK, "TLS 1.3, certificate good until 20")
	check("ends soon", soon, secure, true, linkTLS, Warning, "in 2 days")
	check("unknown authority", good, promconfig.HTTPClientConfig{}, false, linkTLS, Failed, "Set ca_file of tls_config of gateway \"g\"")
	check("other name", named, secure, false, linkTLS, Failed, "The certificate is for another name")
	check("expired", expired, secure, false, linkTLS, Failed, "Renew the certificate of the Pushgateway")
	check("no TLS at all", "https://"+garble(t), secure, false, linkTLS, Failed, "It speaks plain http: write http://")
	check("plain", strings.Replace(good, "https", "http", 1), promconfig.HTTPClientConfig{}, true, linkConnect, OK, "127.0.0.1:")
	check("nothing listens", "http://127.0.0.1:1", promconfig.HTTPClientConfig{}, false, linkConnect, Failed, "Nothing listens there")
	check("no such name", "http://"+strings.Repeat("a", 64)+".invalid", promconfig.HTTPClientConfig{}, false, linkResolve, Failed, "Check the spelling")
}

// TestTrailOfARequestThatWasNotSent: what was seen is no link to the gateway.
func TestTrailOfARequestThatWasNotSent(t *testing.T) {
	var cs Checks
	err := &transport.Error{Reason: transport.ReasonCredentials, Err: http.ErrServerClosed}
	if !new(trail).links(&cs, true, err, speaker{}) || len(cs) != 0 {
		t.Errorf("got %+v, want nothing said of links", cs)
	}
}
