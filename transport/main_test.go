package transport

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	promconfig "github.com/prometheus/common/config"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve is an HTTP server that lives as long as t.
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func serveTLS(t testing.TB, cfg *tls.Config, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.TLS = cfg
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// echo answers with a header of the request.
func echo(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get(name)) }
}

// write makes or replaces a file.
func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func tempFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, text)
	return path
}

// newTransport closes what is idle when t ends.
func newTransport(t testing.TB, cfg promconfig.HTTPClientConfig) http.RoundTripper {
	t.Helper()
	transport := New(cfg, Options{})
	t.Cleanup(func() { closeIdle(transport) })
	return transport
}

// get returns the status and the body of an answer.
func get(t testing.TB, over http.RoundTripper, u string) (code int, text string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := over.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// checkAnswer expects a whole answer of 200.
func checkAnswer(t testing.TB, over http.RoundTripper, u, want string) {
	t.Helper()
	code, got, err := get(t, over, u)
	if err != nil || code != http.StatusOK || got != want {
		t.Errorf("got %d %q, %v; want 200 %q", code, got, err, want)
	}
}

// checkFailure expects an *Error with reason and each of texts.
func checkFailure(t testing.TB, err error, reason Reason, texts ...string) {
	t.Helper()
	var failed *Error
	if !errors.As(err, &failed) || failed.Reason != reason {
		t.Fatalf("got %T %v, want an *Error with reason %q", err, err, reason)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("got error %q, want %q in it", err, text)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("got error %q, want no secret in it", err)
	}
}
