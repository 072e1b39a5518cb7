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
	client, err := NewClient(promconfig.DefaultHTTPClientConfig, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	s := &HTTP{URL: parseURL(t, "http://localhost/metrics"), Client: client, Timeout: long}
	_, err = s.Scrape(t.Context())
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

// The environment of a daemon must not send scrapes to a proxy.
func TestClientIgnoresProxyEnvironment(t *testing.T) {
	proxy := "http://" + unusedAddress(t)
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "all_proxy"} {
		t.Setenv(name, proxy)
	}
	client, err := NewClient(promconfig.DefaultHTTPClientConfig, "")
	if err != nil {
		t.Fatal(err)
	}
	home := client.Transport.(*originGuard).home.(*http.Transport)
	if home.Proxy != nil {
		t.Error("got a proxy, want none") // net/http would not use one for loopback: no request shows it
	}
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
	cfg.Authorization = &promconfig.Authorization{Credentials: "canary"}
	cfg.BearerToken = "canary"
	cfg.OAuth2 = &promconfig.OAuth2{ClientSecret: "canary"}
	cfg.TLSConfig = tlsConfig
	cfg.TLSConfig.CertFile, cfg.TLSConfig.KeyFile = "cert.pem", "key.pem"
	if got := withoutCredentials(cfg); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestClientBadConfig(t *testing.T) {
	cfg := promconfig.HTTPClientConfig{TLSConfig: promconfig.TLSConfig{CAFile: filepath.Join(t.TempDir(), "ca.pem")}}
	if client, err := NewClient(cfg, ""); err == nil {
		t.Errorf("got %v, want an error about ca.pem", client)
	}
}
