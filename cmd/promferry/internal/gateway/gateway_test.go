package gateway

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func serve(t testing.TB, g *Gateway, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

func TestOnPushTellsEachPush(t *testing.T) {
	var got []Push
	g := New()
	g.OnPush = func(p Push) { got = append(got, p) }
	zipped := zip(t, delimited(t, gaugeFamily("m", "x", "1")))
	send := func(method, path, body string, header http.Header) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header = header
		serve(t, g, r)
	}
	send("PUT", "/metrics/job/j/instance/a%20b", "a 1\nb 1\n", http.Header{})
	send("POST", "/metrics/job@base64/ag", string(zipped), http.Header{
		"Content-Type":     {protobufType},
		"Content-Encoding": {"gzip"},
	})
	send("PUT", "/metrics/job/j", "a 1\na 2\n", http.Header{})
	send("PUT", "/metrics/job/j", "a b\n", http.Header{})
	send("PUT", "/metrics/job/j/odd", "a 1\n", http.Header{})
	send("DELETE", "/metrics/job/j", "", http.Header{})
	send("DELETE", "/metrics/job/j/odd", "", http.Header{})
	send("GET", "/metrics/job/j", "", http.Header{})

	want := []Push{
		{Method: "PUT", Path: "/metrics/job/j/instance/a%20b", Status: 200, Bytes: 8, Series: 2},
		{Method: "POST", Path: "/metrics/job@base64/ag", Status: 200, Bytes: int64(len(zipped)), Series: 1},
		{Method: "PUT", Path: "/metrics/job/j", Status: 400, Bytes: 8, Series: 2},
		{Method: "PUT", Path: "/metrics/job/j", Status: 400, Bytes: 4},
		{Method: "PUT", Path: "/metrics/job/j/odd", Status: 400},
		{Method: "DELETE", Path: "/metrics/job/j", Status: 202},
		{Method: "DELETE", Path: "/metrics/job/j/odd", Status: 400},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pushes (-want +got):\n%s", diff)
	}
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
	g.OnPush = func(p Push) {
		if p.Status >= 300 {
			t.Errorf("%s %s: got %d", p.Method, p.Path, p.Status)
		}
	}
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			path := fmt.Sprintf("/metrics/job/j/instance/%d", i)
			for n := range 10 {
				serve(t, g, httptest.NewRequest("PUT", path, strings.NewReader(fmt.Sprintf("m{b=\"2\",a=\"1\"} %d\n", n))))
				serve(t, g, httptest.NewRequest("DELETE", path+"/x/y", nil))
				serve(t, g, httptest.NewRequest("GET", "/metrics", nil))
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
