package scrape

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	promconfig "github.com/prometheus/common/config"
)

// An observer is a server that notes whether the last request to /metrics had
// credentials, and redirects each request for /to?u=… to u.
type observer struct {
	url    string
	header http.Header
}

func newObserver(t testing.TB, start func(http.Handler) *httptest.Server) *observer {
	t.Helper()
	o := &observer{}
	server := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := r.FormValue("u"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		o.header = r.Header
		serveText(w, r)
	}))
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// via returns the URL at o that leads to u.
func (o *observer) via(u string) string { return o.url + "/to?u=" + url.QueryEscape(u) }

func credentials() promconfig.HTTPClientConfig {
	cfg := promconfig.DefaultHTTPClientConfig
	cfg.TLSConfig.InsecureSkipVerify = true
	cfg.BasicAuth = &promconfig.BasicAuth{Username: "user", Password: "canary"}
	cfg.HTTPHeaders = &promconfig.Headers{Headers: map[string]promconfig.Header{
		"X-Api-Key": {Secrets: []promconfig.Secret{"canary"}},
		"Cookie":    {Values: []string{"session=canary"}},
	}}
	return cfg
}

// Faults S1 and T35: credentials stay at the origin, and once away they do not
// come back, as in net/http.
func TestRedirectCredentials(t *testing.T) {
	tokens := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"access_token":"canary","token_type":"bearer"}`)
	})
	with := func(set func(*promconfig.HTTPClientConfig)) promconfig.HTTPClientConfig {
		cfg := promconfig.DefaultHTTPClientConfig
		cfg.TLSConfig.InsecureSkipVerify = true
		set(&cfg)
		return cfg
	}
	checkRedirects(t, credentials(), "Authorization", "X-Api-Key", "Cookie")
	checkRedirects(t, with(func(c *promconfig.HTTPClientConfig) {
		c.Authorization = &promconfig.Authorization{Type: "Bearer", Credentials: "canary"}
	}), "Authorization")
	checkRedirects(t, with(func(c *promconfig.HTTPClientConfig) {
		c.OAuth2 = &promconfig.OAuth2{ClientID: "id", ClientSecret: "canary", TokenURL: tokens.URL}
	}), "Authorization")
}

// checkRedirects expects the headers at the origin of cfg's target, and nowhere
// else.
func checkRedirects(t *testing.T, cfg promconfig.HTTPClientConfig, headers ...string) {
	t.Helper()
	target := newObserver(t, httptest.NewServer)
	other := newObserver(t, httptest.NewServer)
	secure := newObserver(t, httptest.NewTLSServer)
	otherHost := strings.Replace(target.url, "127.0.0.1", "localhost", 1)

	check := func(name, u string, at *observer, want bool) {
		t.Helper()
		checkText(t, newHTTPWith(t, u, cfg), sample)
		for _, header := range headers {
			if got := at.header.Get(header) != ""; got != want {
				t.Errorf("%s: got %s %v, want %v", name, header, got, want)
			}
		}
		if referer := at.header.Get("Referer"); !want && referer != "" {
			t.Errorf("%s: got Referer %q, want none: it has the query", name, referer)
		}
		if at.header.Get("Accept") == "" {
			t.Errorf("%s: got no Accept header", name)
		}
	}
	check("none", target.url, target, true)
	check("relative", target.via("/metrics"), target, true)
	check("same origin", target.via(target.url), target, true)
	check("same origin twice", target.via(target.via(target.url)), target, true)
	check("other port", target.via(other.url), other, false)
	check("other host", target.via(otherHost), target, false)
	check("upgrade", target.via(secure.url), secure, false)
	check("downgrade", secure.via(target.url), target, false)
	check("two hops", target.via(target.via(other.url)), other, false)
	check("on at the other", target.via(other.via("/metrics")), other, false)
	check("and back", target.via(other.via(target.url)), target, false)
	withUser := strings.Replace(other.url, "http://", "http://a:b@", 1)
	check("to userinfo", target.via(withUser), other, false)
}

// Userinfo in a URL is a credential like any other.
func TestRedirectUserinfo(t *testing.T) {
	target, other := newObserver(t, httptest.NewServer), newObserver(t, httptest.NewServer)
	u := strings.Replace(target.via(other.url), "http://", "http://user:canary@", 1)
	checkText(t, newHTTP(t, u), sample)
	if got := other.header.Get("Authorization"); got != "" {
		t.Errorf("got %q, want none", got)
	}
}

func TestRedirectRefused(t *testing.T) {
	target := newObserver(t, httptest.NewServer)
	check := func(location, text string) {
		t.Helper()
		_, err := newHTTP(t, target.via(location)).Scrape(t.Context())
		checkFailure(t, err, ReasonStatus, text)
	}
	check("file:///etc/passwd", `redirect to the scheme "file" is not followed`)
	check("gopher://127.0.0.1/", `redirect to the scheme "gopher" is not followed`)
	check("http://[::1", "redirect 302 Found: Location is not a URL")

	cfg := promconfig.DefaultHTTPClientConfig
	cfg.FollowRedirects = false
	_, err := newHTTPWith(t, target.via(target.url), cfg).Scrape(t.Context())
	checkFailure(t, err, ReasonStatus, "server returned HTTP status 302 Found")
}

// TestRedirectIsTold: a server that wants the credentials that stayed behind is
// not the one of the configuration.
func TestRedirectIsTold(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer refusing.Close()
	target := newObserver(t, httptest.NewServer)
	_, err := newHTTP(t, target.via(refusing.URL+"/x?key=canary")).Scrape(t.Context())
	checkFailure(t, err, ReasonStatus, "server returned HTTP status 401 Unauthorized, after a redirect to "+refusing.URL+"/x?…")
}

func TestRedirectLimit(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		left, _ := strconv.Atoi(r.FormValue("left"))
		if left == 0 {
			serveText(w, r)
			return
		}
		http.Redirect(w, r, "/?left="+strconv.Itoa(left-1), http.StatusTemporaryRedirect)
	})
	// net/http counts requests, so the tenth redirect is the first refused.
	checkText(t, newHTTP(t, server.URL+"/?left=9"), sample)
	_, err := newHTTP(t, server.URL+"/?left=10").Scrape(t.Context())
	checkFailure(t, err, ReasonStatus, "stopped after 10 redirects")
}

// A Location is of no interest where there is no redirect.
func TestRedirectLocationBeside200(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://[::1")
		serveText(w, r)
	})
	checkText(t, newHTTP(t, server.URL), sample)
}

func TestOrigin(t *testing.T) {
	check := func(a, b string, want bool) {
		t.Helper()
		if got := origin(parseURL(t, a)) == origin(parseURL(t, b)); got != want {
			t.Errorf("%s and %s: got %v, want %v", a, b, got, want)
		}
	}
	check("http://a/x", "http://A:80/y?z", true)
	check("https://a", "https://a:443", true)
	check("http://[::1]:80", "http://[::1]", true)
	check("http://a", "https://a", false)
	check("http://a:443", "https://a", false)
	check("http://a:80", "http://a:81", false)
	check("http://a", "http://b.a", false)
	check("http://127.0.0.1", "http://localhost", false)
}
