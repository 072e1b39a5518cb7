package scrape

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"testing"

	promconfig "github.com/prometheus/common/config"
)

func TestClientUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.sock")
	client := NewClient(promconfig.DefaultHTTPClientConfig, path)
	t.Cleanup(client.CloseIdleConnections)
	s := &HTTP{URL: parseURL(t, "http://localhost/metrics"), Client: client, Timeout: long}
	_, err := s.Scrape(t.Context())
	checkFailure(t, err, ReasonConnect, "dial unix "+path)

	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serveText(w, r)
		io.WriteString(w, "# "+r.Host+r.URL.Path+"\n")
	}))
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	checkText(t, s, sample+"# localhost/metrics\n")
}

func TestClientProxy(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		serveText(w, r)
		io.WriteString(w, "# "+r.URL.String()+"\n")
	})
	cfg := promconfig.DefaultHTTPClientConfig
	cfg.ProxyURL = promconfig.URL{URL: parseURL(t, proxy.URL)}
	checkText(t, newHTTPWith(t, "http://host.invalid/metrics", cfg), sample+"# http://host.invalid/metrics\n")
}

func TestClientWithoutCredentials(t *testing.T) {
	tlsConfig := promconfig.TLSConfig{CAFile: "ca.pem", ServerName: "app", InsecureSkipVerify: true}
	want := promconfig.HTTPClientConfig{TLSConfig: tlsConfig, FollowRedirects: true}
	cfg := credentials()
	cfg.EnableHTTP2 = false
	cfg.Authorization = &promconfig.Authorization{Type: "Bearer", Credentials: "canary"}
	cfg.BearerToken = "canary"
	cfg.OAuth2 = &promconfig.OAuth2{ClientSecret: "canary"}
	cfg.TLSConfig = tlsConfig
	cfg.TLSConfig.CertFile, cfg.TLSConfig.KeyFile = "cert.pem", "key.pem"
	if got := withoutCredentials(cfg); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A file that is missing fails the scrape that needs it, and is named.
func TestClientMissingFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	target := newObserver(t, httptest.NewServer)
	for want, cfg := range map[Reason]promconfig.HTTPClientConfig{
		ReasonTLS:         {TLSConfig: promconfig.TLSConfig{CAFile: missing}},
		ReasonCredentials: {BasicAuth: &promconfig.BasicAuth{Username: "u", PasswordFile: missing}},
	} {
		_, err := newHTTPWith(t, target.url, cfg).Scrape(t.Context())
		checkFailure(t, err, want, missing)
	}
	if target.header != nil {
		t.Error("got a request, want none")
	}
}
