package test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/promferry/promferry/test/certs"
)

// TestSecretsOfAllKinds is TestSecretsAreNotShown for the other ways to prove
// who one is. Servers, token endpoint and proxy all refuse, and repeat what they
// got.
func TestSecretsOfAllKinds(t *testing.T) {
	t.Parallel()
	var seen received
	server := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		seen.note(r)
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprint(w, r.Header)
	})
	endpoint := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		seen.note(r)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, seen.all())
	})
	proxy := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		seen.note(r)
		http.Error(w, seen.all(), http.StatusProxyAuthRequired)
	})
	dir := t.TempDir()
	write(t, dir, "password", "canary-file-password\n")
	cert, key := certs.PEM(certs.New().Client("relay"))
	write(t, dir, "client.pem", cert)
	kinds := []struct{ name, url, settings string }{
		{"password", server.URL, `basic_auth {
			username      = "relay"
			password_file = "` + dir + `/password"
		}`},
		{"token", server.URL, `authorization { credentials = env("CREDENTIALS") }`},
		{"oauth", server.URL, `oauth2 {
			client_id       = "relay"
			client_secret   = env("CLIENT_SECRET")
			token_url       = "` + endpoint.URL + `"
			endpoint_params = { a = "canary-token-param" }
		}`},
		{"proxy", "https://push.example.net", `proxy_url = "` + proxy.URL + `"
		proxy_connect_header "Proxy-Authorization" { values = ["Basic canary-proxy-header"] }`},
		{"environment", "https://push.example.org", `proxy_from_environment = true`},
		{"certificate", strings.Replace(server.URL, "http:", "https:", 1), `tls_config {
			cert_file = "` + dir + `/client.pem"
			key       = env("KEY")
		}`},
	}
	text := "global {\n scrape_interval = \"300ms\"\n}\n"
	for _, k := range kinds {
		text += "gateway \"" + k.name + "\" {\n url = \"" + k.url + "\"\n" + k.settings + "\n}\n"
		text += "job \"" + k.name + "\" {\n targets = [\"" + k.url + "\"]\n" + k.settings + "\n}\n"
	}
	file := config(t, "%s", text)
	env := []string{
		"CREDENTIALS=canary-credentials", "CLIENT_SECRET=canary-client-secret", "KEY=" + key,
		"HTTPS_PROXY=" + strings.Replace(proxy.URL, "://", "://user:canary-proxy-userinfo@", 1),
	}
	secret := strings.Split(key, "\n")[1]
	check := func(where, text string) {
		t.Helper()
		noCanary(t, where, text)
		if strings.Contains(text, secret) {
			t.Errorf("%s shows the key", where)
		}
	}

	r := promferry(t, env, "once", "--log.level=debug", "--config.file="+file)
	check("once", r.stdout+r.stderr)
	promferry(t, env, "check", "config", file).mustBeSilent(t)
	ferry := startDaemon(t, env, "run", "--config.file="+file, "--log.level=debug", stopsSoon)
	for gateway, reason := range map[string]string{
		"password": "403", "token": "403", "oauth": "credentials", "proxy": "proxy", "environment": "proxy", "certificate": "tls",
	} {
		series := `promferry_push_errors_total{gateway="` + gateway + `",reason="` + reason + `"}`
		eventually(t, series, func() error { return ferry.atLeast(series, 1) })
	}
	for _, path := range ownPages {
		body, err := get(ferry.url + path)
		if err != nil {
			t.Error(err)
		}
		check(path, string(body))
	}
	ferry.terminateWith(t, 1)
	check("log", ferry.stdout.String()+ferry.stderr.String())
	seen.check(t, "canary-file-password", "canary-credentials", "canary-client-secret", "canary-token-param", "canary-proxy-header",
		base64.StdEncoding.EncodeToString([]byte("user:canary-proxy-userinfo")))
}
