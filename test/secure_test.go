package test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/promferry/promferry/test/certs"
)

// Hashes of what the gateway's user has as a password.
var passwords = map[string]string{
	"first":  "$2a$04$ggGfPCfUZ6esp2C2bb83ZeJNsYA4pbzvd0R0I5fCHeWHVb6eQ0jYu", // canary-first
	"second": "$2a$04$cMEfAU0a7oNOFyH8CB9gBO9SfwebbCCmZt4URlqA7SbvRAG4tS4gK", // canary-second
}

// TestSecureGateway: a real gateway that wants a client certificate and a
// password, of which each is replaced while promferry runs.
func TestSecureGateway(t *testing.T) {
	t.Parallel()
	ca, dir := certs.New(), t.TempDir()
	serverCert, serverKey := certs.PEM(ca.Server())
	write(t, dir, "ca.pem", ca.PEM())
	write(t, dir, "server.pem", serverCert)
	write(t, dir, "server-key.pem", serverKey)
	use := func(client string) {
		cert, key := certs.PEM(ca.Client(client))
		write(t, dir, "client.pem", cert)
		write(t, dir, "client-key.pem", key)
	}
	use("one")
	setPassword(t, dir, "first")
	write(t, dir, "password", "canary-first\n")
	gw := startSecurePushgateway(t, ca, filepath.Join(dir, "web.yml"))
	target := startScripted(t, exposition(goodText))
	ferry := run(t, config(t, `
		global { scrape_interval = "300ms" }
		gateway "office" {
			url = %q
			basic_auth {
				username      = "relay"
				password_file = "%[2]s/password"
			}
			tls_config {
				ca_file   = "%[2]s/ca.pem"
				cert_file = "%[2]s/client.pem"
				key_file  = "%[2]s/client-key.pem"
			}
		}
		job "app" { targets = [%q] }
	`, gw, dir, target.address()))
	goesOn := func(what string) {
		t.Helper()
		const series = `promferry_pushes_total{gateway="office",method="PUT"}`
		before, _ := ferry.metric(series) // none yet is 0
		eventually(t, what, func() error { return ferry.atLeast(series, before+2) })
	}
	goesOn("pushes")
	setPassword(t, dir, "second")
	eventually(t, "refused pushes", func() error {
		return ferry.atLeast(`promferry_push_errors_total{gateway="office",reason="401"}`, 1)
	})
	write(t, dir, "password", "canary-second\n")
	goesOn("pushes with the second password")
	use("two")
	goesOn("pushes with the second certificate")
	ferry.terminate(t)
	if log := ferry.stderr.String(); strings.Contains(log, "canary-") || strings.Contains(log, "PRIVATE") {
		t.Errorf("the log has a secret: %s", log)
	}
}

// setPassword writes the gateway's web.yml, which it reads for each request.
func setPassword(t *testing.T, dir, which string) {
	t.Helper()
	write(t, dir, "web.yml", fmt.Sprintf(`
tls_server_config:
  cert_file: %[1]s/server.pem
  key_file: %[1]s/server-key.pem
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: %[1]s/ca.pem
basic_auth_users:
  relay: %[2]s
`, dir, passwords[which]))
}

func startSecurePushgateway(t *testing.T, ca *certs.Authority, webConfig string) (url string) {
	t.Helper()
	host, port := freePort(t)
	address := net.JoinHostPort(host, port)
	start(t, gatewayCommand(t, "--web.config.file="+webConfig)(host, port))
	eventually(t, "secure gateway", func() error {
		conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: ca.Pool()})
		if err == nil {
			conn.Close()
		}
		return err
	})
	return "https://" + address
}

// TestSecureTarget: a target over TLS wants a token that is replaced while
// promferry runs.
func TestSecureTarget(t *testing.T) {
	t.Parallel()
	ca, dir := certs.New(), t.TempDir()
	var token atomic.Value
	token.Store("Bearer canary-first")
	target := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != token.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		exposition(goodText)(w, r)
	}))
	target.TLS = &tls.Config{Certificates: []tls.Certificate{ca.Server()}}
	target.Config.ErrorLog = log.New(io.Discard, "", 0)
	target.StartTLS()
	t.Cleanup(target.Close)
	gw := startPushgateway(t)
	write(t, dir, "token", "canary-first\n")
	ferry := run(t, config(t, `
		global { scrape_interval = "300ms" }
		gateway "office" { url = %q }
		job "app" {
			targets  = [%q]
			instance = "i"
			authorization { credentials_file = "%[3]s/token" }
			tls_config { ca_file = "%[3]s/ca.pem" }
		}
	`, gw.url, target.URL, dir))
	missing := `promferry_scrape_errors_total{job="app",reason="tls"}`
	eventually(t, "scrapes without the CA", func() error { return ferry.atLeast(missing, 1) })
	write(t, dir, "ca.pem", ca.PEM())
	eventually(t, "scrapes", gw.groupHolds("app", goodSeries, 1))
	token.Store("Bearer canary-second")
	eventually(t, "refused scrapes", gw.groupHolds("app", seriesSet{}, 0))
	write(t, dir, "token", "canary-second\n")
	eventually(t, "scrapes with the second token", gw.groupHolds("app", goodSeries, 1))
	ferry.terminate(t)
}

