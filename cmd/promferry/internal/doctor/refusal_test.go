package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promferry/promferry/push/remote"
)

// TestAnswersOfReceivers: each answer that many have seen leads to what is to be
// done about it.
func TestAnswersOfReceivers(t *testing.T) {
	answer := func(code int, body string) error {
		return fmt.Errorf("ask: %w", &remote.StatusError{Code: code, Body: body})
	}
	const begun, silent = true, false
	for _, test := range []struct {
		name          string
		err           error
		begun         bool
		outcome       Outcome
		found, advice string
	}{
		{"well", nil, begun, OK, "it takes remote_write", ""},
		{"Prometheus without the flag", answer(404, "remote write receiver needs to be enabled with --web.enable-remote-write-receiver"), begun, Failed, "status 404: remote write receiver needs", "Start Prometheus with --web.enable-remote-write-receiver."},
		{"another path", answer(404, "404 page not found"), begun, Failed, "status 404: 404 page not found", "VictoriaMetrics take it at /api/v1/write, Mimir and Cortex at /api/v1/push"},
		{"a page for reading", answer(405, ""), begun, Failed, "status 405", `Correct url of remote_write "m"`},
		{"no tenant", answer(401, "no org id"), begun, Failed, "status 401: no org id", "X-Scope-OrgID"},
		{"not for us", answer(403, ""), begun, Failed, "status 403", "may not write"},
		{"no protocol 1.0", answer(415, ""), begun, Failed, "status 415", "remote_write 1.0"},
		{"empty request", answer(400, "empty"), begun, Warning, "status 400: empty", "doctor sends none"},
		{"VictoriaMetrics at another path", answer(400, `unsupported path requested: "/write"`), begun, Failed, "status 400: unsupported path", "VictoriaMetrics take it at /api/v1/write"},
		{"too large", answer(413, ""), begun, Failed, "status 413", `lower max_samples_per_send in queue of remote_write "m"`},
		{"never taken", answer(422, ""), begun, Failed, "status 422", "is dropped"},
		{"too much", answer(429, ""), begun, Warning, "status 429", "Raise its limits"},
		{"ill", answer(503, "starting"), begun, Failed, "status 503: starting", "waits until it answers well"},
		{"login", errors.New("post: answered 200 with a web page"), begun, Failed, "a web page", "no receiver"},
		{"TLS", &remote.StatusError{Code: 400, WantsTLS: true}, begun, Failed, "it speaks TLS", "write https://"},
		{"moved", &remote.StatusError{Code: 308, Location: "https://elsewhere/write"}, begun, Failed, "a redirect to https://elsewhere/write", "write where it leads"},
		{"slow", fmt.Errorf("post: %w", context.DeadlineExceeded), silent, Failed, "deadline", "raise timeout"},
		{"cut off", errors.New("post: connection reset"), silent, Failed, "connection reset", "Look at its log"},
	} {
		a := &audience{who: speaker{`remote_write "m"`, "the receiver", "url", true}}
		if answered := a.judge(test.err, test.begun); answered != test.begun {
			t.Errorf("%s: answered is %v", test.name, answered)
		}
		c := a.Checks[0]
		if c.Outcome != test.outcome || !strings.Contains(c.Found, test.found) || !strings.Contains(c.Advice, test.advice) || (c.Advice == "") != (c.Outcome == OK) {
			t.Errorf("%s: got %+v, want %s, %q and %q", test.name, c, test.outcome, test.found, test.advice)
		}
	}
}

// TestReceiversClock: samples have the time of this host, so a difference is told.
func TestReceiversClock(t *testing.T) {
	for ahead, want := range map[time.Duration]string{
		0:                "that of this host",
		-4 * time.Second: "that of this host",
		-time.Hour:       "the receiver's clock is 1h0m0s ahead of this host's",
		time.Minute:      "the receiver's clock is 1m0s behind this host's",
	} {
		a := new(audience)
		a.checkClock(ahead)
		if c := a.Checks[0]; c.Found != want || (c.Outcome == Warning) != (c.Advice != "") {
			t.Errorf("%s: got %+v, want %q", ahead, c, want)
		}
	}
}
