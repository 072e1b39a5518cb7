package test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestDoctorOfStores: real stores are well, and nothing is stored there, nor a
// directory made for their spools.
func TestDoctorOfStores(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s store) {
		spool := filepath.Join(t.TempDir(), "in", "spool")
		target := startScripted(t, exposition(goodText+"old 1 1700000000000\n"))
		report := examine(t, 0, config(t, `
			remote_write "store" {
				url = %q
				spool { directory = %q }
			}
			job "app" { targets = [%q] }
		`, s.write, spool, target.address()))
		got := report.RemoteWrites[0]
		for name, says := range map[string]string{"resolve": "", "connect": "", "answers": "it takes remote_write", "clock": "", "spool": "not there yet, max_size is "} {
			mustHave(t, got.Checks, name, "ok", says)
		}
		mustHave(t, report.Targets[0].Checks, "carry", "ok", "by remote_write")
		if _, err := os.Stat(filepath.Dir(spool)); !os.IsNotExist(err) {
			t.Errorf("got %v of the spool's directory, want none", err)
		}
		if err := s.findsAny(`{__name__!=""}`); err == nil {
			t.Error("something is stored")
		}
	})
}

// TestDoctorOfBrokenStores: each says what to do.
func TestDoctorOfBrokenStores(t *testing.T) {
	t.Parallel()
	target := startScripted(t, exposition(goodText))
	gone := startScripted(t, hang)
	gone.Close()
	login := startScripted(t, typed("text/html", "<!doctype html><title>Sign in</title>"))
	for name, test := range map[string]struct {
		url, settings, link, outcome, says string
	}{
		"without the flag": {startPrometheus(t, "scrape_configs: []\n").url + "/api/v1/write", "", "answers", "failed", "Start Prometheus with --web.enable-remote-write-receiver."},
		"wrong path":       {startPrometheus(t, "scrape_configs: []\n").url + "/write", "", "answers", "failed", "Correct url of remote_write"},
		"refused":          {gone.URL, "", "connect", "failed", "start the receiver"},
		"tls":              {"https://" + target.address(), "", "tls", "failed", "write http://"},
		"tenant":           {startScripted(t, status(http.StatusUnauthorized, "no org id")).URL, "", "answers", "failed", "X-Scope-OrgID"},
		"login":            {login.URL, "", "answers", "failed", "a login page"},
		"silent":           {startScripted(t, hang).URL, `timeout = "300ms"`, "answers", "failed", "raise timeout"},
		"clock":            {startScripted(t, behindBy(time.Hour, status(http.StatusNoContent, ""))).URL, "", "clock", "warning", "behind this host's"},
		"spool":            {startScripted(t, status(http.StatusNoContent, "")).URL, `spool { directory = "/dev/null" }`, "spool", "failed", "is no directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code := map[string]int{"failed": 1, "warning": 0}[test.outcome]
			report := examine(t, code, config(t, `
				remote_write "store" {
					url = %q
					%s
				}
				job "app" { targets = [%q] }
			`, test.url, test.settings, target.address()))
			mustHave(t, report.RemoteWrites[0].Checks, test.link, test.outcome, test.says)
			if report.RemoteWrites[0].URL != test.url {
				t.Errorf("the url is %s, want %s", report.RemoteWrites[0].URL, test.url)
			}
		})
	}
}

// TestDoctorAsksAStoreOnce, with nothing in the request.
func TestDoctorAsksAStoreOnce(t *testing.T) {
	t.Parallel()
	r, target := startRecording(t), startScripted(t, exposition(goodText))
	examine(t, 0, config(t, "remote_write \"store\" { url = %q }\njob \"app\" { targets = [%q] }\n", r.URL, target.address()))
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.got) != 1 || len(r.got[0].request.Timeseries)+len(r.got[0].request.Metadata) != 0 {
		t.Errorf("got %d requests, want one without series", len(r.got))
	}
}
