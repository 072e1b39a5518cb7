package test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// One canary for each place where a secret may stand.
var canaries = map[string]string{
	"password of the gateway": "canary-gw-password",
	"header of the gateway":   "canary-gw-header",
	"query of the gateway":    "canary-gw-redirect",
	"password of the job":     "canary-job-password",
	"header of the job":       "canary-job-header",
	"params of the job":       "canary-job-param",
	"query of the target":     "canary-target-query",
	"redirect of the target":  "canary-target-redirect",
	"password in a file":      "canary-file-password",
	"credentials":             "canary-credentials",
	"client secret":           "canary-client-secret",
	"parameter of a token":    "canary-token-param",
	"header of the proxy":     "canary-proxy-header",
	"userinfo of the proxy":   "canary-proxy-userinfo",
	"password of the store":   "canary-store-password",
	"header of the store":     "canary-store-header",
	"query of the store":      "canary-store-query",
}

// TestSecretsAreNotShown drives everything that writes, with scrapes and
// pushes that fail, and looks for the canaries.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	var seen received
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		seen.note(r)
		redirect(http.StatusTemporaryRedirect, "http://user:canary-gw-redirect@127.0.0.1:1/?token=canary-gw-redirect#")(w, r)
	})
	good := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		seen.note(r)
		exposition(goodText)(w, r)
	})
	bad := startScripted(t, typed("text/html", "no metrics"))
	loop := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/metrics?token=canary-target-redirect", http.StatusFound)
	})
	gone := startScripted(t, hang)
	gone.Close()
	file := config(t, `
		global { scrape_interval = "300ms" }
		gateway "default" {
			url = %[1]q
			basic_auth {
				username = "relay"
				password = env("GW_PASSWORD")
			}
			http_header "X-Gateway" { values = ["canary-gw-header"] }
		}
		remote_write "refusing" {
			url = "%[1]s/write?token=canary-store-query"
			basic_auth {
				username = "writer"
				password = env("STORE_PASSWORD")
			}
			http_header "X-Store" { values = ["canary-store-header"] }
		}
		remote_write "gone" {
			url = "http://%[5]s/write?token=canary-store-query"
		}
		job "app" {
			targets = [%[2]q, %[3]q, %[4]q, %[5]q]
			params  = { token = ["canary-job-param"] }
			basic_auth {
				username = "scraper"
				password = env("JOB_PASSWORD")
			}
			http_header "X-Job" { values = ["canary-job-header"] }
		}
	`, gw.URL, good.address(), bad.address(), loop.address(), gone.address())
	env := []string{"GW_PASSWORD=canary-gw-password", "JOB_PASSWORD=canary-job-password", "STORE_PASSWORD=canary-store-password"}

	for _, args := range [][]string{
		{"once", "--log.level=debug"}, {"once", "--dry-run"}, {"targets"},
		{"doctor", "--all"}, {"doctor", "--format=json", "--log.level=debug"},
	} {
		r := promferry(t, env, append(args, "--config.file="+file)...)
		noCanary(t, strings.Join(args, " "), r.stdout+r.stderr)
	}
	promferry(t, env, "check", "config", file).mustBeSilent(t)

	ferry := startDaemon(t, env, "run", "--config.file="+file, "--log.level=debug", stopsSoon)
	eventually(t, "pushes", func() error {
		return errors.Join(
			ferry.atLeast(`promferry_push_errors_total{gateway="default",reason="307"}`, 3),
			ferry.atLeast(`promferry_remote_write_requests_total{code="307",remote_write="refusing"}`, 3),
			ferry.atLeast(`promferry_remote_write_requests_total{code="connect",remote_write="gone"}`, 3),
		)
	})
	for _, path := range ownPages {
		body, err := get(ferry.url + path)
		if err != nil {
			t.Error(err)
		}
		noCanary(t, path, string(body))
	}
	ferry.terminateWith(t, 1)
	noCanary(t, "log", ferry.stdout.String()+ferry.stderr.String())
	seen.check(t, "canary-gw-password", "canary-gw-header", "canary-job-password", "canary-job-header", "token=canary-job-param",
		"canary-store-password", "canary-store-header", "token=canary-store-query")
}

func noCanary(t *testing.T, where, text string) {
	t.Helper()
	if text == "" {
		t.Errorf("%s wrote nothing", where)
	}
	for secret, canary := range canaries {
		if strings.Contains(text, canary) {
			t.Errorf("%s shows the %s: %s", where, secret, linesWith(text, canary))
		}
	}
	for _, login := range []string{
		"relay:canary-gw-password", "scraper:canary-job-password", "relay:canary-file-password",
		"relay:canary-client-secret", "user:canary-proxy-userinfo", "writer:canary-store-password",
	} {
		if strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(login))) {
			t.Errorf("%s shows an Authorization header", where)
		}
	}
}

// TestSecretsInDiagnostics: what is refused is not shown either.
func TestSecretsInDiagnostics(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]string{
		"password as text": `basic_auth {
			username = "u"
			password = "canary-gw-password"
		}`,
		"userinfo in url": `url = "http://u:canary-gw-password@gw:9091"`,
		"query in url":    `url = "http://gw:9091/?token=canary-gw-redirect"`,
		"credentials as text": `url = "https://gw:9091"
			authorization {
				credentials = "canary-credentials"
			}`,
		"client secret as text": `url = "https://gw:9091"
			oauth2 {
				client_id     = "c"
				client_secret = "canary-client-secret"
				token_url     = "https://u:canary-client-secret@id/token?q=canary-token-param"
			}`,
		"parameters of the token that are wrong": `url = "https://gw:9091"
			oauth2 {
				client_id       = "c"
				token_url       = "https://id/token"
				endpoint_params = { a = ["canary-token-param"] }
			}`,
		"key as text": `url = "https://gw:9091"
			tls_config {
				cert = "canary-credentials"
				key  = "canary-credentials"
			}`,
		"proxy": `url = "https://gw:9091"
			proxy_url = "socks5://u:canary-proxy-userinfo@proxy:1080"
			proxy_connect_header "Proxy-Authorization" {
				values = "canary-proxy-header"
			}`,
	} {
		file := config(t, `
			gateway "default" {
				%s
			}
			job "app" { targets = ["localhost:1"] }
		`, block)
		for _, args := range [][]string{{"check", "config", file}, {"run", "--config.file=" + file}, {"once", "--config.file=" + file}} {
			r := promferry(t, nil, args...)
			if r.code != 2 {
				t.Errorf("%s: %v: exit code %d, want 2", name, args, r.code)
			}
			noCanary(t, name, r.stdout+r.stderr)
		}
	}
	for name, flags := range map[string][]string{
		"userinfo in flags": {"--target=http://u:canary-job-password@localhost:1", "--gateway=http://u:canary-gw-password@localhost:2"},
		"query in flags":    {"--target=http://localhost:1/?token=canary-target-query", "--gateway=http://localhost:2/?token=canary-gw-redirect"},
		"userinfo, stored":  {"--target=localhost:1", "--remote-write=http://u:canary-store-password@localhost:2/write?a=canary-store-query"},
		"query, stored":     {"--target=localhost:1", "--remote-write=localhost:2/write?a=canary-store-query"},
	} {
		r := promferry(t, nil, append([]string{"once"}, flags...)...)
		if r.code != 2 {
			t.Errorf("%s: exit code %d, want 2", name, r.code)
		}
		noCanary(t, name, r.stdout+r.stderr)
	}
}
