package doctor

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/promferry/promferry/push"
)

// An exchange answers as its function does.
type exchange func(*http.Request) (*http.Response, error)

func (e exchange) RoundTrip(r *http.Request) (*http.Response, error) { return e(r) }

// A Pushgateway without groups, by path.
var pushgateway = map[string]string{
	"/api/v1/status":  `{"status":"success","data":{"build_information":{"version":"1.5.1"},"flags":{"push.disable-consistency-check":"false"},"start_time":"2026-01-01T00:00:00Z"}}`,
	"/metrics":        "# TYPE pushgateway_build_info gauge\npushgateway_build_info 1\n",
	"/api/v1/metrics": `{"status":"success","data":[]}`,
}

// interruptedAt examines a gateway whose question for a path is interrupted.
func interruptedAt(t *testing.T, path string) Report {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	g := &push.Gateway{Name: "g", URL: &url.URL{Scheme: "http", Host: "gw"}, Timeout: time.Minute, Transport: exchange(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == path {
			interrupt()
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain; version=0.0.4"}}, Body: io.NopCloser(strings.NewReader(pushgateway[r.URL.Path])), Request: r}, nil
	})}
	return Examination{Gateways: []Subject{{Gateway: g, Now: time.Now}}}.Run(ctx)
}

// TestDiscoveryInterrupted: nor is it one of what is asked for targets.
func TestDiscoveryInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var host Checks
	if host.CheckDiscovery(ctx, []error{context.Canceled}); host.Worst() != NotReached {
		t.Errorf("got %+v", host)
	}
}

// TestInterrupted: that somebody wants no more of it is no defect of a gateway.
func TestInterrupted(t *testing.T) {
	for path, check := range map[string]string{"/api/v1/status": linkAnswers, "/metrics": "metrics", "/api/v1/metrics": "groups", "": ""} {
		r := interruptedAt(t, path)
		reached := ""
		for _, c := range r.Gateways[0].Checks {
			switch {
			case c.Outcome == Failed || c.Outcome == Warning:
				t.Errorf("%q: %s: got %s, %q", path, c.Name, c.Outcome, c.Found)
			case c.Name == check:
				reached = string(c.Outcome)
			}
		}
		if check != "" && reached != string(NotReached) || r.Interrupted != (check != "") {
			t.Errorf("%q: %s is %q, interrupted %v", path, check, reached, r.Interrupted)
		}
		if says := r.verdict(); strings.HasPrefix(says, "interrupted: ") != r.Interrupted || strings.Contains(says, "--timeout") {
			t.Errorf("%q: got %q", path, says)
		}
	}
}
