package remote

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/transport"
)

// newReceiver returns a store whose receiver is a real server.
func newReceiver(t *testing.T, handle http.HandlerFunc) *bench {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL + "/api/v1/write?token=hunter2")
	if err != nil {
		t.Fatal(err)
	}
	return newBench(t, nil, nil, func(s *Settings, _ *Options) {
		s.URL, s.Timeout = at, time.Minute
		s.Transport = transport.New(promconfig.DefaultHTTPClientConfig, transport.Options{UserAgent: "promferry/test"})
		t.Cleanup(s.Transport.(interface{ CloseIdleConnections() }).CloseIdleConnections)
	})
}

// A request is as the specification wants it, section "Protocol".
func TestRequestAsSent(t *testing.T) {
	var got *http.Request
	var body []byte
	b := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	stop := b.run(t)
	b.scrape("a", 300)
	b.scrape("b", 300)
	b.drain(t)
	stop()
	if got == nil || got.Method != http.MethodPost || got.RequestURI != "/api/v1/write?token=hunter2" || got.ContentLength != int64(len(body)) {
		t.Fatalf("got %+v, want a POST to the url with a length", got)
	}
	for name, want := range map[string]string{
		"Content-Type":                      "application/x-protobuf",
		"Content-Encoding":                  "snappy",
		"X-Prometheus-Remote-Write-Version": "0.1.0",
		"User-Agent":                        "promferry/test",
		"Idempotency-Key":                   "",
	} {
		if value := got.Header.Get(name); value != want {
			t.Errorf("%s: got %q, want %q", name, value, want)
		}
	}
	if series := decode(body); len(series) != 600 || nameOf(series[299]) != "a/metric_299" || nameOf(series[300]) != "b/metric_0" {
		t.Errorf("got %d series, want 300 of each target", len(series))
	}
	b.wantCount(t, "bytes_total", "", float64(len(body)))
	b.wantCount(t, "requests_total", "204", 1)
}

// An error says what was asked, what came, and what to try, in one line without
// secrets.
func TestErrorTexts(t *testing.T) {
	checkWithin := func(timeout time.Duration, want string, handle http.HandlerFunc) {
		t.Helper()
		b := newReceiver(t, handle)
		settings := b.current()
		settings.Timeout = timeout
		b.Set(settings)
		a := b.Ask(t.Context())
		if a.Err == nil {
			t.Errorf("got no error, want %q", want)
			return
		}
		text := a.Err.Error()
		if !strings.HasPrefix(text, "post http://127.0.0.1:") || !strings.Contains(text, want) || strings.Contains(text, "hunter2") || strings.Contains(text, "\n") || len(text) > 2000 {
			t.Errorf("got %q, want %q in one line without secrets", text, want)
		}
	}
	check := func(want string, handle http.HandlerFunc) {
		t.Helper()
		checkWithin(time.Minute, want, handle)
	}
	answer := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	check(`status 404, want 2xx: check the path of the url`, answer(404, "404 page not found"))
	check(`status 400, want 2xx: "out of order sample"`, answer(400, "out of order\n sample\n"))
	check(`"requestURI: /api/v1/write?<secret>; unsupported path"`, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		_, _ = io.WriteString(w, "requestURI: "+r.RequestURI+"; unsupported path")
	})
	check(`status 500, want 2xx: "xxx`, answer(500, strings.Repeat("x", 1<<20)))
	check(`answered 200 with a web page: no receiver of remote_write there, a login page or a wrong path? correct url of remote_write "store"`, answer(200, "<!doctype html><title>Log in"))
	check(`a redirect to "https://login.example/x" is not followed; is the url of remote_write "store" complete?`, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://me:hunter2@login.example/x?y=hunter2", http.StatusTemporaryRedirect)
	})
	checkWithin(time.Second, "no answer within 1s", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
}

// A receiver that repeats what it got does not make its credentials known, and is
// understood as ever.
func TestEchoedCredentials(t *testing.T) {
	b := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "out of order sample: %v", r.Header)
	})
	settings := b.current()
	config := promconfig.DefaultHTTPClientConfig
	config.Authorization = &promconfig.Authorization{Type: "Bearer", Credentials: "hunter2"}
	config.HTTPHeaders = &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Order": {Values: []string{"order"}}}}
	settings.Transport = transport.New(config, transport.Options{})
	defer settings.Transport.(interface{ CloseIdleConnections() }).CloseIdleConnections()
	b.Set(settings)
	a := b.Ask(t.Context())
	if a.Err == nil || strings.Contains(a.Err.Error(), "hunter2") || !isEcho(a.Err) {
		t.Errorf("got %v, want a refusal of what is stored, without secrets", a.Err)
	}
}

// A port that speaks TLS has refused nothing: what it did not get waits.
func TestPlainToTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	b := newReceiver(t, http.NotFound)
	settings := b.current()
	settings.URL = &url.URL{Scheme: "http", Host: server.Listener.Addr().String(), Path: "/"}
	b.Set(settings)
	if a := b.Ask(t.Context()); classify(a.Err) != again || !strings.Contains(a.Err.Error(), "write https://") {
		t.Errorf("got %v, want one that is tried again and says how to put it right", a.Err)
	}
}

// Without its password nothing is asked: the log must not say that nothing answers.
func TestNoPassword(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, empty + "-is-missing"} {
		b := newReceiver(t, func(http.ResponseWriter, *http.Request) { t.Error("got a request") })
		settings := b.current()
		config := promconfig.DefaultHTTPClientConfig
		config.BasicAuth = &promconfig.BasicAuth{Username: "me", PasswordFile: file}
		settings.Transport = transport.New(config, transport.Options{})
		b.Set(settings)
		ended := make(chan Outcome, 100)
		b.options.OnDone = func(o Outcome) { ended <- o }
		stop := b.run(t)
		b.scrape("a", 2000)
		for range downAfter {
			<-ended
		}
		stop()
		b.wantLog(t, noSecret, 1)
		b.wantLog(t, noAnswer, 0)
	}
}