// TestFaultsOnTheWay: what stands between promferry and a server has a reason of
// its own, for gateways and targets alike (faults T37, N12, C3).
func TestFaultsOnTheWay(t *testing.T) {
	t.Parallel()
	stranger := httptest.NewUnstartedServer(http.HandlerFunc(status(http.StatusOK, "")))
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0)
	stranger.StartTLS()
	t.Cleanup(stranger.Close)
	proxy := startScripted(t, status(http.StatusProxyAuthRequired, "canary"))
	silent := startScripted(t, hang)
	untouched := startScripted(t, exposition(goodText))
	ways := []struct{ name, url, settings, reason, says string }{
		{"stranger", stranger.URL, "", "tls", "unknown authority"},
		{"refused", "https://push.example.net", fmt.Sprintf("proxy_url = %q", proxy.URL), "proxy", "proxy refused CONNECT: status 407"},
		{"slow", "https://push.example.net", fmt.Sprintf("proxy_url = %q", silent.URL), "proxy", "no answer of the proxy to CONNECT"},
		{"secretless", untouched.URL, "authorization { credentials_file = \"/nowhere/token\" }", "credentials", "credentials_file: open /nowhere/token"},
	}
	var text strings.Builder
	for _, w := range ways {
		timeout := "30s" // an error comes before, on a busy machine, too
		if w.name == "slow" {
			timeout = "300ms"
		}
		fmt.Fprintf(&text, "gateway %q {\n url = %q\n timeout = %q\n %s\n}\n", w.name, w.url, timeout, w.settings)
		fmt.Fprintf(&text, "job %q {\n targets = [%q]\n scrape_interval = %[3]q\n scrape_timeout = %[3]q\n %s\n}\n", w.name, w.url, timeout, w.settings)
	}
	ferry := run(t, config(t, "%s", text.String()), stopsSoon)
	for _, w := range ways {
		for _, series := range []string{
			fmt.Sprintf("promferry_push_errors_total{gateway=%q,reason=%q}", w.name, w.reason),
			fmt.Sprintf("promferry_scrape_errors_total{job=%q,reason=%q}", w.name, w.reason),
		} {
			eventually(t, series, func() error { return ferry.atLeast(series, 1) })
		}
	}
	ferry.lives(t)
	ferry.terminateWith(t, 1)
	for _, w := range ways {
		if got := linesWith(ferry.stderr.String(), w.says); len(got) < 2 {
			t.Errorf("%s: got %d lines with %q, want those of the job and of the gateway: %q", w.name, len(got), w.says, got)
		}
	}
	if n := untouched.requests.Load(); n != 0 {
		t.Errorf("%d requests without credentials", n)
	}
}

// TestProxyOfTheEnvironment (fault N11): it is asked where the configuration
// says so, and never for this host.
func TestProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	proxy := startScripted(t, status(http.StatusOK, ""))
	target := startScripted(t, exposition(goodText))
	gw := startScripted(t, status(http.StatusOK, ""))
	env := []string{"HTTP_PROXY=" + proxy.URL, "http_proxy=" + proxy.URL, "HTTPS_PROXY=" + proxy.URL}
	check := func(url, settings string, want int64) {
		t.Helper()
		proxy.requests.Store(0)
		file := config(t, "gateway \"office\" {\n url = %q\n timeout = \"2s\"\n %s\n}\njob \"app\" {\n targets = [%q]\n %s\n}\n", url, settings, target.address(), settings)
		promferry(t, env, "once", "--config.file="+file)
		if got := min(proxy.requests.Load(), 1); got != want {
			t.Errorf("gateway %s with %q: the proxy got a request: %d, want %d", url, settings, got, want)
		}
	}
	check(gw.URL, "", 0)
	check(gw.URL, "proxy_from_environment = true", 0)
	check("http://push.invalid", "", 0)
	check("http://push.invalid", "proxy_from_environment = true", 1)
}
