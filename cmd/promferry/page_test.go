package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/promferry/promferry/cmd/promferry/internal/status"
)

const shownJobs = `
gateway "a" {
  url = "http://a:9091/prefix"
}
job "one" {
  targets = ["t1:80", "localhost:80"]
  params  = { token = ["canary"] }
  static_config {
    targets = ["t2:80"]
    labels  = { drop = "me", __tmp_token = "canary" }
  }
  relabel_config {
    source_labels = ["drop"]
    regex         = "me"
    action        = "drop"
  }
}
`

func TestPagesAnswer(t *testing.T) {
	p := shownFerry(t, shownJobs)
	for target, want := range map[string]struct {
		code     int
		kind     string
		contains string
	}{
		"/":                             {200, "text/html; charset=utf-8", `<a href="http://a:9091/prefix/"><code>/metrics/job/one/instance/t1:80</code></a>`},
		"/?state=up":                    {200, "text/html; charset=utf-8", "No target of 2 is like that."},
		"/?state=lost":                  {400, "text/plain; charset=utf-8", `state="lost": want all, `},
		"/?format=text":                 {200, "text/plain; charset=utf-8", "one  2        1        0"},
		"/api/v1/targets":               {200, "application/json", `"health":"unknown"`},
		"/api/v1/targets?state=dropped": {200, "application/json", `"droppedTargetCounts":{"one":1}`},
		"/api/v1/targets?state=lost":    {400, "application/json", `"errorType":"bad_data"`},
		"/api/v1/gateways":              {200, "application/json", `"url":"http://a:9091/prefix","state":"unknown"`},
		"/api/v1/remote_writes":         {200, "application/json", `"remoteWrites":[]`},
		"/config":                       {200, "text/plain; charset=utf-8", "params  = <secret>"},
		"/nothing":                      {404, "text/plain; charset=utf-8", "404"},
	} {
		got := p.answerOf(target)
		if body := got.Body.String(); got.Code != want.code || !strings.Contains(body, want.contains) || strings.Contains(body, "canary") {
			t.Errorf("%s: status %d, want %d and %s in:\n%s", target, got.Code, want.code, want.contains, body)
		}
		header := got.Header()
		if kind := header.Get("Content-Type"); kind != want.kind {
			t.Errorf("%s: content type %s, want %s", target, kind, want.kind)
		}
		if header.Get("Content-Security-Policy") != status.Policy || header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: these headers do not protect it: %v", target, header)
		}
	}
}

// TestPagesAreForReading: HEAD is like GET, all else is refused.
func TestPagesAreForReading(t *testing.T) {
	p := shownFerry(t, shownJobs)
	handler := (&webFlags{telemetryPath: "/metrics"}).handler(p.ferry, nil)
	for _, path := range []string{"/", "/api/v1/targets", "/api/v1/gateways", "/api/v1/remote_writes", "/config"} {
		for method, want := range map[string]int{http.MethodHead: 200, http.MethodPost: 405, http.MethodDelete: 405} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			if w.Code != want {
				t.Errorf("%s %s: status %d, want %d", method, path, w.Code, want)
			}
		}
	}
}

// TestSnapshotHidesSecrets: parameters and what was found with them.
func TestSnapshotHidesSecrets(t *testing.T) {
	s := shownFerry(t, shownJobs).snapshot()
	job := s.Jobs[0]
	if got := job.Targets[0].Discovered.Get("__param_token"); got != "<secret>" {
		t.Errorf("a parameter is shown as %q, want <secret>", got)
	}
	if got := job.Dropped[0].Get("__param_token"); got != "<secret>" {
		t.Errorf("a parameter of a dropped target is shown as %q, want <secret>", got)
	}
	if got := job.Dropped[0].Get("__tmp_token"); got != "<secret>" {
		t.Errorf("a label for rules is shown as %q, want <secret>", got)
	}
	if got := job.Targets[1].GlobalURL; strings.Contains(got, "localhost") || !strings.HasSuffix(got, ":80/metrics") {
		t.Errorf("others see the target at %s, want this host's name", got)
	}
}
