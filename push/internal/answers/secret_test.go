package answers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHide(t *testing.T) {
	asked := httptest.NewRequest(http.MethodPost, "http://me:pass%2Fword@store.example/api?token=se%2Bcret&id=7&barekey", nil)
	check := func(text, want string) {
		t.Helper()
		if got := string(Hide([]byte(text), asked, new(http.Response))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	check("requestURI: /api?token=se%2Bcret&id=7&barekey; unsupported", "requestURI: /api?<secret>; unsupported")
	check("/api?id=7&token=se%2Bcret", "/api?id=7&token=<secret>")
	check("token se+cret, twice se+cret", "token <secret>, twice <secret>")
	check("barekey of me with pass/word or pass%2Fword", "<secret> of me with <secret> or <secret>")
	check("id=7 is not short of tokens", "id=7 is not short of tokens")
	check("se+cre", "se+cre") // all of an answer: no beginning of a secret
	check(strings.Repeat("x", BodyLimit-6)+"se+cre", strings.Repeat("x", BodyLimit-6))
	check("", "")
}

// What the transport has added to a request is for the server, and for nobody who
// reads its answers.
func TestHideHeaders(t *testing.T) {
	asked := httptest.NewRequest(http.MethodPut, "http://gateway.example/metrics/job/a", nil)
	asked.Header.Set("Content-Type", "text/plain")
	sent := asked.Clone(t.Context())
	sent.SetBasicAuth("relay", "pass word")
	sent.Header.Set("X-Tenant", "tenant-7")
	sent.Header.Set("User-Agent", "promferry/1.0")
	check := func(text, want string) {
		t.Helper()
		if got := string(Hide([]byte(text), asked, &http.Response{Request: sent})); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	check("Authorization: Basic cmVsYXk6cGFzcyB3b3Jk", "Authorization: <secret>")
	check("cmVsYXk6cGFzcyB3b3Jk is relay:pass word", "<secret> is <secret>")
	check("relay may not come with pass+word", "relay may not come with <secret>")
	check("no tenant-7 for text/plain of promferry/1.0", "no <secret> for text/plain of promferry/1.0")
	sent.Header.Set("Authorization", "Bearer se.cr.et")
	check("Bearer se.cr.et, or se.cr.et", "<secret>, or <secret>")
	sent.Header.Set("Authorization", "Bearer secret")
	check("Bearer secret, or secret", "<secret>, or <secret>")
}
