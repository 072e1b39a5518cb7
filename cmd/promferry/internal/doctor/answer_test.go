package doctor

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// hear asks a server once, and returns what was heard and the body that the asker
// got nevertheless.
func hear(t *testing.T, answer http.HandlerFunc) (heard, string) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	h := &hearing{next: http.DefaultTransport}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/v1/write", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := h.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return h.answer(), string(body)
}

// saying answers with a status and a text.
func saying(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, text)
	}
}

// TestAnswersOfReceivers: each answer that many have seen leads to what is to be
// done about it.
func TestAnswersOfReceivers(t *testing.T) {
	refused := errors.New("post: refused")
	for _, test := range []struct {
		name          string
		answer        http.HandlerFunc
		err           error
		outcome       Outcome
		found, advice string
	}{
		{"well", saying(204, ""), nil, OK, "it takes remote_write: status 204", ""},
		{"Prometheus without the flag", saying(404, "remote write receiver needs to be enabled with --web.enable-remote-write-receiver\n"), refused, Failed, "status 404: remote write receiver needs", "Start Prometheus with --web.enable-remote-write-receiver."},
		{"another path", saying(404, "404 page not found\n"), refused, Failed, "status 404: 404 page not found", "VictoriaMetrics take it at /api/v1/write, Mimir and Cortex at /api/v1/push"},
		{"a page for reading", saying(405, ""), refused, Failed, "status 405", "Correct url of remote_write \"m\""},
		{"no tenant", saying(401, "no org id"), refused, Failed, "status 401: no org id", "X-Scope-OrgID"},
		{"not for us", saying(403, ""), refused, Failed, "status 403", "may not write"},
		{"no protocol 1.0", saying(415, ""), refused, Failed, "status 415", "remote_write 1.0"},
		{"empty request", saying(400, "empty"), refused, Warning, "status 400: empty", "doctor sends none"},
		{"too much", saying(429, ""), refused, Warning, "status 429", "Raise its limits"},
		{"ill", saying(503, "starting\nup"), refused, Failed, "status 503: starting", "waits until it answers well"},
		{"login", saying(200, "<!doctype html><title>Sign in"), refused, Failed, "status 200, with a web page", "for people"},
		{"TLS", saying(400, "Client sent an HTTP request to an HTTPS server.\n"), refused, Failed, "it speaks TLS", "write https://"},
		{"moved", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://user:canary@elsewhere/write?token=canary")
			w.WriteHeader(308)
		}, refused, Failed, "a redirect to https://elsewhere/write", "write where it leads"},
	} {
		got, _ := hear(t, test.answer)
		a := &audience{who: speaker{`remote_write "m"`, "the receiver", "url"}}
		a.judge(t.Context(), got, test.err)
		c := a.Checks[0]
		if c.Outcome != test.outcome || !strings.Contains(c.Found, test.found) || !strings.Contains(c.Advice, test.advice) {
			t.Errorf("%s: got %+v, want %s, %q and %q", test.name, c, test.outcome, test.found, test.advice)
		}
		if (c.Advice == "") != (c.Outcome == OK) || strings.Contains(c.Found+c.Advice, "canary") {
			t.Errorf("%s: got %+v", test.name, c)
		}
	}
}

// TestHearingLeavesTheAnswer: who asked reads the whole of it.
func TestHearingLeavesTheAnswer(t *testing.T) {
	long := strings.Repeat("long", maxHeard)
	got, body := hear(t, saying(500, long))
	if body != long || len(got.text) != maxHeard {
		t.Errorf("the asker got %d bytes of %d, the hearing keeps %d of at most %d", len(body), len(long), len(got.text), maxHeard)
	}
}

// TestReceiversClock: samples have the time of this host, so a difference is told.
func TestReceiversClock(t *testing.T) {
	for _, test := range []struct {
		ahead time.Duration
		want  string
	}{
		{0, "that of this host"},
		{-4 * time.Second, "that of this host"},
		{time.Hour, "the receiver's clock is 1h0m0s ahead of this host's"},
		{-time.Minute, "the receiver's clock is 1m0s behind this host's"},
	} {
		got, _ := hear(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(test.ahead).UTC().Format(http.TimeFormat))
		})
		if off := (got.ahead - test.ahead).Abs(); off > 2*time.Second {
			t.Errorf("%s: heard %s", test.ahead, got.ahead)
		}
		a := new(audience)
		a.checkClock(test.ahead)
		if c := a.Checks[0]; c.Found != test.want || (c.Outcome == Warning) != (c.Advice != "") {
			t.Errorf("%s: got %+v, want %q", test.ahead, c, test.want)
		}
	}
}
