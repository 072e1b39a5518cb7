package test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A gatewayFault is a gateway that goes wrong.
type gatewayFault struct {
	name   string
	answer http.HandlerFunc // nil: nothing listens
	reason string           // the metric's label
	says   string           // in the error
}

// timeout is short where that is the fault. The others answer, in time also on a
// machine that is busy.
func (f gatewayFault) timeout() string {
	if f.reason == "timeout" {
		return "300ms"
	}
	return "30s"
}

// gatewayFaults needs the URL that the redirect leads to.
func gatewayFaults(elsewhere string) []gatewayFault {
	return []gatewayFault{
		{"refused", nil, "connect", "connection refused"},
		{"307", redirect(http.StatusTemporaryRedirect, elsewhere), "307", "status 307, want 200 or 202: a redirect to"},
		{"301", redirect(http.StatusMovedPermanently, elsewhere), "301", "status 301, want 200 or 202: a redirect to"},
		{"400", status(http.StatusBadRequest, "text format parsing error in line 1:\n\tno \x1b[31mgood"), "400", "text format parsing error in line 1: no"},
		{"401", status(http.StatusUnauthorized, "who are you"), "401", "who are you"},
		{"page", readThen(typed("text/html", "<html>log in</html>")), "web_page", "answered 200 with a web page"},
		{"500", status(http.StatusInternalServerError, strings.Repeat("<p>", 100_000)), "500", "status 500"},
		{"hangs", hang, "timeout", "no answer within 300ms"},
		{"resets", readThen(rawReset("")), "connection", "reset"},
		{"closes", readThen(raw("")), "connection", "EOF"},
	}
}

func redirect(code int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.Redirect(w, r, to+r.URL.Path, code)
	}
}

func readThen(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		answer(w, r)
	}
}

// start returns the URL of a gateway with the fault.
func (f gatewayFault) start(t *testing.T) string {
	if f.answer == nil {
		s := startScripted(t, hang)
		s.Close()
		return s.URL
	}
	return startScripted(t, f.answer).URL
}

// TestBadGatewayOnce pushes to each faulty gateway by `promferry once`.
func TestBadGatewayOnce(t *testing.T) {
	t.Parallel()
	target := startScripted(t, exposition(goodText))
	elsewhere := startScripted(t, status(http.StatusOK, ""))
	t.Run("gateways", func(t *testing.T) {
		for _, fault := range gatewayFaults(elsewhere.URL) {
			t.Run(fault.name, func(t *testing.T) {
				t.Parallel()
				r := once(t, config(t, `
					gateway "office" {
						url     = %q
						timeout = %q
					}
					job "app" {
						targets  = [%q]
						instance = "i-1"
					}
				`, fault.start(t), fault.timeout(), target.address()))
				checkFailedOnce(t, r, `"i-1"`, fault.says)
				if !strings.Contains(r.stderr, `gateway "office"`) || !strings.Contains(r.stderr, `job="app"`) {
					t.Errorf("stderr does not name gateway and group: %s", r.stderr)
				}
				if len(r.stderr) > 3000 || strings.Contains(r.stderr, "\x1b") {
					t.Errorf("stderr has %d bytes: %.200q", len(r.stderr), r.stderr)
				}
			})
		}
	})
	if n := elsewhere.requests.Load(); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// TestBadGatewaysUnderRun lets one daemon push to all faulty gateways and a
// good one. The process lives, the good one gets its pushes, each fault is
// logged once and counted with its reason.
func TestBadGatewaysUnderRun(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	elsewhere := startScripted(t, status(http.StatusOK, ""))
	faults := gatewayFaults(elsewhere.URL)
	var gateways strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&gateways, "gateway \"%s\" {\n url = %q\n timeout = %q\n}\n", f.name, f.start(t), f.timeout())
	}
	ferry := run(t, config(t, `
		global { scrape_interval = "400ms" }
		gateway "good" { url = %q }
		%s
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`, gw.url, gateways.String(), target.address()), "--shutdown.timeout=5s") // in which the good one is told

	eventually(t, "good gateway", gw.groupHolds("app", goodSeries, 1))
	for _, f := range faults {
		series := fmt.Sprintf("promferry_push_errors_total{gateway=%q,reason=%q}", f.name, f.reason)
		eventually(t, series, func() error { return ferry.atLeast(series, 2) })
	}
	eventually(t, "states on the page", func() error { return ferry.shows("refused", "down", "good", "answering", "401", "refusing") })
	target.answer.Store(exposition("app_a 3\n"))
	eventually(t, "good gateway, later", gw.groupHolds("app", seriesSet{"app_a": 3}, 1))
	ferry.lives(t)
	ferry.terminateWith(t, 1)
	if err := gw.groupHolds("app", seriesSet{}, 0)(); err != nil {
		t.Errorf("good gateway after SIGTERM: %v", err)
	}
	for _, f := range faults {
		lines := slices.Concat(
			linesWith(ferry.stderr.String(), `msg="push failed"`, "gateway="+f.name+" "),
			linesWith(ferry.stderr.String(), `msg="gateway does not answer"`, "gateway="+f.name+" "),
			linesWith(ferry.stderr.String(), `msg="gateway refuses the credentials"`, "gateway="+f.name+" "),
		)
		if len(lines) != 1 || !strings.Contains(lines[0], f.says) {
			t.Errorf("%s: log is not one line with %q: %q", f.name, f.says, lines)
		}
	}
	if n := elsewhere.requests.Load(); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// shows checks the states of gateways on the status page: name, state, name, …
func (d daemon) shows(want ...string) error {
	page, err := get(d.url + "/")
	if err != nil {
		return err
	}
	for pair := range slices.Chunk(want, 2) {
		row := regexp.MustCompile(`<bdi>` + pair[0] + `</bdi>.*\s*.*<span class="state (good|bad)">` + pair[1] + `</span> for `)
		if !row.Match(page) {
			return fmt.Errorf("gateway %s is not shown as %s", pair[0], pair[1])
		}
	}
	return nil
}

// TestGatewayRestartedEmpty: a gateway that has lost all is filled again,
// although the target's values did not change.
func TestGatewayRestartedEmpty(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	_, ferry := relaying(t, gw)
	eventually(t, "first push", gw.groupHolds("app", goodSeries, 1))
	gw.delete(t, "app", "i")
	eventually(t, "push after the loss", gw.groupHolds("app", goodSeries, 1))
	ferry.terminate(t)
}
