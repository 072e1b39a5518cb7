package gateway

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func serve(t testing.TB, g *Gateway, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

func TestRoutes(t *testing.T) {
	check := func(method, path string, wantStatus int, wantHeader, wantValue string) {
		t.Helper()
		w := serve(t, New(), httptest.NewRequest(method, path, nil))
		if w.Code != wantStatus {
			t.Errorf("%s %s: got %d, want %d", method, path, w.Code, wantStatus)
		}
		if got := w.Header().Get(wantHeader); got != wantValue {
			t.Errorf("%s %s: got %s %q, want %q", method, path, wantHeader, got, wantValue)
		}
	}
	check("GET", "/-/ready", 200, "Allow", "")
	check("GET", "/-/healthy", 200, "Allow", "")
	check("GET", "/metrics", 200, "Content-Type", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
	check("GET", "/", 302, "Location", "/metrics")
	check("GET", "/metrics/job/j", 405, "Allow", "DELETE, POST, PUT")
	check("PATCH", "/metrics/job@base64/ag", 405, "Allow", "DELETE, POST, PUT")
	check("PUT", "/metrics/job/j/a//instance/x", 307, "Location", "/metrics/job/j/a/instance/x")
	check("PUT", "/elsewhere", 404, "Allow", "")
}

func TestRefusalNamesInconsistency(t *testing.T) {
	const want = "pushed metrics are invalid or inconsistent with existing metrics: "
	w := serve(t, New(), httptest.NewRequest("PUT", "/metrics/job/j", strings.NewReader("a 1 1600000000000\n")))
	if w.Code != http.StatusBadRequest || !strings.HasPrefix(w.Body.String(), want) {
		t.Errorf("got %d %q, want 400 %q...", w.Code, w.Body, want)
	}
}

// TestPushesAndScrapesAtOnce is for the race detector, and for C50: nothing of
// one group is lost to a push of another.
func TestPushesAndScrapesAtOnce(t *testing.T) {
	g := New()
	send := func(method, path, body string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if w := serve(t, g, r); w.Code >= 300 {
			t.Errorf("%s %s: got %d", method, path, w.Code)
		}
	}
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			path := fmt.Sprintf("/metrics/job/j/instance/%d", i)
			for n := range 10 {
				send("PUT", path, fmt.Sprintf("m{b=\"2\",a=\"1\"} %d\n", n))
				send("DELETE", path+"/x/y", "")
				send("GET", "/metrics", "")
			}
		})
	}
	clients.Wait()
	text := serve(t, g, httptest.NewRequest("GET", "/metrics", nil)).Body.String()
	for i := range 8 {
		if want := fmt.Sprintf("\nm{a=\"1\",b=\"2\",instance=\"%d\",job=\"j\"} 9\n", i); !strings.Contains(text, want) {
			t.Errorf("/metrics has no %q", want)
		}
	}
}
