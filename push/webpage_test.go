package push

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestWebPageIsNoSuccess: whatever answers 200 to everything stores nothing.
func TestWebPageIsNoSuccess(t *testing.T) {
	check := func(kind, body string, want bool) {
		t.Helper()
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = []string{kind}
			_, _ = io.WriteString(w, body)
		})
		for _, method := range []string{http.MethodPut, http.MethodDelete} {
			err := gatewayAt(t, server.URL).do(t.Context(), method, testPath, bodyOf("a 1\n", 1))
			if got := isPage(err); got != want || !want && err != nil {
				t.Errorf("%s answered with %q %.30q: got %v, want a page: %v", method, kind, body, err, want)
			}
		}
	}
	page := "<!doctype html><title>Log in</title>" + strings.Repeat("<p>", 100_000)
	check("text/html", page, true)
	check("Text/HTML; charset=utf-8", "Welcome", true)
	check("application/xhtml+xml", "<?xml version='1.0'?>", true)
	check("", page, true)
	check("text/plain", "\xef\xbb\xbf \n<HTML>", true)
	check("text/html", "", false)
	check("", "", false)
	check("text/plain", "ok\n", false)
	check("application/json", "{}", false)
}

func TestWebPageIsLikeAWrongPath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake{answer: func(int, sent) (int, string) { return 200, "<html>Welcome</html>" }}
		b := newBench(t, &f)
		b.GiveUp = 0
		b.run(t)
		for range 12 {
			batch := Gateways{{b.Gateway}}.Begin(Replace, Origin{})
			gauge("a", 1).AppendTo(batch, groupOf("a"))
			batch.Commit()
			<-time.After(15 * time.Second)
		}
		status := b.Status()
		if status.State != StateRefusing || !status.LastSuccess.IsZero() {
			t.Errorf("got %+v, want one that refuses", status)
		}
		if text := status.LastError.Error(); !strings.Contains(text, "answered 200 with a web page") || !strings.Contains(text, `correct url of gateway "gw"`) {
			t.Errorf("got %s", text)
		}
		b.wantCount(t, "promferry_pushes_total", "", 0)
		if errors, sent := b.count(t, "promferry_push_errors_total", "web_page"), len(f.sent()); errors != float64(sent) || sent < 3 || sent > 8 {
			t.Errorf("got %v errors of %d requests, want all, and growing distances", errors, sent)
		}
	})
}

func TestPlainRequestToATLSServerIsExplained(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	err := gatewayAt(t, strings.Replace(server.URL, "https:", "http:", 1)).do(t.Context(), http.MethodPut, testPath, bodyOf("a 1\n", 1))
	wantError(t, err, "status 400", "it speaks TLS: write https:// in the gateway's url")
	if got := classify(err); got != later {
		t.Errorf("got class %v, want later: it is set up wrong", got)
	}
}
